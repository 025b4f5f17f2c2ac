import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveError, StorageError } from '../../src/errors.ts';
import { FolderStore } from '../../src/storage/folder/folder.ts';
import { openPatient, patientName } from '../../src/storage/patient-store.ts';
import { gather, keysOf } from '../support/gather.ts';
import { tarOfFiles, tgzOfFiles } from '../support/tar-archive.ts';

let raw: FolderStore;
beforeEach(async () => {
  raw = new FolderStore(await mkdtemp(join(tmpdir(), 'swinprep-patient-')));
});
afterEach(() => rm(raw.uri, { recursive: true }));

const text = strToU8;
const child = async (name: string) => (await gather(raw.children())).find((c) => patientName(c) === name)!;

describe('a patient', () => {
  it('has the same keys packed and unpacked', async () => {
    await raw.write('A/series/1.dcm', text('1'));
    await raw.write('A/series/2.dcm', text('2'));
    await raw.write('B.zip', zipSync({ 'B/series/1.dcm': text('1'), 'B/series/2.dcm': text('2') }));
    await raw.write('C.ZIP', zipSync({ 'series/1.dcm': text('1'), 'series/2.dcm': text('2') }));
    await raw.write('D.tar', tarOfFiles({ 'D/series/1.dcm': text('1'), 'D/series/2.dcm': text('2') }));
    await raw.write('E.tar.gz', tgzOfFiles({ './series/1.dcm': text('1'), './series/2.dcm': text('2') }));
    await raw.write(
      'F.v2.TGZ',
      tgzOfFiles({ 'F.v2/series/1.dcm': text('1'), 'F.v2/series/2.dcm': text('2') }),
    );
    for (const name of ['A', 'B', 'C', 'D', 'E', 'F.v2']) {
      const patient = await openPatient(raw, await child(name));
      expect(await keysOf(patient)).toEqual(['series/1.dcm', 'series/2.dcm']);
      expect(await keysOf(patient, 'series')).toHaveLength(2);
      expect(await patient.read('series/2.dcm')).toEqual(text('2'));
      expect(await patient.readStart('series/1.dcm', 9)).toEqual(text('1'));
      expect(await patient.read('series')).toBeUndefined();
    }
  });

  it('keeps the folder of an archive that holds others too', async () => {
    await raw.write('B.zip', zipSync({ 'B/1.dcm': text('1'), 'notes.txt': text('n') }));
    expect(await keysOf(await openPatient(raw, await child('B')))).toEqual(['B/1.dcm', 'notes.txt']);
  });

  it('is empty where its archive is', async () => {
    await raw.write('B.zip', zipSync({}));
    expect(await keysOf(await openPatient(raw, await child('B')))).toEqual([]);
  });

  it('cannot be read from outside its folder', async () => {
    await raw.write('A/1.dcm', text('1'));
    await raw.write('other', text('secret'));
    const patient = await openPatient(raw, await child('A'));
    await expect(patient.read('../other')).rejects.toThrow(StorageError);
    await expect(patient.readStart('../other', 9)).rejects.toThrow(StorageError);
    await expect(keysOf(patient, '..')).rejects.toThrow(StorageError);
  });

  it('is named by its folder or archive, and no other file', async () => {
    for (const key of ['A/x', 'B.zip', 'C.v2.ZIP', 'D.tar.gz', 'clinical.csv'])
      await raw.write(key, zipSync({}));
    expect((await gather(raw.children())).map(patientName)).toEqual(['A', 'B', 'C.v2', 'D', undefined]);
    const [csv] = (await gather(raw.children())).slice(-1);
    await expect(openPatient(raw, csv)).rejects.toThrow(
      'clinical.csv: is neither a folder nor an archive: .zip, .tar, .tar.gz or .tgz',
    );
  });

  it('with an archive that is too large for memory is reported unread', async () => {
    await raw.write('B.zip', text('small'));
    // A hole: it takes no room.
    await truncate(join(raw.uri, 'B.zip'), 5 * 2 ** 30);
    await expect(openPatient(raw, await child('B'))).rejects.toThrow(
      'B.zip: is larger than the 4 GiB that are read into memory; unpack it into a folder',
    );
  });

  it('with a broken archive is reported by its name', async () => {
    await raw.write('B.zip', text('not a zip'));
    await expect(openPatient(raw, await child('B'))).rejects.toThrow(
      `${raw.uri}/B.zip: is not a whole zip archive`,
    );
    for (const name of ['C.tar', 'D.tgz']) {
      await raw.write(name, text('no tar'));
      const opened = openPatient(raw, await child(name[0]));
      await expect(opened).rejects.toThrow(ArchiveError);
      await expect(opened).rejects.toThrow(`${raw.uri}/${name}: is not a whole tar archive`);
    }
  });
});
