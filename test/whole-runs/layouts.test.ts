import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseRecord } from '../../src/records/case.ts';
import type { Inspection } from '../../src/records/inspection.ts';
import type { Split } from '../../src/records/split.ts';
import { type CliResult, readJson } from '../support/cli.ts';
import { type Converted, converted, inspected, withoutFingerprints } from '../support/converted.ts';
import { command } from '../support/in-process.ts';
import {
  below,
  byPatient,
  type Files,
  IDENTITY_REMOVED,
  LAID,
  LAID_IDS,
  type LaidObject,
  laidObjects,
  laidOut,
  NAMES,
  named,
  PATIENT_ID,
  packed,
  packedPatients,
} from '../support/layouts.ts';
import { phantoms } from '../support/phantoms.ts';
import { expectAgreement } from '../support/volumes/agreement.ts';

/*
 * One cohort as downloads, archives and media lay it out, with RAW at each level that somebody may point at: the bytes of a
 * folder a patient, under the same names.
 */

/** By what patients of a cohort are found. */
type Found = 'folders' | 'headers' | 'one-patient';

interface Laid {
  readonly title: string;
  readonly files: (objects: readonly LaidObject[]) => Files;
  /** Places below the cohort that RAW points at, and what is found there. */
  readonly raw: Readonly<Record<string, Found>>;
  /** Names of patients by place where they are not their Patient IDs: the clinical table calls them by these. */
  readonly renamed?: Readonly<Record<string, readonly string[]>>;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Each patient in a folder of its own. */
const all = (objects: readonly LaidObject[]): Files => named(objects, NAMES.flat);

const [FIRST] = LAID_IDS;

const LAYOUTS: readonly Laid[] = [
  {
    title: 'the NBIA Data Retriever',
    files: (objects) => ({
      ...named(objects, NAMES.nbia),
      'manifest-1/metadata.csv': text('Series UID,Collection\n'),
      'manifest-1/PHANTOM/LICENSE': text('CC BY 3.0'),
    }),
    raw: {
      '': 'headers',
      'manifest-1': 'headers',
      'manifest-1/PHANTOM': 'folders',
      [`manifest-1/PHANTOM/${FIRST}`]: 'one-patient',
    },
  },
  {
    title: 'the Imaging Data Commons',
    files: (objects) => named(objects, NAMES.idc),
    raw: { '': 'headers', phantom: 'folders', [`phantom/${FIRST}`]: 'one-patient' },
  },
  {
    title: 'tcia_utils, a folder a series',
    files: (objects) => ({
      ...named(objects, NAMES.tciaUtils),
      'tciaDownload/metadata.csv': text('SeriesInstanceUID\n'),
    }),
    raw: { '': 'headers', tciaDownload: 'headers' },
  },
  {
    title: 'a heap of files',
    files: (objects) => named(objects, NAMES.heap),
    raw: { '': 'headers' },
  },
  {
    title: 'a heap of files that are counted across patients',
    files: (objects) => named(objects, NAMES.countedHeap),
    raw: { '': 'headers' },
  },
  {
    title: 'a medium',
    files: (objects) => named(objects, NAMES.media),
    raw: { '': 'headers', DICOM: 'folders' },
    renamed: { DICOM: ['PA000000', 'PA000001', 'PA000002'] },
  },
  {
    title: 'XNAT',
    files: (objects) => named(objects, NAMES.xnat),
    raw: { '': 'headers', PROJ: 'folders', [`PROJ/${FIRST}`]: 'one-patient' },
  },
  {
    title: 'sessions of XNAT',
    files: (objects) => named(objects, NAMES.sessions),
    raw: { '': 'headers', PROJ: 'folders' },
    renamed: { PROJ: LAID_IDS.map((id) => `${id}_MR1`) },
  },
  {
    title: 'a folder a patient with all files in it',
    files: all,
    raw: { '': 'folders', [FIRST]: 'one-patient' },
  },
  {
    title: 'an archive a patient, of each kind',
    files: (objects) => packedPatients(objects, ['zip', 'tar', 'tgz']),
    raw: { '': 'folders', [`${FIRST}.zip`]: 'one-patient' },
  },
  {
    title: 'an archive a patient that holds its folder, gzipped',
    files: (objects) => packedPatients(objects, ['tar.gz', 'tgz', 'zip'], NAMES.flat),
    raw: { '': 'folders', [`${FIRST}.tar.gz`]: 'one-patient' },
  },
  {
    title: 'archives that are not named by a patient',
    files: (objects) => {
      const archives = packedPatients(objects, ['zip', 'tar', 'tgz']);
      return Object.fromEntries(
        Object.entries(archives).map(([key, bytes], i) => [`download-${i}${key.slice(11)}`, bytes]),
      );
    },
    raw: { '': 'folders' },
    renamed: { '': ['download-0', 'download-1', 'download-2'] },
  },
  ...(['zip', 'tar', 'tgz'] as const).map(
    (packing): Laid => ({
      title: `all patients in one .${packing}`,
      files: (objects) => ({ [`all.${packing}`]: packed(packing, all(objects)) }),
      raw: { '': 'headers', [`all.${packing}`]: 'folders' },
    }),
  ),
  {
    title: 'all patients as a heap in one archive',
    files: (objects) => ({ 'all.zip': packed('zip', named(objects, NAMES.heap)) }),
    raw: { '': 'headers', 'all.zip': 'headers' },
  },
  {
    title: "archives inside patients' folders",
    files: (objects) =>
      Object.fromEntries(
        [...byPatient(objects, ({ number }) => `study/${number}`)].map(([id, files], i) => [
          `${id}/export.${(['zip', 'tar', 'tgz'] as const)[i]}`,
          packed((['zip', 'tar', 'tgz'] as const)[i], files),
        ]),
      ),
    raw: { '': 'folders', [FIRST]: 'one-patient' },
  },
  {
    title: 'archives of patients in a tar',
    files: (objects) => ({ 'download.tar': packed('tar', packedPatients(objects, ['zip', 'tgz'])) }),
    raw: { '': 'headers', 'download.tar': 'folders' },
  },
  {
    title: 'CT and mask in archives of their own',
    files: (objects) =>
      Object.fromEntries(
        [...Map.groupBy(objects, ({ series }) => series)].map(([series, own]) => [
          `${series}.zip`,
          packed('zip', named(own, NAMES.heap)),
        ]),
      ),
    raw: { '': 'headers' },
  },
];

let objects: LaidObject[];
/** What a folder a patient converts to. */
let expected: readonly CaseRecord[];

beforeAll(async () => {
  objects = await laidObjects();
  expected = (await converted(laidOut(all(objects)))).cases;
});

test('the cohort converts as it lies in a folder a patient', () => {
  const states = expected.map(({ patient_id, state, clinical_id }) => [patient_id, state, clinical_id]);
  expect(states).toEqual(LAID_IDS.map((id) => [id, 'ok', undefined]));
});

/** What is to be recorded of patients under their names. */
function recordsOf(names: readonly string[], found: Found): object[] {
  const records = found === 'one-patient' ? expected.slice(0, 1) : expected;
  return withoutFingerprints(records).map(({ patient_id, ...rest }, i) => ({
    patient_id: names[i],
    ...(names[i] !== patient_id && { clinical_id: patient_id }),
    ...rest,
  }));
}

/** Holds what inspect says of each patient against what convert does. */
function expectSame({ patients }: Inspection, cases: readonly CaseRecord[]): void {
  const ids = patients.map(({ patient_id }) => patient_id);
  expect(ids).toEqual(cases.map(({ patient_id }) => patient_id));
  for (const [i, found] of patients.entries()) expectAgreement({ inspected: found, converted: cases[i] });
}

const told = ({ stdout, stderr }: CliResult): boolean =>
  /by the Patient ID of the files/.test(stdout + stderr);

describe.each(LAYOUTS)('$title', ({ files, raw, renamed = {} }) => {
  let folder: string;
  beforeAll(() => {
    folder = laidOut(files(objects));
  });

  test.each(Object.entries(raw))('RAW=%j: %s', async (below, found) => {
    const place = join(folder, below);
    const run = await converted(place);
    expect(withoutFingerprints(run.cases)).toEqual(recordsOf(renamed[below] ?? LAID_IDS, found));
    expect(told(run)).toBe(found === 'headers');
    expectSame(await inspected(place), run.cases);
  });
});

describe('several places in a list', () => {
  /** A list of places, relative to it and not, beside them. */
  function listed(files: Files, lines: (folder: string) => readonly string[]): string {
    const folder = laidOut(files);
    const list = join(folder, 'places.txt');
    writeFileSync(list, `# collections\n\n${lines(folder).join('\r\n')}\n`);
    return list;
  }

  test.each<[string, (objects: readonly LaidObject[]) => Files, string[], Found]>([
    [
      'each with folders of patients',
      (all) => ({
        ...below(
          'a',
          named(
            all.filter(({ patient }) => patient < 2),
            NAMES.flat,
          ),
        ),
        ...below(
          'b/c',
          named(
            all.filter(({ patient }) => patient === 2),
            NAMES.flat,
          ),
        ),
      }),
      ['a', 'b/c'],
      'folders',
    ],
    [
      'CT in one and masks in another',
      (all) => ({
        ...below(
          'ct',
          named(
            all.filter(({ kind }) => kind === 'CT'),
            NAMES.flat,
          ),
        ),
        ...below(
          'masks',
          named(
            all.filter(({ kind }) => kind === 'MASK'),
            NAMES.flat,
          ),
        ),
      }),
      ['ct', 'masks'],
      'headers',
    ],
    [
      'each a patient with a study',
      (all) => named(all, NAMES.idc),
      LAID_IDS.map((id) => `phantom/${id}`),
      'headers',
    ],
    ['each a patient with files', (all) => named(all, NAMES.flat), LAID_IDS, 'headers'],
    [
      'a folder, an archive and a heap',
      (all) => ({
        ...below(
          'a',
          named(
            all.filter(({ patient }) => patient === 0),
            NAMES.flat,
          ),
        ),
        'b.tgz': packed(
          'tgz',
          named(
            all.filter(({ patient }) => patient === 1),
            NAMES.flat,
          ),
        ),
        ...below(
          'c',
          named(
            all.filter(({ patient }) => patient === 2),
            NAMES.heap,
          ),
        ),
      }),
      ['a', 'b.tgz', 'c'],
      'headers',
    ],
  ])('%s', async (_, files, places, found) => {
    const list = listed(files(objects), (folder) => [join(folder, places[0]), ...places.slice(1)]);
    const run = await converted(list);
    expect(withoutFingerprints(run.cases)).toEqual(recordsOf(LAID_IDS, found));
    expect(told(run)).toBe(found === 'headers');
    expectSame(await inspected(list), run.cases);
  });

  test('names of places name patients, whatever their headers say of identity', async () => {
    const kept = await laidObjects(() => ({ [IDENTITY_REMOVED]: undefined }));
    const run = await converted(listed(named(kept, NAMES.idc), () => LAID_IDS.map((id) => `phantom/${id}`)));
    expect(withoutFingerprints(run.cases)).toEqual(recordsOf(LAID_IDS, 'headers'));
  });

  test('one that is there twice, none, and one that is not there are refused', async () => {
    const files = named(objects.slice(0, 1), NAMES.flat);
    const twice = await converted(
      listed(files, () => ['.', '.']),
      { code: 1 },
    );
    expect(twice.stderr).toMatch(/places\.txt: names .* twice; keep one of the lines/);
    const none = await converted(
      listed(files, () => ['# .']),
      { code: 1 },
    );
    expect(none.stderr).toContain('names no place of raw data; write one on each line');
    const absent = await converted(
      listed(files, () => ['.', 'elsewhere']),
      { code: 1 },
    );
    expect(absent.stderr).toMatch(/elsewhere holds nothing; correct its line, or take it out/);
  });

  test('they are no single patient, whatever the word', async () => {
    const list = listed(named(objects, NAMES.flat), () => [...LAID_IDS]);
    const { stderr } = await command(['inspect', list, '--patient'], 1);
    expect(stderr).toMatch(/places\.txt: lists 3 places, and --patient takes one; give that/);
  });

  test('outputs do not go into one of them', async () => {
    const list = listed(named(objects.slice(0, 1), NAMES.flat), () => ['.']);
    const { stderr } = await converted(list, { out: join(dirname(list), LAID_IDS[0]), code: 1 });
    expect(stderr).toMatch(/lies in --raw .*; give a place outside it/);
  });
});

test('a table of pairs names archives of any kind, and archives in them are read', async () => {
  const [zip, tar, tgz] = byPatient(objects, NAMES.heap).values();
  const archives = ['1.zip', '2.tar', '3.tgz'];
  const rows = LAID_IDS.map((id, i) => `${id},${archives[i]},`);
  const folder = laidOut({
    [archives[0]]: packed('zip', zip),
    [archives[1]]: packed('tar', { 'all.zip': packed('zip', tar) }),
    [archives[2]]: packed('tgz', tgz),
    'pairs.csv': text(['patient_id,ct,mask', ...rows].join('\n')),
  });
  const run = await converted(join(folder, 'pairs.csv'));
  expect(withoutFingerprints(run.cases)).toEqual(withoutFingerprints(expected));
});

describe('split finds the rows of patients whose names are not those of the table', () => {
  async function splitOf({ out }: Converted): Promise<Split> {
    const clinical = join(out, 'clinical.csv');
    writeFileSync(clinical, (await phantoms(LAID)).find(({ key }) => key === 'clinical.csv')!.bytes);
    await command([
      'split',
      '--clinical',
      clinical,
      '--cases',
      join(out, 'cases'),
      '--split',
      join(out, 'split'),
    ]);
    return readJson<Split>(out, 'split/split.json');
  }

  const stages = ({ patients }: Split): (string | null)[] => patients.map(({ stage }) => stage);

  test('by the Patient ID of their files', async () => {
    const plain = await splitOf(await converted(laidOut(all(objects))));
    const media = await splitOf(await converted(join(laidOut(named(objects, NAMES.media)), 'DICOM')));
    expect(media.patients.map(({ patient_id }) => patient_id)).toEqual(['PA000000', 'PA000001', 'PA000002']);
    expect(stages(media)).toEqual(stages(plain));
  });

  test('by raw.idPattern, where the Patient ID is another', async () => {
    const other = await laidObjects(({ patient }) => ({ [PATIENT_ID]: `X${patient}` }));
    const config = { raw: { idPattern: '^(.*)_MR\\d+$' } };
    const place = join(laidOut(named(other, NAMES.sessions)), 'PROJ');
    const run = await converted(place, { config });
    expect(run.cases.map(({ patient_id, clinical_id }) => [patient_id, clinical_id])).toEqual(
      LAID_IDS.map((id) => [`${id}_MR1`, id]),
    );
    const plain = await splitOf(await converted(laidOut(all(objects))));
    expect(stages(await splitOf(run))).toEqual(stages(plain));
  });

  test('by raw.idPattern in the Patient ID', async () => {
    const other = await laidObjects(({ patientId }) => ({ [PATIENT_ID]: `${patientId}_MR1` }));
    const config = { raw: { idPattern: '^(.*)_MR\\d+$' } };
    const run = await converted(laidOut(named(other, NAMES.heap)), { config });
    expect(run.cases.map(({ patient_id, clinical_id }) => [patient_id, clinical_id])).toEqual(
      LAID_IDS.map((id) => [`${id}_MR1`, id]),
    );
    await splitOf(run);
  });
});
