import { cpSync, existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../src/demo/embedded-azurite.ts';
import { items, parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { type MapBackRecord, mapBackSchema, type OkMapped } from '../../../src/records/way-back/mapped.ts';
import { openStore } from '../../../src/storage/open.ts';
import { cli, hashesOf, readJson, temporaryFolder } from '../../support/cli.ts';
import { converted } from '../../support/converted.ts';
import {
  type DicomCohort,
  dicomCohort,
  dicomFilesOf,
  encodedWith,
  IDS,
  put,
  readBack,
  volumeAt,
} from '../../support/dicom-cohort.ts';
import { withElements } from '../../support/edited-file.ts';
import { storeHashes } from '../../support/gather.ts';
import { command } from '../../support/in-process.ts';

const NET = ['--algorithm-name', 'some net', '--algorithm-version', '3.1'];
const MADE = [IDS.seg, IDS.set, IDS.gap];

let cohort: DicomCohort;
const masks = temporaryFolder();
const shares = temporaryFolder();
const labels = temporaryFolder();

beforeAll(async () => {
  cohort = await dicomCohort();
  for (const id of MADE) {
    const roi = volumeAt(cohort.roi, id, 'tumor_roi.nii.gz');
    const [nx] = roi.geometry.size;
    put(
      join(masks, `${id}.nii.gz`),
      encodedWith(roi, (v) => v),
    );
    put(
      join(shares, `${id}.nii.gz`),
      encodedWith(roi, (v) => 0.1 + 0.7 * v, Float32Array),
    );
    // The tumour, and its left half as another label.
    put(
      join(labels, `${id}.nii.gz`),
      encodedWith(roi, (v, i) => (v === 0 ? 0 : i % nx < nx / 2 ? 1 : 300), Uint16Array),
    );
  }
});

const parsed = (path: string) => parsePart10(path, readFileSync(path))!.dataset;

function mapBackArgs(as: 'dicom-seg' | 'rtstruct', roi: string, out: string, ...more: string[]): string[] {
  const places = ['--transforms', cohort.roi, '--roi', roi, '--raw', cohort.raw, '--out', out];
  return ['map-back', '--as', as, ...places, ...NET, '--workers', '1', ...more];
}

function okOf(out: string): OkMapped[] {
  const record = readJson<MapBackRecord>(out, 'map_back.json');
  expect(mapBackSchema.parse(record)).toEqual(record);
  return record.patients.flatMap((p) => (p.state === 'ok' ? [p] : []));
}

const codesOf = (out: string): [string, string][] =>
  readJson<MapBackRecord>(out, 'map_back.json').patients.map((p) => [
    p.patient_id,
    p.state === 'ok' ? 'ok' : p.exclusion.code,
  ]);

describe('masks that came from the CT', () => {
  test.each([
    ['dicom-seg', 'seg.dcm'],
    ['rtstruct', 'rtstruct.dcm'],
  ] as const)('are there again as %s, and compared as ever', async (as, file) => {
    const out = temporaryFolder();
    const { stdout, stderr } = await cli(mapBackArgs(as, masks, out, '--compare', cohort.interim));
    expect(stdout).toMatch(/^map-back: 3 ok, 0 excluded$/m);
    expect(stdout).toMatch(/Dice: mean 1\.0000/);
    expect(stderr).toContain(`to ${out}: they name 3 patients, as the CT does`);
    const ok = okOf(out);
    expect(ok.map(({ output }) => output.file)).toEqual(MADE.map((id) => `${id}/${file}`).sort());
    for (const { patient_id, output, compared, dicom } of ok) {
      expect(output.sha256).toBe(hashesOf(join(out, patient_id), '.dcm')[file]);
      expect(compared!.dice).toBe(1);
      expect(dicom).toMatchObject({ kind: as, planes_left_out: Number(patient_id === IDS.gap) });
    }
    const back = await readBack(cohort.raw, { [IDS.set]: join(out, IDS.set, file) });
    expect(back[IDS.set].data).toEqual(volumeAt(cohort.interim, IDS.set, 'tumor.nii.gz').data);
  });

  test('the page of report reads what is told of them', async () => {
    const out = temporaryFolder();
    await command(mapBackArgs('dicom-seg', masks, out, '--compare', cohort.interim));
    const { stdout } = await command(['report', cohort.out, '--map-back', out, '--out', temporaryFolder()]);
    expect(stdout).toContain('3 predictions compared');
  });

  test('what made them is told, and the tumour has codes', async () => {
    const out = temporaryFolder();
    await command(mapBackArgs('dicom-seg', masks, out));
    const [segment] = items(parsed(join(out, IDS.seg, 'seg.dcm')), Tag.SegmentSequence);
    expect([text(segment, Tag.SegmentLabel), text(segment, 'x00620008'), text(segment, 'x00620009')]).toEqual(
      ['GTV-1', 'AUTOMATIC', 'some net'],
    );
  });
});

describe('maps of other kinds', () => {
  test('several labels are a segment each, numbers above 255 too', async () => {
    const out = temporaryFolder();
    await command(mapBackArgs('dicom-seg', labels, out, '--type', 'labelmap'));
    const file = parsed(join(out, IDS.seg, 'seg.dcm'));
    const names = items(file, Tag.SegmentSequence).map((item) => text(item, Tag.SegmentLabel));
    expect(names.slice(0, 2)).toEqual(['GTV-1', 'Label 300']);
    expect(file.uint16(Tag.BitsAllocated)).toBe(16);
    for (const { dicom, voxels } of okOf(out).filter(({ patient_id }) => patient_id !== IDS.gap)) {
      expect(dicom!.segments.map(({ label }) => label)).toEqual([1, 300]);
      expect(dicom!.segments.reduce((sum, segment) => sum + segment.voxels, 0)).toBe(voxels);
    }
  });

  test('probabilities are FRACTIONAL, and inside what they are inside as masks', async () => {
    const out = temporaryFolder();
    await command(mapBackArgs('dicom-seg', shares, out));
    const file = parsed(join(out, IDS.seg, 'seg.dcm'));
    expect([text(file, Tag.SegmentationType), text(file, 'x00620010')]).toEqual([
      'FRACTIONAL',
      'PROBABILITY',
    ]);
    const [{ voxels, dicom, interpolation }] = okOf(out);
    expect(interpolation).toBe('linear');
    expect(dicom!.segments).toMatchObject([{ label: 1, voxels }]);
    // The stored share of 255 is 128 at 0.5.
    const config = { mask: { fractionalThreshold: 0.501 } };
    const back = await readBack(cohort.raw, { [IDS.seg]: join(out, IDS.seg, 'seg.dcm') }, config);
    expect((back[IDS.seg].data as Uint8Array).filter((v) => v === 1)).toHaveLength(voxels);
  });

  test.each([
    ['dicom-seg', ['--type', 'binary'], 'a BINARY segmentation is made round a mask: give --threshold'],
    ['dicom-seg', ['--type', 'labelmap'], 'a LABELMAP segmentation is made'],
    ['rtstruct', [], 'contours are drawn round a mask: give --threshold, such as 0.5'],
  ] as const)('probabilities as %s %j take a threshold', async (as, more, message) => {
    const out = temporaryFolder();
    const { stdout } = await command(mapBackArgs(as, shares, out, ...more));
    expect(stdout).toContain('map-back: 0 ok, 3 excluded');
    expect(stdout).toContain(`(needs-threshold): ${IDS.seg}.nii.gz: holds probabilities, and ${message}`);
    const given = temporaryFolder();
    await command(mapBackArgs(as, shares, given, ...more, '--threshold', '0.45'));
    expect(codesOf(given)).toEqual([...MADE].sort().map((id) => [id, 'ok']));
  });
});

describe('again', () => {
  const out = temporaryFolder();
  const own = temporaryFolder();
  beforeAll(async () => {
    for (const id of MADE)
      cpSync(join(masks, `${id}.nii.gz`), join(own, `${id}.nii.gz`), { preserveTimestamps: true });
    await command(mapBackArgs('dicom-seg', own, out));
    for (const id of MADE) utimesSync(join(out, id, 'seg.dcm'), 1, 1);
  });

  test('another prediction redoes its patient alone, with another SOP Instance', async () => {
    const uid = () => text(parsed(join(out, IDS.set, 'seg.dcm')), Tag.SOPInstanceUID);
    const before = uid();
    const roi = volumeAt(cohort.roi, IDS.set, 'tumor_roi.nii.gz');
    const [nx] = roi.geometry.size;
    put(
      join(own, `${IDS.set}.nii.gz`),
      encodedWith(roi, (v, i) => (i % nx < nx / 2 ? 0 : v)),
    );
    const { stdout } = await command(mapBackArgs('dicom-seg', own, out));
    expect(stdout).toContain('map-back: 3 ok, 0 excluded, 2 done before\n');
    expect(uid()).not.toBe(before);
    expect(statSync(join(out, IDS.seg, 'seg.dcm')).mtimeMs).toBe(1000);
  });

  test('a prediction that can no longer be used leaves no object', async () => {
    put(join(own, `${IDS.seg}.nii.gz`), 'no NIfTI');
    await command(mapBackArgs('dicom-seg', own, out));
    expect(codesOf(out)).toContainEqual([IDS.seg, 'unreadable-nifti']);
    expect(existsSync(join(out, IDS.seg, 'seg.dcm'))).toBe(false);
    expect(readJson(out, IDS.seg, 'export.json')).toMatchObject({ state: 'excluded' });
  });
});

test('each fault of a patient is told with its code', async () => {
  const [predictions, transforms] = [temporaryFolder(), temporaryFolder()];
  cpSync(cohort.roi, transforms, { recursive: true });
  const mask = readFileSync(join(masks, `${IDS.seg}.nii.gz`));
  for (const id of [IDS.seg, 'NOBODY', 'ELSEWHERE', 'CONFUSED']) put(join(predictions, `${id}.nii.gz`), mask);
  const text = readFileSync(join(transforms, IDS.seg, 'transforms.json'), 'utf8');
  put(join(transforms, 'ELSEWHERE/transforms.json'), text.replace(`"${IDS.seg}"`, '"ELSEWHERE"'));
  put(join(transforms, 'CONFUSED/transforms.json'), text);
  const out = temporaryFolder();
  const args = mapBackArgs('dicom-seg', predictions, out);
  await command(args.map((arg) => (arg === cohort.roi ? transforms : arg)));
  expect(codesOf(out)).toEqual([
    ['CONFUSED', 'other-patient'],
    ['ELSEWHERE', 'no-raw'],
    ['NOBODY', 'no-transforms'],
    [IDS.seg, 'ok'],
  ]);
});

describe('which raw data are read, and how', () => {
  test('two series on one grid are told apart by the CT of --interim', async () => {
    const raw = temporaryFolder();
    for (const [i, { path, modality }] of dicomFilesOf(join(cohort.raw, IDS.seg)).entries()) {
      const bytes = readFileSync(path);
      put(join(raw, IDS.seg, `${i}.dcm`), bytes);
      const uid = text(parsed(path), Tag.SOPInstanceUID);
      const twin = {
        [Tag.SOPInstanceUID]: `${uid}.1`,
        [Tag.SeriesInstanceUID]: '2.25.1',
        [Tag.RescaleIntercept]: '-1000',
      };
      if (modality === 'CT') put(join(raw, IDS.seg, `twin-${i}.dcm`), withElements(bytes, twin));
    }
    const { out: again } = await converted(raw);
    const one = temporaryFolder();
    cpSync(join(masks, `${IDS.seg}.nii.gz`), join(one, `${IDS.seg}.nii.gz`));
    const args = (out: string, ...more: string[]): string[] =>
      mapBackArgs('dicom-seg', one, out, ...more).map((arg) => (arg === cohort.raw ? raw : arg));
    const [blind, seeing] = [temporaryFolder(), temporaryFolder()];
    await command(args(blind));
    expect(codesOf(blind)).toEqual([[IDS.seg, 'several-source-series']]);
    await command(args(seeing, '--interim', join(again, 'interim')));
    expect(codesOf(seeing)).toEqual([[IDS.seg, 'ok']]);
    const [series] = items(parsed(join(seeing, IDS.seg, 'seg.dcm')), Tag.ReferencedSeriesSequence);
    expect(text(series, Tag.SeriesInstanceUID)).not.toBe('2.25.1');
  });

  test('not by two configurations', async () => {
    const both = ['--interim', cohort.interim, '--config', cohort.config];
    const { stderr } = await command(mapBackArgs('dicom-seg', masks, temporaryFolder(), ...both), 1);
    expect(stderr).toContain('--config: not with --interim, whose cases.json has the configuration');
  });
});

describe('options that say nothing are refused', () => {
  const nifti = (...more: string[]): string[] => [
    ...['map-back', '--transforms', cohort.roi, '--roi', masks, '--out', 'nowhere', ...more],
  ];
  test.each<[string, () => string[], string]>([
    ['--raw with NIfTI', () => nifti('--raw', 'r'), '--raw: goes with --as dicom-seg or rtstruct'],
    ['--shard with NIfTI', () => nifti('--shard', '0/2'), '--shard: goes with --as'],
    ['a gather timeout with NIfTI', () => nifti('--gather-timeout', '1'), '--gather-timeout: goes with --as'],
    [
      'DICOM without raw data',
      () => nifti('--as', 'dicom-seg'),
      '--raw: is missing; with --as dicom-seg give the raw data that convert read',
    ],
    [
      'a SEG with holes',
      () => mapBackArgs('dicom-seg', masks, 'nowhere', '--holes', 'separate'),
      '--holes: says nothing of dicom-seg',
    ],
    [
      'a structure set with frames',
      () => mapBackArgs('rtstruct', masks, 'nowhere', '--frames', 'all'),
      '--frames: says nothing of rtstruct',
    ],
    [
      'predictions of nothing known',
      () => mapBackArgs('rtstruct', masks, 'nowhere').filter((arg) => !NET.includes(arg)),
      '--algorithm-name and --algorithm-version: what made the predictions has to be told',
    ],
  ])('%s', async (_, args, message) => {
    const { stderr } = await command(args(), 1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync('nowhere')).toBe(false);
  });
});

describe('one prediction', () => {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const args = (as: 'dicom-seg' | 'rtstruct', ...more: string[]): string[] => [
    ...['map-back', '--as', as, '--transforms', file('T.json'), '--roi', file('P.nii.gz')],
    ...['--raw', cohort.raw, '--out', file('P.dcm'), ...NET, ...more],
  ];
  beforeAll(() => {
    cpSync(join(cohort.roi, IDS.seg, 'transforms.json'), file('T.json'));
    cpSync(join(masks, `${IDS.seg}.nii.gz`), file('P.nii.gz'));
  });

  test.each([
    ['dicom-seg', 'seg.dcm', 'frame'],
    ['rtstruct', 'rtstruct.dcm', 'contour'],
  ] as const)('as %s is the object of the folder, byte by byte', async (as, name, part) => {
    const out = temporaryFolder();
    await command(mapBackArgs(as, masks, out));
    const { stdout, stderr } = await command(
      args(as, '--compare', join(cohort.interim, IDS.seg, 'tumor.nii.gz')),
    );
    expect(readFileSync(file('P.dcm'))).toEqual(readFileSync(join(out, IDS.seg, name)));
    expect(stdout).toMatch(
      /^map-back: PHANTOM-001 ok \(nearest\): \d+ voxels, [\d.]+ ml\n {2}Dice 1\.0000 with/,
    );
    expect(stdout).toMatch(new RegExp(`${as}, 1 segment in \\d+ ${part}s: ${file('P.dcm')}`));
    expect(stderr).toContain(`to ${file('P.dcm')}: they name 1 patient, as the CT does`);
    expect(Object.keys(hashesOf(folder)).sort()).toEqual(['P.dcm', 'P.nii.gz', 'T.json']);
  });

  test.each<[string, (args: string[]) => string[], string]>([
    [
      'another ending',
      (all) => all.map((a) => (a === file('P.dcm') ? file('out') : a)),
      'does not: give files for all',
    ],
    [
      'raw data without the patient',
      (all) => all.map((a) => (a === cohort.raw ? join(cohort.raw, IDS.set) : a)),
      `holds no patient ${IDS.seg}, of whom ${file('T.json')} is`,
    ],
    ['a share of one file', (all) => [...all, '--shard', '0/2'], '--shard: one file is not shared'],
    [
      'a place of an ROI',
      (all) => all.map((a) => (a === file('P.dcm') ? join(cohort.roi, IDS.seg, 'P.dcm') : a)),
      'lies among outputs of swinprep',
    ],
    [
      'a place among the raw data',
      (all) => all.map((a) => (a === file('P.dcm') ? join(cohort.raw, IDS.seg, 'P.dcm') : a)),
      'lies in --raw',
    ],
  ])('%s is told, and nothing written', async (_, change, message) => {
    const before = hashesOf(folder);
    const { stderr } = await command(change(args('dicom-seg')), 1);
    expect(stderr).toContain(message);
    expect(hashesOf(folder)).toEqual(before);
    expect(existsSync(join(cohort.roi, IDS.seg, 'P.dcm'))).toBe(false);
  });
});

describe('in Blob Storage', () => {
  let azurite: Azurite;
  let url: string;
  beforeAll(async () => {
    azurite = await startAzurite();
    url = `${azurite.url}/clinic`;
    const store = await openStore(url);
    for (const [place, folder] of Object.entries({ raw: cohort.raw, seg: masks }))
      for (const path of Object.keys(hashesOf(folder)))
        await store.write(`${place}/${path}`, readFileSync(join(folder, path)));
    for (const id of MADE)
      await store.write(`roi/${id}/transforms.json`, readFileSync(join(cohort.roi, id, 'transforms.json')));
  });
  afterAll(() => azurite.close());

  const there = (args: string[]): string[] =>
    args.map((arg) => {
      const name = Object.entries({ raw: cohort.raw, seg: masks, roi: cohort.roi }).find(
        ([, path]) => path === arg,
      );
      return name === undefined ? arg : `${url}/${name[0]}`;
    });

  test('three ranks write what one does, and one file is that of the folder', async () => {
    const local = temporaryFolder();
    await command(mapBackArgs('dicom-seg', masks, local));
    const shares = [2, 1, 0].map((rank) =>
      command(there(mapBackArgs('dicom-seg', masks, `${url}/out`, '--shard', `${rank}/3`))),
    );
    await Promise.all(shares);
    const objects = Object.entries(await storeHashes(await openStore(`${url}/out`)));
    const dicom = objects.filter(([key]) => key.endsWith('.dcm'));
    expect(Object.fromEntries(dicom)).toEqual(hashesOf(local, '.dcm'));
    expect(Object.fromEntries(objects)['map_back.json']).toBe(hashesOf(local)['map_back.json']);
    expect(objects.map(([key]) => key).filter((key) => key.includes('.part'))).toEqual([]);
    await command([
      ...['map-back', '--as', 'dicom-seg', '--transforms', `${url}/roi/${IDS.seg}/transforms.json`],
      ...[
        '--roi',
        `${url}/seg/${IDS.seg}.nii.gz`,
        '--raw',
        `${url}/raw`,
        '--out',
        `${url}/one/P.dcm`,
        ...NET,
      ],
    ]);
    expect(Buffer.from((await (await openStore(url)).read('one/P.dcm'))!)).toEqual(
      readFileSync(join(local, IDS.seg, 'seg.dcm')),
    );
  });
});
