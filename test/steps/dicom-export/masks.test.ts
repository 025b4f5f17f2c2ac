import { cpSync, existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../src/demo/embedded-azurite.ts';
import { items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { type DicomExport, dicomExportSchema } from '../../../src/records/way-back/dicom-export.ts';
import { openStore } from '../../../src/storage/open.ts';
import { cli, hashesOf, killedAt, readJson, startCli, temporaryFolder } from '../../support/cli.ts';
import { converted, SALT } from '../../support/converted.ts';
import {
  type DicomCohort,
  dicomCohort,
  dicomFilesOf,
  IDS,
  put,
  readBack,
  volumeAt,
} from '../../support/dicom-cohort.ts';
import { storeHashes } from '../../support/gather.ts';
import { command, commandHere } from '../../support/in-process.ts';

let cohort: DicomCohort;
beforeAll(async () => {
  cohort = await dicomCohort();
});

type Kind = 'dicom-seg' | 'rtstruct';

function exportArgs(kind: Kind, out: string, ...more: string[]): string[] {
  const { interim, raw } = cohort;
  return ['export', kind, '--interim', interim, '--raw', raw, '--out', out, '--workers', '1', ...more];
}

const recordOf = (out: string): DicomExport => readJson(out, 'dicom_export.json');

function states(out: string): [string, string][] {
  return recordOf(out).patients.map((p) => [p.patient_id, p.state === 'ok' ? 'ok' : p.exclusion.code]);
}

const parsed = (path: string) => parsePart10(path, readFileSync(path))!.dataset;

function segmentsIn(path: string): { label: string; type: string; category: string; regions: number }[] {
  return items(parsed(path), Tag.SegmentSequence).map((segment) => ({
    label: text(segment, Tag.SegmentLabel),
    type: text(segment, 'x00620008'),
    category: text(items(segment, 'x00620003')[0], 'x00080100'),
    regions: items(segment, 'x00082218').length,
  }));
}

describe('a cohort as DICOM SEG', () => {
  const out = temporaryFolder();
  let printed: { stdout: string; stderr: string };
  beforeAll(async () => {
    // As a process, with threads.
    printed = await cli(exportArgs('dicom-seg', out));
  });

  test('every patient ends in the record, ok or with its reason', () => {
    expect(states(out)).toEqual([
      [IDS.seg, 'ok'],
      [IDS.set, 'ok'],
      [IDS.gap, 'ok'],
      [IDS.none, 'not-converted'],
    ]);
    const record = recordOf(out);
    expect(dicomExportSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({ kind: 'dicom-seg', summary: { num_ok: 3, num_excluded: 1 } });
    expect(record.patients).toEqual(
      record.patients.map(({ patient_id }) => readJson(out, patient_id, 'export.json')),
    );
    expect(printed.stdout).toContain('export: 3 ok, 1 excluded\n');
    expect(printed.stdout).toContain(
      `excluded ${IDS.none} (not-converted): convert excluded the patient (no-mask-object): its case.json says why`,
    );
  });

  test('what is about to be written, of how many, and where, is said before it is', () => {
    const [first, second] = printed.stderr.split('\n').filter((line) => !line.startsWith('beside'));
    expect(first).toBe(`about to write DICOM Segmentations to ${out}: they name 3 patients, as the CT does`);
    expect(second).toContain('export: 4 patients');
  });

  test('the planes that the scanner made no image of are left out, and that is told', () => {
    const [, set, gap] = recordOf(out).patients;
    if (set.state !== 'ok' || gap.state !== 'ok') throw new Error('not ok');
    expect(set.planes_left_out).toBe(0);
    expect(gap).toMatchObject({ planes_left_out: 1, source_images: set.source_images - 1 });
    expect(gap.flags.map(({ code }) => code)).toContain('planes-left-out');
    expect(printed.stdout).toContain('planes that no image was made of are left out in 1 object');
  });

  test('the tumour has the name and the algorithm of its source, and codes', () => {
    const tumour = {
      category: '49755003',
      label: readJson<{ tumor: { roi_name: string } }>(cohort.interim, IDS.seg, 'case.json').tumor.roi_name,
    };
    expect(segmentsIn(join(out, IDS.seg, 'seg.dcm'))).toEqual([expect.objectContaining(tumour)]);
  });
});

describe('what is written is read back by convert, voxel by voxel', () => {
  test.each<[Kind, string[]]>([
    ['dicom-seg', []],
    ['dicom-seg', ['--type', 'binary', '--frames', 'all', '--compress', 'deflate']],
    ['dicom-seg', ['--type', 'labelmap', '--compress', 'rle']],
    ['dicom-seg', ['--type', 'fractional', '--frames', 'all']],
    ['rtstruct', []],
    ['rtstruct', ['--holes', 'separate']],
  ])('%s %j', async (kind, more) => {
    const out = temporaryFolder();
    await command(exportArgs(kind, out, ...more));
    const file = kind === 'rtstruct' ? 'rtstruct.dcm' : 'seg.dcm';
    const masks = await readBack(
      cohort.raw,
      Object.fromEntries([IDS.seg, IDS.set].map((id) => [id, join(out, id, file)])),
    );
    for (const id of [IDS.seg, IDS.set]) {
      const mask = volumeAt(cohort.interim, id, 'tumor.nii.gz');
      expect(masks[id].geometry).toEqual(mask.geometry);
      expect(Buffer.compare(masks[id].data as Uint8Array, mask.data as Uint8Array)).toBe(0);
      expect(mask.data).toContain(1);
    }
  });
});

describe('again', () => {
  const out = temporaryFolder();
  let first: Record<string, string>;
  const written = (id: string): number => statSync(join(out, id, 'seg.dcm')).mtimeMs;
  beforeAll(async () => {
    await command(exportArgs('dicom-seg', out));
    first = hashesOf(out);
    for (const id of [IDS.seg, IDS.set]) utimesSync(join(out, id, 'seg.dcm'), 1, 1);
  });

  test('nothing is done twice', async () => {
    const { stdout } = await command(exportArgs('dicom-seg', out));
    expect(stdout).toContain('export: 3 ok, 1 excluded, 3 done before\n');
    expect([written(IDS.seg), written(IDS.set)]).toEqual([1000, 1000]);
  });

  test('killed in the middle it goes on, and ends in the same bytes', async () => {
    const killed = temporaryFolder();
    await killedAt(/export: \S+ ok \[1\/4\b/, startCli(exportArgs('dicom-seg', killed)));
    const { stdout } = await command(exportArgs('dicom-seg', killed));
    expect(stdout).toMatch(/3 ok, 1 excluded, [12] done before/);
    expect(hashesOf(killed)).toEqual(first);
  });

  test('another option makes all again, other objects with other UIDs', async () => {
    const other = temporaryFolder();
    cpSync(out, other, { recursive: true });
    const { stdout } = await command(exportArgs('dicom-seg', other, '--series-description', 'Another'));
    expect(stdout).toContain('export: 3 ok, 1 excluded\n');
    const uid = (folder: string) => text(parsed(join(folder, IDS.seg, 'seg.dcm')), Tag.SOPInstanceUID);
    expect(uid(other)).not.toBe(uid(out));
    expect(text(parsed(join(other, IDS.seg, 'seg.dcm')), Tag.SeriesDescription)).toBe('Another');
  });

  test('a patient whose raw data are gone has no object any more', async () => {
    const raw = temporaryFolder();
    cpSync(join(cohort.raw, IDS.seg), join(raw, IDS.seg), { recursive: true, preserveTimestamps: true });
    const other = temporaryFolder();
    cpSync(out, other, { recursive: true });
    const args = exportArgs('dicom-seg', other).map((arg) => (arg === cohort.raw ? raw : arg));
    const { stdout } = await command(args);
    expect(stdout).toContain(`excluded ${IDS.set} (no-raw): is not among the raw data that were given`);
    expect(existsSync(join(other, IDS.seg, 'seg.dcm'))).toBe(true);
    expect(existsSync(join(other, IDS.set, 'seg.dcm'))).toBe(false);
  });

  test('of another kind, the place is refused, and all of the first stays', async () => {
    const before = hashesOf(out, '');
    const { stderr } = await command(exportArgs('rtstruct', out), 1);
    expect(stderr).toContain('holds dicom_export.json, of DICOM Segmentations; give another place');
    expect(hashesOf(out, '')).toEqual(before);
  });

  test('of another kind that was not finished, no object stays', async () => {
    const other = temporaryFolder();
    cpSync(out, other, { recursive: true });
    rmSync(join(other, 'dicom_export.json'));
    await command(exportArgs('rtstruct', other));
    expect(Object.keys(hashesOf(other, '.dcm'))).toEqual(
      [IDS.seg, IDS.set, IDS.gap].map((id) => `${id}/rtstruct.dcm`),
    );
  });
});

describe('what the options say', () => {
  const out = temporaryFolder();
  const meta = join(temporaryFolder(), 'meta.json');
  const segment = {
    labelID: 1,
    SegmentLabel: 'My tumour',
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentedPropertyCategoryCodeSequence: {
      CodeValue: '49755003',
      CodingSchemeDesignator: 'SCT',
      CodeMeaning: 'Morphologically Abnormal Structure',
    },
    SegmentedPropertyTypeCodeSequence: {
      CodeValue: '372087000',
      CodingSchemeDesignator: 'SCT',
      CodeMeaning: 'Neoplasm, Primary',
    },
  };
  const described = {
    ContentCreatorName: 'Doe^John',
    SeriesNumber: '77',
    InstanceNumber: '1',
    segmentAttributes: [[segment, { ...segment, labelID: 2, SegmentLabel: 'Nothing' }]],
  };

  test('stands in the objects: the file of segments, what is given beside it, and whatever made them', async () => {
    writeFileSync(meta, JSON.stringify(described));
    const { stderr } = await command(
      exportArgs(
        'dicom-seg',
        out,
        ...[
          '--segments',
          meta,
          '--algorithm-name',
          'net',
          '--algorithm-version',
          '1.2',
          '--series-number',
          '78',
        ],
        ...['--content-date', '20261129101500', '--uid-root', '1.2.826.0.1.3680043.10.1'],
      ),
    );
    expect(stderr).toContain(`${meta}: is not written: InstanceNumber`);
    const file = parsed(join(out, IDS.seg, 'seg.dcm'));
    expect(segmentsIn(join(out, IDS.seg, 'seg.dcm'))).toEqual([
      { label: 'My tumour', type: 'AUTOMATIC', category: '49755003', regions: 0 },
      { label: 'Nothing', type: 'AUTOMATIC', category: '49755003', regions: 0 },
    ]);
    const [algorithm] = items(items(file, Tag.SegmentSequence)[0], 'x00620007');
    expect([text(algorithm, 'x00660036'), text(algorithm, 'x00660031')]).toEqual(['net', '1.2']);
    expect(text(file, 'x00700084')).toBe('Doe^John');
    expect(text(file, Tag.SeriesNumber)).toBe('78');
    expect([text(file, Tag.ContentDate), text(file, Tag.ContentTime)]).toEqual(['20261129', '101500']);
    for (const tag of [Tag.SOPInstanceUID, Tag.SeriesInstanceUID])
      expect(text(file, tag)).toMatch(/^1\.2\.826\.0\.1\.3680043\.10\.1\.\d+$/);
    const [{ state, ...found }] = recordOf(out).patients;
    expect(state).toBe('ok');
    expect(found).toMatchObject({ segments: [{ label: 1 }, { label: 2, voxels: 0, parts: 0 }] });
  });

  test.each<[Kind, string[], string]>([
    ['dicom-seg', ['--holes', 'keyhole'], 'Unknown argument: holes'],
    ['rtstruct', ['--type', 'binary'], 'Unknown argument: type'],
    ['dicom-seg', ['--compress', 'rle'], '--compress rle: is not made for pixels of one bit'],
    ['dicom-seg', ['--content-date', '20260230'], '--content-date 20260230: is no moment'],
    ['dicom-seg', ['--content-date', '2026-01-01'], 'is no moment; give YYYYMMDD'],
    ['rtstruct', ['--uid-root', '1.02'], '--uid-root: "1.02" is no root of DICOM UIDs'],
    ['rtstruct', ['--creator', 'a\\b'], '--creator: holds a backslash'],
    ['rtstruct', ['--creator', 'a=b=c=d'], "--creator: is no person's name"],
    ['rtstruct', ['--series-number', '-1'], '--series-number: must be a whole number'],
    ['dicom-seg', ['--series-number', '2147483648'], '--series-number: is above 2147483647'],
    ['dicom-seg', ['--algorithm-name', ' '], '--algorithm-name: is empty'],
    ['dicom-seg', ['--algorithm-version', ''], '--algorithm-version: is empty'],
    ['dicom-seg', ['--segments', 'no-such.json'], 'no-such.json'],
  ])('%s %j is refused', async (kind, more, message) => {
    const nowhere = join(temporaryFolder(), 'out');
    const { stderr } = await command(exportArgs(kind, nowhere, ...more), 1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('raw data that are not as convert read them', () => {
  const exportOf = (raw: string, out: string): string[] =>
    exportArgs('dicom-seg', out).map((arg) => (arg === cohort.raw ? raw : arg));
  const copied = (): string => {
    const raw = join(temporaryFolder(), 'raw');
    cpSync(join(cohort.raw, IDS.seg), join(raw, IDS.seg), { recursive: true });
    return raw;
  };

  test('copies elsewhere give the same object', async () => {
    const [out, again] = [temporaryFolder(), temporaryFolder()];
    await command(exportOf(cohort.raw, out));
    await command(exportOf(copied(), again));
    expect(hashesOf(join(again, IDS.seg), '.dcm')).toEqual(hashesOf(join(out, IDS.seg), '.dcm'));
  });

  test('a CT on the same grid with other voxels, as of another patient, is not written upon', async () => {
    const raw = copied();
    const slice = dicomFilesOf(join(raw, IDS.seg)).find(({ modality }) => modality === 'CT')!.path;
    const bytes = readFileSync(slice);
    // Of the last pixel.
    bytes[bytes.length - 2] ^= 1;
    writeFileSync(slice, bytes);
    const out = temporaryFolder();
    const { stdout } = await command(exportOf(raw, out));
    expect(stdout).toContain(`excluded ${IDS.seg} (no-source-series): one CT series has the grid`);
    expect(existsSync(join(out, IDS.seg, 'seg.dcm'))).toBe(false);
  });
});

test('whom a review excludes gets no object, and --max-excluded does not count it', async () => {
  const interim = temporaryFolder();
  cpSync(cohort.interim, interim, { recursive: true });
  const cases = readJson<{ cases: { patient_id: string }[] }>(interim, 'cases.json');
  const exclusion = { step: 'convert', code: 'review', message: 'a reviewer says so' };
  put(
    join(interim, 'cases.json'),
    JSON.stringify({
      ...cases,
      cases: cases.cases
        .filter(({ patient_id }) => patient_id !== IDS.none)
        .map((one) => (one.patient_id === IDS.set ? { ...one, state: 'excluded', exclusion } : one)),
    }),
  );
  const out = temporaryFolder();
  const args = exportArgs('rtstruct', out, '--max-excluded', '0');
  const { stdout } = await command(args.map((arg) => (arg === cohort.interim ? interim : arg)));
  expect(stdout).toContain('export: 2 ok, 1 excluded\n');
  expect(stdout).toContain(`excluded ${IDS.set} (review)`);
  expect(states(out)).toContainEqual([IDS.set, 'review']);
});

describe('interim volumes that do not belong together', () => {
  const changed = (change: (interim: string) => void): string[] => {
    const interim = temporaryFolder();
    cpSync(cohort.interim, interim, { recursive: true });
    change(interim);
    return exportArgs('dicom-seg', temporaryFolder()).map((arg) => (arg === cohort.interim ? interim : arg));
  };

  test('a mask that is not that of its record is not written', async () => {
    const args = changed((interim) =>
      cpSync(join(interim, IDS.set, 'tumor.nii.gz'), join(interim, IDS.seg, 'tumor.nii.gz')),
    );
    const { stderr } = await command(args, 1);
    expect(stderr).toContain('is not what convert wrote by its cases.json; run convert again');
  });

  test('nor one whose record is of another run than the list', async () => {
    const args = changed((interim) =>
      cpSync(join(interim, IDS.set, 'case.json'), join(interim, IDS.seg, 'case.json')),
    );
    expect((await command(args)).stdout).toContain(`excluded ${IDS.seg} (unreadable-case)`);
  });

  test.each<[string, (interim: string) => void, string]>([
    ['no list', (interim) => rmSync(join(interim, 'cases.json')), 'holds no cases.json'],
    [
      'a list that is none',
      (interim) => put(join(interim, 'cases.json'), '{}'),
      'was not written by convert',
    ],
    [
      'a configuration of another version',
      (interim) => {
        const cases = readJson<object>(interim, 'cases.json');
        put(join(interim, 'cases.json'), JSON.stringify({ ...cases, config: { raw: {} } }));
      },
      'was not written by this version of swinprep (raw.patients',
    ],
  ])('%s is told', async (_, change, message) => {
    expect((await command(changed(change), 1)).stderr).toContain(message);
  });
});

test('raw data of a table of pairs: DICOM images are referred to, and of a NIfTI CT there are none', async () => {
  const pairs = join(temporaryFolder(), 'pairs.csv');
  const nifti = join(cohort.interim, IDS.set);
  const rows = [
    `DICOM,${join(cohort.raw, IDS.seg)},`,
    `DRAWN,${join(cohort.raw, IDS.set)},${join(nifti, 'tumor.nii.gz')}`,
    `NIFTI,${join(nifti, 'ct.nii.gz')},${join(nifti, 'tumor.nii.gz')}`,
  ];
  put(pairs, `patient_id,ct,mask\n${rows.join('\n')}\n`);
  const run = await converted(pairs);
  const out = temporaryFolder();
  const interim = join(run.out, 'interim');
  await command(['export', 'dicom-seg', '--interim', interim, '--raw', pairs, '--out', out]);
  expect(states(out)).toEqual([
    ['DICOM', 'ok'],
    ['DRAWN', 'ok'],
    ['NIFTI', 'no-dicom'],
  ]);
  // A mask that is a NIfTI file does not tell how it was drawn.
  const [segment] = items(parsed(join(out, 'DRAWN/seg.dcm')), Tag.SegmentSequence);
  expect([text(segment, Tag.SegmentLabel), text(segment, 'x00620008'), text(segment, 'x00620009')]).toEqual([
    'GTV-1',
    'SEMIAUTOMATIC',
    'not known',
  ]);
  expect(readJson(out, 'DRAWN/export.json')).toMatchObject({
    flags: [{ code: 'algorithm-not-known', value: 1 }],
  });
  const named = temporaryFolder();
  const args = ['export', 'dicom-seg', '--interim', interim, '--raw', pairs, '--out', named];
  await command([...args, '--algorithm-name', 'their tool']);
  expect(readJson(named, 'DRAWN/export.json')).toMatchObject({ flags: [] });
  const back = await readBack(cohort.raw, { [IDS.seg]: join(out, 'DICOM/seg.dcm') });
  expect(back[IDS.seg].data).toEqual(volumeAt(interim, 'DICOM/tumor.nii.gz').data);
  const inside = [
    'export',
    'dicom-seg',
    '--interim',
    interim,
    '--raw',
    pairs,
    '--out',
    join(cohort.raw, IDS.seg, 'x'),
  ];
  expect((await command(inside, 1)).stderr).toContain('lies in --raw');
});

describe('patients with HMACs for names', () => {
  let interim: string;
  let names: readonly string[];
  const env = { SWINPREP_SALT: SALT };
  const args = (out: string): string[] =>
    exportArgs('dicom-seg', out).map((arg) => (arg === cohort.interim ? interim : arg));
  beforeAll(async () => {
    const run = await converted(cohort.raw, { config: { privacy: { caseId: 'hmac' } }, salt: SALT });
    interim = join(run.out, 'interim');
    names = run.cases.filter(({ state }) => state === 'ok').map(({ patient_id }) => patient_id);
  });

  test('are found by the secret of convert', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await commandHere(args(out), env);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('export: 3 ok, 1 excluded'),
    });
    expect(names).toHaveLength(3);
    for (const name of names) expect(existsSync(join(out, name, 'seg.dcm'))).toBe(true);
    expect(stdout).not.toContain('PHANTOM');
  });

  test.each([
    ['another secret', { SWINPREP_SALT: `${SALT}, another` }, 'another secret than the one in SWINPREP_SALT'],
    ['none', { SWINPREP_SALT: undefined }, 'which needs a secret'],
  ])('%s is told', async (_, salt, message) => {
    const { code, stderr } = await commandHere(args(temporaryFolder()), salt);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describe('in Blob Storage', () => {
  let azurite: Azurite;
  let url: string;
  const local = temporaryFolder();
  beforeAll(async () => {
    azurite = await startAzurite();
    url = `${azurite.url}/dicom`;
    const store = await openStore(url);
    for (const place of ['interim', 'raw'] as const)
      for (const path of Object.keys(hashesOf(cohort[place])))
        await store.write(`${place}/${path}`, readFileSync(join(cohort[place], path)));
    await command(exportArgs('dicom-seg', local));
  });
  afterAll(() => azurite.close());

  const args = (out: string, ...more: string[]): string[] =>
    exportArgs('dicom-seg', `${url}/${out}`, ...more).map((arg) =>
      arg === cohort.interim ? `${url}/interim` : arg === cohort.raw ? `${url}/raw` : arg,
    );
  const objectsOf = async (out: string) =>
    Object.fromEntries(
      Object.entries(await storeHashes(await openStore(`${url}/${out}`))).filter(([key]) =>
        key.endsWith('.dcm'),
      ),
    );

  test('the objects are the same as in a folder, and those of three ranks as those of one', async () => {
    await command(args('one'));
    expect(await objectsOf('one')).toEqual(hashesOf(local, '.dcm'));
    const ranks = [2, 1, 0].map((rank) => command(args('three', '--shard', `${rank}/3`)));
    const printed = await Promise.all(ranks);
    expect(printed[2].stdout).toContain('export: 3 ok, 1 excluded\n');
    const all = async (out: string) => storeHashes(await openStore(`${url}/${out}`));
    expect(await all('three')).toEqual(await all('one'));
    expect((await command(args('three'))).stdout).toContain('3 done before');
  });

  test('the place is watched over there too', async () => {
    for (const out of ['interim', 'interim/dicom', 'raw', 'raw/PHANTOM-001'])
      expect((await command(args(out), 1)).stderr).toContain('DICOM objects name the patient');
    await (await openStore(url)).write('artifacts/manifest.json', Buffer.from('{"swinprep_version": "0"}'));
    const { stderr } = await command(args('artifacts/a/b'), 1);
    expect(stderr).toContain('lies among outputs of swinprep');
    expect(stderr).toContain('/artifacts holds manifest.json');
  });
});
