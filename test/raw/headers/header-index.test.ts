import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { findPatients } from '../../../src/raw/cohort/patients.ts';
import type { RawData } from '../../../src/raw/cohort/raw-data.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import { openStore } from '../../../src/storage/open.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { withElements } from '../../support/edited-file.ts';
import {
  IDENTITY_REMOVED,
  ISSUER,
  LAID_IDS,
  type LaidObject,
  laidObjects,
  laidOut,
  NAMES,
  named,
  PATIENT_ID,
  packedPatients,
  writeFiles,
} from '../../support/layouts.ts';

const INDEX = 'raw-index.json.gz';
const { lung1 } = PRESETS;
const SALT = { first: 'the first secret of all', other: 'another secret of all' };

let objects: LaidObject[];
beforeAll(async () => {
  objects = await laidObjects();
});

/** Counts the headers that `findPatients` reads from local folders. */
const read = vi.spyOn(FolderStore.prototype, 'peek');
/** Of archives: their directories too. */
const ranges = vi.spyOn(FolderStore.prototype, 'readRange');
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  read.mockRestore();
  ranges.mockRestore();
});

interface Found extends RawData {
  readonly ids: readonly string[];
  readonly headers: number;
}

async function find(raw: string, kept: string | undefined, config: Partial<Config> = {}): Promise<Found> {
  read.mockClear();
  ranges.mockClear();
  const found = await findPatients({
    raw,
    kept: kept === undefined ? undefined : await openStore(kept),
    config: { ...lung1, ...config },
    report: () => {},
  });
  return { ...found, ids: [...found.patients.keys()].sort(), headers: read.mock.calls.length };
}

const indexIn = (folder: string): string => gunzipSync(readFileSync(join(folder, INDEX))).toString();

const HEADER: Partial<Config> = { raw: { ...lung1.raw, patients: 'header' } };

const HMAC: Partial<Config> = { privacy: { ...lung1.privacy, caseId: 'hmac' } };

describe('of a folder a series four headers are read, of a heap all', () => {
  test.each(['nbia', 'tciaUtils', 'idc'] as const)('%s', async (layout) => {
    const { headers, ids } = await find(laidOut(named(objects, NAMES[layout])), undefined);
    expect(ids).toEqual(LAID_IDS);
    // A sample of each CT, and each mask.
    expect(headers).toBe(3 * (4 + 1));
  });

  test('heap', async () => {
    const { headers, ids } = await find(laidOut(named(objects, NAMES.heap)), undefined);
    expect(ids).toEqual(LAID_IDS);
    expect(headers).toBe(objects.length);
  });
});

describe('a second run', () => {
  test('over another place, whose files have the same names, sizes and times, reads its headers', async () => {
    const [one, other, kept] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const write = (folder: string, patientId: string): void => {
      writeFiles(folder, { 'a.dcm': withElements(objects[0].bytes, { [PATIENT_ID]: patientId }) });
      utimesSync(join(folder, 'a.dcm'), 1e9, 1e9);
    };
    write(one, 'P-1');
    write(other, 'P-2');
    expect((await find(one, kept, HEADER)).ids).toEqual(['P-1']);
    expect((await find(other, kept, HEADER)).ids).toEqual(['P-2']);
  });

  test.each(['nbia', 'heap', 'media', 'flat'] as const)('reads no header again: %s', async (layout) => {
    const [raw, kept] = [laidOut(named(objects, NAMES[layout])), temporaryFolder()];
    const first = await find(raw, kept);
    expect(first.headers).toBeGreaterThan(0);
    const index = readFileSync(join(kept, INDEX));
    const second = await find(raw, kept);
    expect(second.headers).toBe(0);
    expect([...second.patients]).toEqual([...first.patients]);
    expect(readFileSync(join(kept, INDEX))).toEqual(index);
  });

  test('opens archives and reads none of their files', async () => {
    const [raw, kept] = [laidOut(packedPatients(objects, ['zip', 'tar', 'zip'])), temporaryFolder()];
    await find(raw, kept);
    const first = ranges.mock.calls.length;
    await find(raw, kept);
    expect(ranges.mock.calls.length).toBeLessThan(first);
    expect(read.mock.calls).toEqual([]);
  });

  test('looks at a file again that has changed, and forgets one that is gone', async () => {
    const [raw, kept] = [laidOut(named(objects, NAMES.heap)), temporaryFolder()];
    await find(raw, kept);
    utimesSync(join(raw, NAMES.heap(objects[5])), 1, 1);
    expect((await find(raw, kept)).headers).toBe(1);
    const files = (): number => JSON.parse(indexIn(kept)).files.length;
    expect(files()).toBe(objects.length);
    writeFileSync(join(raw, NAMES.heap(objects[6])), 'no DICOM');
    expect((await find(raw, kept)).headers).toBe(1);
    expect(files()).toBe(objects.length);
    expect((await find(raw, kept)).headers).toBe(0);
  });

  test('under another naming reads all again', async () => {
    const [raw, kept] = [laidOut(named(objects, NAMES.nbia)), temporaryFolder()];
    const plain = await find(raw, kept);
    vi.stubEnv('SWINPREP_SALT', SALT.first);
    const hidden = await find(raw, kept, HMAC);
    expect(hidden.headers).toBe(plain.headers);
    expect((await find(raw, kept, HMAC)).headers).toBe(0);
    vi.stubEnv('SWINPREP_SALT', SALT.other);
    const other = await find(raw, kept, HMAC);
    expect(other.headers).toBe(plain.headers);
    expect(other.ids.filter((id) => hidden.ids.includes(id))).toEqual([]);
  });

  test.each([
    ['cut short', (index: Buffer) => index.subarray(0, 40)],
    ['that is none', () => Buffer.from('{}')],
    ['of nothing', () => Buffer.alloc(0)],
  ])('goes past an index %s', async (_, damaged) => {
    const [raw, kept] = [laidOut(named(objects, NAMES.nbia)), temporaryFolder()];
    const first = await find(raw, kept);
    writeFileSync(join(kept, INDEX), damaged(readFileSync(join(kept, INDEX))));
    const second = await find(raw, kept);
    expect(second.headers).toBe(first.headers);
    expect(second.ids).toEqual(first.ids);
  });
});

describe('the index holds no Patient ID that outputs may not hold', () => {
  /** Masks that say that identity was removed, and CTs that do not: of patients in folders of these names or of others. */
  const kept = (): Promise<LaidObject[]> =>
    laidObjects(({ kind }) => (kind === 'CT' ? { [IDENTITY_REMOVED]: undefined } : {}));

  test('nor a UID', async () => {
    const folder = temporaryFolder();
    await find(laidOut(named(objects, NAMES.nbia)), folder);
    const index = indexIn(folder);
    expect(index).toContain(LAID_IDS[0]);
    for (const { study, series } of objects)
      for (const uid of [study, series]) expect(index).not.toContain(uid);
  });

  test('in folders of other names', async () => {
    const folder = temporaryFolder();
    const raw = join(laidOut(named(await kept(), NAMES.media)), 'DICOM');
    const { ids } = await find(raw, folder);
    expect(ids).toEqual(['PA000000', 'PA000001', 'PA000002']);
    expect(indexIn(folder)).not.toMatch(/PHANTOM/);
  });

  test.each([
    ['of their names', (all: readonly LaidObject[]) => named(all, NAMES.xnat)],
    ['as archives of their names', (all: readonly LaidObject[]) => packedPatients(all, ['zip', 'tgz'])],
  ])('in folders %s they are kept', async (_, files) => {
    const folder = temporaryFolder();
    const raw = laidOut(files(await kept()));
    const { ids } = await find(raw, folder);
    expect(ids).toEqual(LAID_IDS);
    expect(indexIn(folder)).toMatch(/PHANTOM/);
    expect((await find(raw, folder)).headers).toBe(0);
  });

  test('nor an issuer, where a folder tells the Patient ID alone', async () => {
    const folder = temporaryFolder();
    const issued = await laidObjects(() => ({ [IDENTITY_REMOVED]: undefined, [ISSUER]: 'MERCY' }));
    const { ids } = await find(laidOut(named(issued, NAMES.flat)), folder);
    expect(ids).toEqual(LAID_IDS);
    expect(indexIn(folder)).not.toContain('MERCY');
  });

  test('under HMACs', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('SWINPREP_SALT', SALT.first);
    const { ids } = await find(laidOut(named(await kept(), NAMES.heap)), folder, HMAC);
    expect(indexIn(folder)).not.toMatch(/PHANTOM/);
    for (const id of ids) expect(indexIn(folder)).toContain(id);
  });
});

test('the sum of Patient IDs is that of patients, by folders and by headers', async () => {
  const byFolders = await find(laidOut(named(objects, NAMES.flat)), undefined);
  expect([byFolders.layout, byFolders.byHeader, byFolders.patients.size]).toEqual(['folders', 3, 3]);
  const byHeaders = await find(laidOut(named(objects, NAMES.heap)), undefined);
  expect([byHeaders.layout, byHeaders.byHeader, byHeaders.patients.size]).toEqual(['headers', 3, 3]);
});
