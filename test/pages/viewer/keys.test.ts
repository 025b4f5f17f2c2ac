import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BINDINGS, MOUSE, meanings, nameOf } from '../../../src/pages/viewer/keys.ts';
import { REVIEW_REASONS } from '../../../src/records/review.ts';

const docs = readFileSync(new URL('../../../docs/review.md', import.meta.url), 'utf8');

test('docs/review.md names every key and every gesture of the mouse, and what they do', () => {
  const [, section] = /\n## Keys\n(.*?)\n## /s.exec(docs)!;
  const rows = [...section.matchAll(/^\| (?!key|mouse|-)(.+) \| (.+) \|$/gm)].map(([, what, does]) => [
    what.replaceAll('`', ''),
    does,
  ]);
  const keys = BINDINGS.map(({ keys, does }) => [
    keys
      .filter((key) => key !== '=')
      .map(nameOf)
      .join(', '),
    does,
  ]);
  expect(rows).toEqual([...keys, ...MOUSE]);
});

test.each([
  ['Caps Lock', { key: 'A', code: 'KeyA' }, 'a'],
  ['Dvorak, by what is written on the key', { key: 'x', code: 'KeyB' }, 'x'],
  ['a Russian keyboard, by the place', { key: '\u0444', code: 'KeyA' }, 'a'],
  ['a Greek one with Caps Lock', { key: '\u03a7', code: 'KeyX' }, 'x'],
  ['a French one, whose digits take Shift', { key: '&', code: 'Digit1' }, '1'],
  ['with Shift', { key: '1', code: 'Digit1', shiftKey: true }, '1'],
  ['a minus where others have the six', { key: '-', code: 'Digit6' }, '-'],
])('a press means what is bound: %s', (_, press, meant) => {
  const bound = new Set(BINDINGS.flatMap(({ keys }) => keys));
  expect(meanings({ shiftKey: false, ...press }).find((key) => bound.has(key))).toBe(meant);
});

test.each([
  ['a Latin letter that is bound to nothing', { key: 'b', code: 'KeyN' }],
  ['an exclamation mark', { key: '!', code: 'Digit1', shiftKey: true }],
  ['a letter with an accent', { key: '\u00e5', code: 'KeyA' }],
])('%s means nothing', (_, press) => {
  const bound = new Set(BINDINGS.flatMap(({ keys }) => keys));
  expect(meanings({ shiftKey: false, ...press }).filter((key) => bound.has(key))).toEqual([]);
});

test('no key does two things', () => {
  const keys = BINDINGS.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test('docs/review.md names every reason, and each has a number key', () => {
  const [, cell] = /\n\| `reason` \| (.+) \|\n/.exec(docs)!;
  const named = [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  const codes = Object.keys(REVIEW_REASONS);
  expect(named).toEqual(['exclude', ...codes, 'accept']);
  expect(codes.length).toBeLessThanOrEqual(9);
});
