import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseRecord } from '../../src/records/case.ts';
import { hashesOf, temporaryFolder } from '../support/cli.ts';
import { type Converted, converted, inspected, SALT, withoutFingerprints } from '../support/converted.ts';
import {
  below,
  type Files,
  IDENTITY_REMOVED,
  ISSUER,
  LAID_IDS,
  type LaidObject,
  laidObjects,
  laidOut,
  NAMES,
  named,
  PATIENT_ID,
  packed,
} from '../support/layouts.ts';

// What real cohorts do to those who sort them: nobody is lost without a word, and nobody is taken for somebody else.

const HEADER = { raw: { patients: 'header' } };
const FOLDER = { raw: { patients: 'folder' } };
const HMAC = { privacy: { caseId: 'hmac' } };
const [A, B, C] = LAID_IDS;

let objects: LaidObject[];
/** What a folder a patient converts to. */
let expected: readonly CaseRecord[];

beforeAll(async () => {
  objects = await laidObjects();
  expected = (await converted(laidOut(named(objects, NAMES.flat)))).cases;
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const of = (patient: number): LaidObject[] => objects.filter((object) => object.patient === patient);

/** Volumes of usable patients, why others are excluded. */
function outcomes({ cases }: Pick<Converted, 'cases'>): Record<string, string> {
  return Object.fromEntries(
    cases.map((record) => [
      record.patient_id,
      record.state === 'ok' ? `${record.ct.sha256} ${record.tumor.sha256}` : record.exclusion.code,
    ]),
  );
}

/** The volumes that patients are to have, under other names. */
function volumes(...names: readonly (string | undefined)[]): Record<string, string> {
  const own = Object.values(outcomes({ cases: expected }));
  return Object.fromEntries(names.flatMap((name, i) => (name === undefined ? [] : [[name, own[i]]])));
}

/** Converts, and holds that inspect says the same of the same patients. */
async function both(files: Files, config = {}, salt?: string): Promise<Converted> {
  const folder = laidOut(files);
  const given = { config, ...(salt !== undefined && { salt }) };
  const run = await converted(folder, given);
  const { patients } = await inspected(folder, given);
  expect(patients.map(({ patient_id, exclusion }) => [patient_id, exclusion?.code])).toEqual(
    run.cases.map((record) => [
      record.patient_id,
      record.state === 'excluded' ? record.exclusion.code : undefined,
    ]),
  );
  return run;
}

const messageOf = ({ cases }: Converted, id: string): string => {
  const record = cases.find(({ patient_id }) => patient_id === id);
  return record?.state === 'excluded' ? record.exclusion.message : '';
};

describe('archives in a list of places are patients as they are in a folder', () => {
  const listed = (nameOf: (patient: number) => string): string => {
    const files = [0, 1].map((patient) => {
      const inside = named(of(patient), ({ number, kind }) => `DICOM/${kind}/${number}.dcm`);
      return [`${nameOf(patient)}.zip`, packed('zip', inside)];
    });
    const folder = laidOut(Object.fromEntries(files));
    const list = join(folder, 'places.txt');
    writeFileSync(list, files.map(([name]) => `${name}\n`).join(''));
    return list;
  };

  test('by their names, whatever folders they hold', async () => {
    const { cases } = await converted(listed((patient) => `S${patient}`));
    expect(cases.map(({ patient_id, state }) => [patient_id, state])).toEqual([
      ['S0', 'ok'],
      ['S1', 'ok'],
    ]);
    expect(cases.map((record) => record.clinical_id)).toEqual([A, B]);
  });

  test('and excluded where they are named by one another', async () => {
    const list = listed((patient) => [B, A][patient]);
    const run = await converted(list);
    expect(run.cases).toMatchObject([
      { patient_id: A, exclusion: { code: 'wrong-patient' } },
      { patient_id: B, exclusion: { code: 'wrong-patient' } },
    ]);
    const { patients } = await inspected(list);
    expect(patients.map(({ exclusion }) => exclusion?.code)).toEqual(['wrong-patient', 'wrong-patient']);
  });
});

describe('swapped folders', () => {
  const swapped = (): Files =>
    named(objects, (o) => `${[B, A, C][o.patient]}/${String(o.number).padStart(3, '0')}.dcm`);

  test('are excluded both, each told by both names', async () => {
    const run = await both(swapped());
    expect(outcomes(run)).toEqual({
      [A]: 'wrong-patient',
      [B]: 'wrong-patient',
      ...volumes(undefined, undefined, C),
    });
    expect(messageOf(run, A)).toContain(`is named ${A}, and its files are of ${B} by their Patient ID`);
    expect(messageOf(run, B)).toContain(`is named ${B}, and its files are of ${A} by their Patient ID`);
  });

  test('under HMACs name nobody', async () => {
    const run = await both(swapped(), HMAC, SALT);
    expect(Object.values(outcomes(run)).filter((code) => code === 'wrong-patient')).toHaveLength(2);
    expect(JSON.stringify(run)).not.toMatch(/PHANTOM-00/);
  });

  test('are set right by Patient ID', async () => {
    expect(outcomes(await both(swapped(), HEADER))).toEqual(volumes(A, B, C));
  });
});

describe('two patients in one folder', () => {
  const mixed = (): Files => named(objects, (o) => `${o.patient < 2 ? 'both' : C}/${o.patient}-${o.number}`);

  test('exclude it where a folder is a patient', async () => {
    const run = await both(mixed(), FOLDER);
    expect(outcomes(run)).toEqual({ both: 'several-patients', ...volumes(undefined, undefined, C) });
    expect(messageOf(run, 'both')).toContain('holds the files of 2 patients by their Patient IDs');
    expect(JSON.stringify(run)).not.toContain(A);
  });

  test('are told apart by themselves', async () => {
    const run = await both(mixed());
    expect(outcomes(run)).toEqual(volumes(A, B, C));
    expect(run.stderr).toContain('1 folder or archive holds several');
  });
});

test('another patient’s image amid a folder of a series excludes its patient where headers tell who is who', async () => {
  const foreign = of(1).find(({ kind }) => kind === 'CT')!;
  const own = of(0).filter(({ kind }) => kind === 'CT');
  const place = NAMES.idc(own[0]);
  // Of the images of a series only some are looked at: the third of them is none of these.
  const [third] = own.map(NAMES.idc).sort().slice(2);
  const files = named(objects, NAMES.idc);
  expect(third.slice(0, third.lastIndexOf('/'))).toBe(place.slice(0, place.lastIndexOf('/')));
  const run = await both({ ...files, [third]: foreign.bytes }, HEADER);
  expect(outcomes(run)).toEqual({ [A]: 'several-patients', ...volumes(undefined, B, C) });
  expect(messageOf(run, A)).toContain('holds files of somebody else');
});

test('an archive of which no file can be read excludes its patient, not all', async () => {
  const archive = packed(
    'zip',
    named(of(0), (o) => `${o.number}.dcm`),
  ).slice();
  const view = new DataView(archive.buffer);
  // Flags and method of each record of the central directory (PKWARE APPNOTE 4.3.12).
  const edit = (field: number, value: number): Uint8Array => {
    const bytes = archive.slice();
    const edited = new DataView(bytes.buffer);
    for (let at = view.getUint32(bytes.length - 6, true); edited.getUint32(at, true) === 0x02014b50; ) {
      edited.setUint16(at + field, value, true);
      const [name, extra, comment] = [28, 30, 32].map((length) => edited.getUint16(at + length, true));
      at += 46 + name + extra + comment;
    }
    return bytes;
  };
  const others = named([...of(1), ...of(2)], (o) => `${o.patientId}/${o.number}.dcm`);
  for (const [bytes, config] of [
    [edit(8, 1), {}],
    [edit(8, 1), HEADER],
    [edit(10, 9), {}],
  ] as const)
    expect(outcomes(await both({ ...others, [`${A}.zip`]: bytes }, config))).toEqual({
      [A]: 'unreadable-archive',
      ...volumes(undefined, B, C),
    });
});

test('one Patient ID of two issuers is two patients; one without an issuer beside its mask is one', async () => {
  const issued = await laidObjects(({ patient, kind }) =>
    patient < 2
      ? { [PATIENT_ID]: 'SAME', [ISSUER]: ['North', 'South'][patient] }
      : { [ISSUER]: kind === 'CT' ? 'North' : undefined },
  );
  const run = await both(named(issued, NAMES.heap));
  expect(outcomes(run)).toEqual(volumes('SAME_North', 'SAME_South', C));
});

describe('files without a Patient ID', () => {
  test('go with their study, or with the one patient of their folder; others are counted', async () => {
    const some = await laidObjects(({ patient, kind, number }) =>
      (patient === 0 && kind === 'MASK') || (patient === 1 && number % 2 === 1)
        ? { [PATIENT_ID]: patient === 0 ? '' : undefined }
        : {},
    );
    const stray = (await laidObjects(() => ({ [PATIENT_ID]: '', x0020000d: '1.2.3' }), [4])).slice(0, 5);
    const run = await both({
      ...below(
        'heap',
        named(
          some.filter(({ patient }) => patient !== 1),
          NAMES.heap,
        ),
      ),
      ...below(
        'own',
        named(
          some.filter(({ patient }) => patient === 1),
          NAMES.heap,
        ),
      ),
      ...below(
        'heap',
        named(stray, (o) => `stray-${o.number}`),
      ),
    });
    expect(outcomes(run)).toEqual(volumes(A, B, C));
    expect(run.stderr).toContain("left out, as no patient's: 5 DICOM files without a Patient ID");
  });

  test('are patients by their folders where none has one, and a heap is one patient', async () => {
    const none = await laidObjects(() => ({ [PATIENT_ID]: undefined }));
    expect(outcomes(await both(named(none, NAMES.flat)))).toEqual(volumes(A, B, C));
    const run = await both(
      named(
        none.filter(({ patient }) => patient === 0),
        NAMES.heap,
      ),
    );
    expect(outcomes(run)).toEqual(volumes('raw'));
    const heap = laidOut(named(none, NAMES.heap));
    expect((await converted(heap, { config: HEADER, code: 1 })).stderr).toContain(
      'no DICOM file with a Patient ID is there; give raw.patients: folder',
    );
  });
});

describe('beside patients by headers', () => {
  const damaged = (): Uint8Array => of(0)[0].bytes.slice(0, 300);

  test('damaged and other files are counted', async () => {
    const run = await both({
      ...named(objects, NAMES.heap),
      'cut-short.dcm': damaged(),
      DICOMDIR: text('no directory'),
      'metadata.csv': text('x'),
      '._1.dcm': text('\0\x05\x16\x07'),
      '.DS_Store': text('x'),
    });
    expect(outcomes(run)).toEqual(volumes(A, B, C));
    expect(run.stderr).toContain(
      "left out, as no patient's: 1 damaged DICOM file, 2 files that are no DICOM",
    );
  });

  test('archives that cannot be opened are patients that are excluded', async () => {
    const run = await both({
      ...named(objects, NAMES.heap),
      'D.zip': text('PK and no zip'),
      'E.7z': text('7z'),
      'F.part1.rar': text('Rar!'),
      'sub/G.tar.bz2': text('BZh'),
    });
    expect(outcomes(run)).toEqual({
      ...volumes(A, B, C),
      D: 'unreadable-archive',
      E: 'unsupported-archive',
      F: 'unsupported-archive',
      G: 'unsupported-archive',
    });
    expect(messageOf(run, 'E')).toContain('unpack it into a folder, or pack it again as .zip');
  });

  test('several of one name are called by their paths', async () => {
    const run = await both({
      ...named(objects, NAMES.heap),
      'one/study.zip': text('no zip'),
      'two/study.zip': text('no zip'),
      'two/study.7z': text('7z'),
    });
    expect(outcomes(run)).toEqual({
      ...volumes(A, B, C),
      one_study: 'unreadable-archive',
      'two_study.zip': 'unreadable-archive',
      'two_study.7z': 'unsupported-archive',
    });
  });

  test('an archive that is called as one of them excludes that one', async () => {
    const run = await both({ ...named(objects, NAMES.heap), [`${A}.zip`]: text('no zip') });
    expect(outcomes(run)).toEqual({ ...volumes(undefined, B, C), [A]: 'unreadable-archive' });
  });

  test('a broken archive does no harm to the patient whose files lie beside it', async () => {
    const run = await both({
      ...named(of(0), NAMES.heap),
      ...named([...of(1), ...of(2)], NAMES.flat),
      'broken.zip': text('no zip'),
    });
    expect(outcomes(run)).toEqual({ ...volumes(A, B, C), broken: 'unreadable-archive' });
  });
});

describe('beside patients by folders', () => {
  test('archives of other kinds and broken ones are told, files counted', async () => {
    const run = await both({
      ...named(objects, NAMES.flat),
      'D.zip': text('no zip'),
      'E.7z': text('7z'),
      [`${A}/notes.rar`]: text('Rar!'),
      [`${A}/._001.dcm`]: text('\0\x05\x16\x07'),
      [`${B}/DICOMDIR`]: text('x'),
      '._D.zip': text('\0\x05\x16\x07'),
      'LICENSE.txt': text('x'),
    });
    expect(outcomes(run)).toEqual({
      ...volumes(A, B, C),
      D: 'unreadable-archive',
      E: 'unsupported-archive',
    });
    expect(run.stderr).toContain('2 files beside the patients in');
  });

  test('one in a folder of a patient excludes that patient alone, in an archive of all too', async () => {
    const files = {
      ...named([...of(0), ...of(1)], NAMES.flat),
      [`${B}/more.zip`]: text('no zip'),
      'D/study.zip': text('no zip'),
    };
    const excluded = { [B]: 'unreadable-archive', D: 'unreadable-archive' };
    expect(outcomes(await both(files))).toEqual({ ...volumes(A), ...excluded });
    const folder = laidOut({ 'all.zip': packed('zip', { ...files, [`${A}/notes.7z`]: text('7z') }) });
    const run = await converted(join(folder, 'all.zip'));
    expect(outcomes(run)).toEqual({ ...volumes(A), ...excluded });
  });

  test('nothing but an archive of another kind is not nothing', async () => {
    expect(outcomes(await both({ 'D.7z': text('7z'), 'E.tar.xz': text('xz') }))).toEqual({
      D: 'unsupported-archive',
      E: 'unsupported-archive',
    });
  });
});

describe('without a word that identity was removed', () => {
  let kept: LaidObject[];
  beforeAll(async () => {
    kept = await laidObjects(({ kind, patient }) =>
      // That of a mask alone does not count.
      kind === 'CT' ? { [IDENTITY_REMOVED]: patient === 0 ? 'NO' : undefined } : {},
    );
  });

  /** What a run leaves and prints, archives of JSON unpacked. */
  function everything({ stdout, stderr, out }: Converted): string {
    const index = gunzipSync(readFileSync(join(out, 'interim/raw-index.json.gz'))).toString();
    return `${stdout}${stderr}${index}`;
  }

  test('Patient IDs name nobody, and are not told', async () => {
    const heap = laidOut(named(kept, NAMES.heap));
    const run = await converted(heap, { code: 1 });
    expect(run.stderr).toContain(
      'for 3 of 3 no CT says that identity was removed (Patient Identity Removed (0012,0062) YES): set privacy.caseId: hmac (and a secret in SWINPREP_SALT)',
    );
    expect(everything(run)).not.toMatch(/PHANTOM/);
  });

  test('dates that were changed say so too', async () => {
    const dates = await laidObjects(() => ({ [IDENTITY_REMOVED]: undefined, x00280303: 'MODIFIED' }));
    expect(outcomes(await both(named(dates, NAMES.heap)))).toEqual(volumes(A, B, C));
  });

  test('folders that are named so tell no more than they did', async () => {
    const run = await both(named(kept, NAMES.xnat));
    expect(outcomes(run)).toEqual(volumes(A, B, C));
    expect(run.cases.every(({ clinical_id }) => clinical_id === undefined)).toBe(true);
  });

  test('an issuer that tells two patients apart is told by no folder', async () => {
    const issued = await laidObjects(
      ({ patient }) => ({
        [IDENTITY_REMOVED]: undefined,
        [PATIENT_ID]: 'SAME',
        [ISSUER]: ['North', 'South'][patient],
      }),
      [1, 2],
    );
    const files = named(issued, ({ patient, number }) => `${'XY'[patient]}/SAME/${number}.dcm`);
    const folder = laidOut({ ...files, 'places.txt': text('X\nY\n') });
    const run = await converted(join(folder, 'places.txt'), { config: HEADER, code: 1 });
    expect(run.stderr).toContain('set privacy.caseId: hmac');
    expect(everything(run)).not.toMatch(/North|South/);
  });

  test('folders of other names keep them, and no clinical id is told', async () => {
    const run = await converted(join(laidOut(named(kept, NAMES.media)), 'DICOM'));
    expect(outcomes(run)).toEqual(volumes('PA000000', 'PA000001', 'PA000002'));
    expect(everything(run) + JSON.stringify(run.cases)).not.toMatch(/PHANTOM-/);
  });

  test('HMACs are those of folders of these names', async () => {
    const folders = await both(named(kept, NAMES.flat), HMAC, SALT);
    const run = await both(named(kept, NAMES.heap), HMAC, SALT);
    expect(outcomes(run)).toEqual(outcomes(folders));
    expect(Object.keys(outcomes(run)).every((id) => /^P-[0-9a-f]{16}$/.test(id))).toBe(true);
    expect(everything(run) + JSON.stringify(run.cases)).not.toMatch(/PHANTOM-/);
    const one = await both(
      named(
        kept.filter(({ patient }) => patient === 1),
        NAMES.heap,
      ),
      HMAC,
      SALT,
    );
    expect(Object.entries(outcomes(folders))).toContainEqual(Object.entries(outcomes(one))[0]);
  });
});

test('a Patient ID that is no name of a folder asks for HMACs', async () => {
  const odd = await laidObjects(({ patient }) => ({ [PATIENT_ID]: ['A/B', 'B.', 'C'][patient] }));
  const heap = laidOut(named(odd, NAMES.heap));
  const { stderr } = await converted(heap, { code: 1 });
  expect(stderr).toContain('the Patient IDs of 2 of 3 patients cannot name a folder');
  const run = await converted(heap, { config: HMAC, salt: SALT });
  expect(run.cases.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
});

test('one patient whose Patient ID is no name of a folder is named by its place', async () => {
  const odd = await laidObjects(() => ({ [PATIENT_ID]: '../A' }), [1]);
  const run = await converted(laidOut(named(odd, NAMES.heap)));
  expect(run.cases.map(({ patient_id, state }) => [patient_id, state])).toEqual([['raw', 'ok']]);
});

describe('one Patient ID in all files', () => {
  let same: LaidObject[];
  beforeAll(async () => {
    same = await laidObjects(() => ({ [PATIENT_ID]: 'ANON' }));
  });

  test('of several studies does not make one patient of a cohort', async () => {
    const run = await both(named(same, NAMES.flat));
    expect(outcomes(run)).toEqual(volumes(A, B, C));
    expect(run.stderr).toContain(
      '3 folders or archives are a patient each, though one Patient ID is in the files of all (raw.patients: header takes them as one patient)',
    );
    const joined = await converted(laidOut(named(same, NAMES.flat)), { config: HEADER });
    expect(joined.cases.map(({ patient_id }) => patient_id)).toEqual(['ANON']);
  });

  test('of one study neither, where each folder has CT and mask', async () => {
    const twice = same.filter(({ patient }) => patient === 1);
    const copies = ['R1', 'R2'].map((folder) => named(twice, (o) => `${folder}/${o.number}`));
    const run = await both(Object.assign({}, ...copies));
    expect(outcomes(run)).toEqual({ R1: volumes(A, B)[B], R2: volumes(A, B)[B] });
  });

  test('makes one patient of the folders of a study, and says so', async () => {
    const run = await both(
      named(
        same.filter(({ patient }) => patient === 1),
        (o) => `${o.series}/${o.number}`,
      ),
    );
    expect(outcomes(run)).toEqual({ ANON: volumes(A, B)[B] });
    expect(run.stderr).toContain('one patient in 2 folders, by the one Patient ID of all files');
  });
});

describe('a cohort by headers', () => {
  let folder: string;
  let whole: Converted;
  beforeAll(async () => {
    folder = laidOut({ ...named(objects, NAMES.tciaUtils), 'D.zip': text('no zip') });
    whole = await converted(folder);
  });

  test('is limited to the first by id', async () => {
    const run = await converted(folder, { more: ['--limit', '2'] });
    expect(run.cases.map(({ patient_id }) => patient_id)).toEqual(['D', A]);
    expect(run.stderr).toContain('--limit: 2 of 4 patients, the first by id');
  });

  test('is done again in no time, and after a change for the one that changed', async () => {
    const again = await converted(folder, { out: whole.out });
    expect(again.stdout).toContain('3 ok, 1 excluded, 4 done before');
    const copy = join(folder, NAMES.tciaUtils(of(1)[0]));
    writeFileSync(copy, readFileSync(copy));
    utimesSync(copy, 1, 1);
    const changed = await converted(folder, { out: whole.out });
    expect(changed.stdout).toContain('3 ok, 1 excluded, 3 done before');
    expect(withoutFingerprints(changed.cases)).toEqual(withoutFingerprints(whole.cases));
  });

  test('is dealt to three ranks as to one', async () => {
    const out = temporaryFolder();
    const rank = (i: number): Promise<Converted> => converted(folder, { out, more: ['--shard', `${i}/3`] });
    const [gathered] = await Promise.all([rank(0), rank(1), rank(2)]);
    const one = await converted(folder);
    expect(gathered.cases).toEqual(one.cases);
    expect(hashesOf(join(out, 'interim'), '.nii.gz')).toEqual(hashesOf(join(one.out, 'interim'), '.nii.gz'));
    expect(hashesOf(join(out, 'cases'))).toEqual(hashesOf(join(one.out, 'cases')));
  });
});

describe('any renaming and moving that keeps the headers', () => {
  /** Where a file goes: names of folders on the way, a name, and whether it is packed there. */
  const move = fc.record({
    folders: fc.array(fc.constantFrom('a', 'b', 'c', A, B, 'IM.1'), { maxLength: 3 }),
    archive: fc.constantFrom('', '', '', 'x.zip', 'y.tar', 'z.tgz'),
    ending: fc.constantFrom('', '.dcm', '.ima', '.001'),
    name: fc.integer({ min: 0, max: 99999 }),
  });

  function moved(
    moves: readonly { folders: string[]; archive: string; ending: string; name: number }[],
  ): Files {
    const plain: Record<string, Uint8Array> = {};
    const packedFiles: Record<string, Record<string, Uint8Array>> = {};
    for (const [i, { bytes }] of objects.entries()) {
      const { folders, archive, ending, name } = moves[i % moves.length];
      const path = [...folders, `${(name + 7 * i) % 100000}-${i}${ending}`].join('/');
      if (archive === '') plain[path] = bytes;
      else {
        packedFiles[archive] ??= {};
        packedFiles[archive][path] = bytes;
      }
    }
    for (const [archive, files] of Object.entries(packedFiles))
      plain[archive] = packed(archive.slice(2) as 'zip' | 'tar' | 'tgz', files);
    return plain;
  }

  test('gives the same volumes and records', async () => {
    const moves = fc.array(move, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(moves, async (given) => {
        const run = await converted(laidOut(moved(given)), { config: HEADER });
        expect(withoutFingerprints(run.cases)).toEqual(withoutFingerprints(expected));
      }),
      { numRuns: 7 },
    );
  });

  test('and where versions are those of the content, the same fingerprints: nothing is done again', async () => {
    const dated = (files: Files): string => {
      const folder = laidOut(files);
      for (const key of Object.keys(files)) utimesSync(join(folder, key), 1e9, 1e9);
      return folder;
    };
    const first = await converted(dated(named(objects, NAMES.nbia)), { config: HEADER });
    const plain = fc.array(
      move.map((to) => ({ ...to, archive: '' })),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(plain, async (given) => {
        const run = await converted(dated(moved(given)), { config: HEADER, out: first.out });
        expect(run.cases).toEqual(first.cases);
        expect(run.stdout).toContain('3 ok, 0 excluded, 3 done before');
      }),
      { numRuns: 5 },
    );
  });
});
