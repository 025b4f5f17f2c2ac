import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOfView, type View, viewOfHash, WHOLE_VIEW } from '../../../src/pages/report/filter.ts';

const text = fc.string({ unit: 'grapheme' });

const view: fc.Arbitrary<View> = fc.record({
  text,
  state: text,
  stage: fc.oneof(
    fc.constant(''),
    text.map((stage) => `=${stage}`),
  ),
  finding: text,
  change: text,
  decision: text,
  sort: text,
  descending: fc.boolean(),
  group: fc.constantFrom('split', 'stage'),
  patient: text,
});

test('a view comes back from its URL, whatever is asked for', () => {
  fc.assert(
    fc.property(view, (asked) => {
      expect(viewOfHash(new URL(`file:///report#${hashOfView(asked)}`).hash)).toEqual(asked);
    }),
  );
});

test('a stage stands in the URL as it is called, and none as nothing', () => {
  expect(viewOfHash('#finding=flag:context-clipped&stage=II')).toEqual({
    ...WHOLE_VIEW,
    ...{ finding: 'flag:context-clipped', stage: '=II' },
  });
  expect(viewOfHash('#stage=')).toEqual({ ...WHOLE_VIEW, stage: '=' });
});

test('a place in the page is no view', () => {
  expect(viewOfHash('#patients')).toBeNull();
  expect(viewOfHash('')).toEqual(WHOLE_VIEW);
  expect(hashOfView(WHOLE_VIEW)).toBe('');
});
