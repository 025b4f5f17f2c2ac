import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byFolder } from '../../../src/raw/headers/folder-files.ts';
import { byCodeUnits } from '../../../src/storage/key.ts';
import type { Entry } from '../../../src/storage/store.ts';
import { gather } from '../../support/gather.ts';

async function* listing(keys: readonly string[]): AsyncIterable<Entry> {
  for (const key of keys.toSorted(byCodeUnits)) yield { key, bytes: 1, version: '' };
}

const folderOf = (key: string): string => key.split('/').slice(0, -1).join('/');

// Some sort before the slash, some behind it.
const part = fc.constantFrom('a', 'a!', 'a-b', 'a.zip', 'a0', 'b', 'é');
const keys = fc.uniqueArray(
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  { maxLength: 40 },
);

test('a listing in the order of keys gives each folder once, and every file once in its own', async () => {
  await fc.assert(
    fc.asyncProperty(keys, async (given) => {
      // A key is a file or a folder.
      const files = given.filter((key) => !given.some((other) => other.startsWith(`${key}/`)));
      const folders = await gather(byFolder(listing(files)));
      expect(new Set(folders.map(({ folder }) => folder)).size).toBe(folders.length);
      expect(folders.every(({ whole }) => whole)).toBe(true);
      const found = folders.flatMap(({ folder, files: own }) => own.map(({ key }) => [folder, key]));
      expect(found.sort()).toEqual(files.map((key) => [folderOf(key), key]).sort());
    }),
  );
});

test('a heap comes in batches, none of which is the whole folder', async () => {
  const heap = Array.from({ length: 5000 }, (_, i) => `heap/${String(i).padStart(5, '0')}`);
  const folders = await gather(byFolder(listing([...heap, 'heap/00007x/1', 'z'])));
  expect(folders.map(({ folder, files, whole }) => [folder, files.length, whole])).toEqual([
    ['heap/00007x', 1, true],
    ['heap', 4096, false],
    ['heap', 904, false],
    ['', 1, true],
  ]);
  expect(folders.flatMap(({ files }) => files)).toHaveLength(5002);
});
