import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { FolderStore } from '../../src/storage/folder/folder.ts';
import type { ReadableStore } from '../../src/storage/store.ts';
import { listedStore, subStore } from '../../src/storage/view.ts';
import { zipStore } from '../../src/storage/zip/zip.ts';
import { StageClock } from '../../src/timing/stage-clock.ts';
import { timedStores } from '../../src/timing/timed-store.ts';
import { keysOf } from '../support/gather.ts';

const content = Uint8Array.from({ length: 5000 }, (_, i) => i % 7);
const archive = zipStore('p.zip', zipSync({ 'a/deflated': content, 'a/stored': [content, { level: 0 }] }));
const timed = timedStores(new StageClock()).archive(archive);

it.each<[string, ReadableStore, string]>([
  ['listed', listedStore(archive, []), 'a/'],
  ['of a folder', subStore(archive, 'a'), ''],
  ['timed', timed, 'a/'],
  ['all of these', subStore(listedStore(timed, []), 'a'), ''],
])('a store %s gives ranges, and tells what is packed', async (_, store, start) => {
  for (const name of ['deflated', 'stored']) {
    expect(await store.readRange(`${start}${name}`, 1000, 9)).toEqual(content.slice(1000, 1009));
    expect(store.isPacked?.(`${start}${name}`)).toBe(name === 'deflated');
  }
  expect(await store.readRange(`${start}none`, 0, 9)).toBeUndefined();
});

it('a store whose listing is known is asked for all but that', async () => {
  const folder = new FolderStore(import.meta.dirname);
  const store = listedStore(folder, [{ key: 'view.test.ts', bytes: 1, version: '' }]);
  expect(await keysOf(store)).toEqual(['view.test.ts']);
  expect(await store.readRange('view.test.ts', 0, 6)).toEqual(new TextEncoder().encode('import'));
  expect(await store.read('view.test.ts')).toEqual(await folder.read('view.test.ts'));
});
