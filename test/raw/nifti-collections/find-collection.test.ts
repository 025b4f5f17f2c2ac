import { expect, test } from 'vitest';
import { collectionAt } from '../../../src/raw/cohort/nifti-patients.ts';
import { findNiftiCollection } from '../../../src/raw/nifti-collections/find-collection.ts';
import { openStore } from '../../../src/storage/open.ts';
import type { Child, Store } from '../../../src/storage/store.ts';
import { folderOf, smallCt, smallLabels } from '../../support/volumes/small-collection.ts';

const RULES = { labels: [], roiNames: ['^tumor$'], policy: 'primary' as const, unionNames: [] };

async function opened(folder: string): Promise<{ store: Store; children: Child[] }> {
  const store = await openStore(folder);
  const children: Child[] = [];
  for await (const child of store.children()) children.push(child);
  return { store, children };
}

/** A store that counts what is asked of it. */
function counting(store: Store): { store: Store; asked: string[] } {
  const asked: string[] = [];
  const watched = new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: string[]) => {
        asked.push(`${String(name)} ${args[0]}`);
        return value.apply(target, args);
      };
    },
  });
  return { store: watched, asked };
}

test('of a cohort of folders and archives nothing is asked', async () => {
  const raw = folderOf({ 'LUNG1-001/1.dcm': 'x', 'LUNG1-002.zip': 'x', 'notes.txt': 'x' });
  const { store, children } = await opened(raw);
  const { store: watched, asked } = counting(store);
  expect(await findNiftiCollection(watched, children, RULES)).toBeUndefined();
  expect(asked).toEqual([]);
});

test('of a cohort of DICOM in sub-* folders a few are listed, up to their first file', async () => {
  const files = Array.from({ length: 100 }, (_, i) => [`sub-${100 + i}/1.dcm`, 'x']);
  const { store, children } = await opened(folderOf(Object.fromEntries(files)));
  const { store: watched, asked } = counting(store);
  expect(await findNiftiCollection(watched, children, RULES)).toBeUndefined();
  expect(asked.length).toBeLessThanOrEqual(8);
});

test('of a collection no image is read, and its files are named by URI, with the query', async () => {
  const raw = folderOf({
    'dataset.json': {
      channel_names: { 0: 'CT' },
      labels: { background: 0, tumor: 1, lung: 2 },
      file_ending: '.nii.gz',
    },
    'imagesTr/A 1_0000.nii.gz': smallCt(1),
    'labelsTr/A 1.nii.gz': smallLabels(1),
  });
  const { store, children } = await opened(raw);
  const { store: watched, asked } = counting(store);
  const uri = 'https://account.blob.core.windows.net/raw/set?sig=secret';
  const found = await collectionAt(uri, watched, children, RULES);
  const at = (key: string) => `https://account.blob.core.windows.net/raw/set/${key}?sig=secret`;
  expect(found?.patients).toEqual([
    {
      name: 'A 1',
      source: {
        kind: 'pair',
        ct: at('imagesTr/A%201_0000.nii.gz'),
        mask: at('labelsTr/A%201.nii.gz'),
        labels: [1],
      },
    },
  ]);
  expect(found?.rest).toEqual([]);
  expect(asked.filter((what) => what.startsWith('read'))).toEqual(['read dataset.json']);
});
