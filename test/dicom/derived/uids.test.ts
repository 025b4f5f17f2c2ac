import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedUidRoot, uidOf } from '../../../src/dicom/derived/uids.ts';
import { UsageError } from '../../../src/errors.ts';

/** DICOM PS3.5 9.1, word by word. */
const UID = /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$/;

const component = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(String);
const roots = fc
  .tuple(fc.constantFrom('2', '1.2', '0.39'), fc.array(component, { minLength: 1, maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest].join('.'))
  .filter((root) => root.length <= 40);

test('every UID under every root is one by PS3.5 9.1, of at most 64 characters', () => {
  fc.assert(
    fc.property(fc.option(roots, { nil: undefined }), fc.string(), (root, content) => {
      const uid = uidOf(root, content);
      expect(uid).toMatch(UID);
      expect(uid.length).toBeLessThanOrEqual(64);
      expect(uid.startsWith(`${root ?? '2.25'}.`)).toBe(true);
      expect(uidOf(root, content)).toBe(uid);
    }),
  );
});

test('without a root it is a UUID of version 8 and variant 10', () => {
  for (const root of [undefined, '2.25']) {
    const hex = BigInt(uidOf(root, 'a').slice('2.25.'.length)).toString(16).padStart(32, '0');
    expect(hex).toMatch(/^.{12}8.{3}[89ab].{15}$/);
  }
});

test('other content, and content parted otherwise, is another UID', () => {
  const uids = [['a'], ['b'], ['a', 'b'], ['ab'], ['ab', ''], [new Uint8Array([1])], ['']].map((content) =>
    uidOf('1.2.3', ...content),
  );
  expect(new Set(uids).size).toBe(uids.length);
  expect(uidOf('1.2.3', 'a')).toBe(uidOf('1.2.3', new Uint8Array([0x61])));
  expect(uidOf('1.2.4', 'a')).not.toBe(uidOf('1.2.3', 'a'));
});

describe('a root is refused', () => {
  test.each([
    '',
    '1',
    '1.2.',
    '.1.2',
    '1..2',
    '1.02.3',
    '1.2.a',
    '3.1',
    '1.40.1',
    '0.77',
    '1.2 ',
    '１.2',
    `1.2.${'9'.repeat(37)}`,
  ])('%s', (root) => {
    expect(() => checkedUidRoot(root)).toThrow(UsageError);
  });
});

test.each(['1.2.826.0.1.3680043.10.1234', '2.25', '2.999.1', '0.39.0', `1.2.${'9'.repeat(36)}`])(
  'a root is taken: %s',
  (root) => {
    expect(checkedUidRoot(root)).toBe(root);
  },
);
