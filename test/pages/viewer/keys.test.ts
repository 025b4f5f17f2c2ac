import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BINDINGS, MOUSE, nameOf } from '../../../src/pages/viewer/keys.ts';
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
