import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keysWorthReading } from '../../../src/raw/patient/patient-bytes.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import { ctSliceBytes } from '../../support/dicom/ct-files.ts';
import { gather } from '../../support/gather.ts';

let store: FolderStore;
beforeEach(async () => {
  store = new FolderStore(await mkdtemp(join(tmpdir(), 'swinprep-bytes-')));
});
afterEach(() => rm(store.uri, { recursive: true }));

/** Files of some content, lengthened by a hole, which takes no room. */
async function write(key: string, content: Uint8Array, bytes = content.length): Promise<void> {
  await store.write(key, content);
  await truncate(join(store.uri, key), bytes);
}

const note = new TextEncoder().encode('no image');
const worth = async (mostBytes?: number) => [
  ...(await keysWorthReading(store, await gather(store.list()), mostBytes)),
];

test('a large file that is no DICOM, and a DICOMDIR, are not read', async () => {
  await write('DICOMDIR', note);
  await write('a/dicomdir', note);
  await write('a/note.txt', note);
  await write('film.iso', note, 30 * 2 ** 30);
  await write('large.dcm', ctSliceBytes({}), 20 * 2 ** 20);
  await write('slice.dcm', ctSliceBytes({}));
  expect(await worth()).toEqual(['a/note.txt', 'large.dcm', 'slice.dcm']);
});

test('more than can be held in memory excludes the patient, and says what to do', async () => {
  for (const i of [1, 2, 3]) await write(`${i}.dcm`, ctSliceBytes({}), 1.5 * 2 ** 30);
  await expect(worth()).rejects.toMatchObject({
    code: 'patient-too-large',
    message:
      'holds 4.5 GiB in 3 files, more than the 4.0 GiB that are read for one patient: keep the CT series and its masks only',
  });
  expect(await worth(5 * 2 ** 30)).toHaveLength(3);
});
