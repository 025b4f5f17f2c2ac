import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../src/demo/embedded-azurite.ts';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import { encodeNifti } from '../../../src/nifti/encode.ts';
import type { Transforms } from '../../../src/records/roi.ts';
import { type MapBackRecord, mapBackSchema } from '../../../src/records/way-back/mapped.ts';
import { openStore } from '../../../src/storage/open.ts';
import type { Volume } from '../../../src/volume/geometry.ts';
import { cli, hashesOf, readJson, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { writePhantoms } from '../../support/phantoms.ts';

const IDS = ['PHANTOM-001', 'PHANTOM-002'];
const out = temporaryFolder();
const roi = join(out, 'roi');
const interim = join(out, 'interim');

function volumeAt(...parts: string[]): Volume {
  const file = join(...parts);
  return decodeNifti(file, new Uint8Array(readFileSync(file)));
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const tumorRoi = (id: string): Volume => volumeAt(roi, id, 'tumor_roi.nii.gz');

/** Predicted shares of a tumour: its mask, less sure of itself. */
function sharesOf(id: string): Volume {
  const { data, geometry } = tumorRoi(id);
  return { data: Float32Array.from(data, (v) => 0.1 + 0.7 * v), geometry };
}

/** Two volumes in a fourth dimension: what is not tumour, and what is. */
function twoChannels(id: string): Uint8Array {
  const { data, geometry } = sharesOf(id);
  const first = encodeNifti({ data: Float32Array.from(data, (v) => 1 - v), geometry });
  const both = Buffer.concat([first, encodeNifti({ data, geometry }).subarray(352)]);
  both.writeInt16LE(4, 40);
  both.writeInt16LE(2, 48);
  return both;
}

/** Takes away the tenth slice of a CT, which convert then interpolates. */
function dropSlice(patient: string): void {
  const folders = readdirSync(patient, { recursive: true }).map((name) => join(patient, String(name)));
  const series = folders.find((folder) => statSync(folder).isDirectory() && readdirSync(folder).length > 10)!;
  rmSync(join(series, readdirSync(series).sort()[9]));
}

beforeAll(async () => {
  const cohort = temporaryFolder();
  await writePhantoms(cohort, 2);
  dropSlice(join(cohort, 'raw/PHANTOM-002'));
  const config = join(cohort, 'config.yml');
  writeFileSync(
    config,
    'resample: {spacingMm: [2, 2, 3]}\nroi: {patch: 96x96x64}\noutput: {qcOverlay: false}\n',
  );
  const inputs = { raw: join(cohort, 'raw'), clinical: join(cohort, 'clinical.csv') };
  await inProcess.preprocess({ ...inputs, out, config });
});

test('transforms.json tells what the original grid was made of, and what convert did to it', () => {
  const [whole, repaired] = IDS.map((id) => readJson<Transforms>(roi, id, 'transforms.json').original_ct);
  expect(whole.geometry_flags).toEqual([]);
  expect(repaired.geometry_flags.map(({ code, value }) => [code, value])).toEqual([['missing-slices', 1]]);
  const written = hashesOf(join(interim, IDS[1]), '.nii.gz');
  expect({ [repaired.ct.file]: repaired.ct.sha256, [repaired.tumor.file]: repaired.tumor.sha256 }).toEqual(
    written,
  );
});

describe('a folder of predictions', () => {
  test('every patient is on the grid of its CT, and Dice with the original mask is told', async () => {
    const native = temporaryFolder();
    const { stdout } = await cli([
      ...['map-back', '--transforms', roi, '--roi', roi, '--pattern', '{patient}/tumor_roi.nii.gz'],
      ...['--out', native, '--compare', interim],
    ]);
    const record = mapBackSchema.parse(readJson(native, 'map_back.json'));
    expect(record).toEqual(readJson(native, 'map_back.json'));
    expect(record.patients.map((p) => [p.patient_id, p.state])).toEqual(IDS.map((id) => [id, 'ok']));
    for (const patient of record.patients) {
      if (patient.state !== 'ok') throw new Error('not ok');
      const { patient_id: id, output, compared, voxels } = patient;
      const volume = volumeAt(native, output.file);
      const original = volumeAt(interim, id, 'tumor.nii.gz');
      expect(volume.geometry).toEqual(original.geometry);
      const inBoth = [...volume.data].filter((v, i) => v === 1 && original.data[i] === 1).length;
      expect(compared!.dice).toBeCloseTo((2 * inBoth) / (voxels + compared!.voxels), 12);
      // The phantom's voxels are larger than those of the ROI: nothing is lost.
      expect(original.geometry.spacingMm[0]).toBeGreaterThan(2);
      expect(compared!.dice).toBe(1);
    }
    expect(stdout).toContain('map-back: 2 ok, 0 excluded');
    expect(stdout).toMatch(/Dice: mean 1\.0000, least 1\.0000 \(PHANTOM-00\d\)/);
  });

  describe('with faults', () => {
    const predictions = temporaryFolder();
    const native = temporaryFolder();
    const args = (...more: string[]): string[] => [
      ...['map-back', '--transforms', roi, '--roi', predictions, '--pattern', '{patient}_seg.nii.gz'],
      ...['--out', native, ...more],
    ];

    beforeAll(() => {
      const { data, geometry } = tumorRoi('PHANTOM-002');
      write(join(predictions, 'PHANTOM-001_seg.nii.gz'), encodeNifti(tumorRoi('PHANTOM-001')));
      write(
        join(predictions, 'PHANTOM-002_seg.nii.gz'),
        encodeNifti({ data, geometry: { ...geometry, spacingMm: [1, 1, 1] } }),
      );
      write(join(predictions, 'NOBODY_seg.nii.gz'), encodeNifti(tumorRoi('PHANTOM-001')));
      write(join(predictions, 'notes.txt'), Buffer.from('beside the predictions'));
      write(join(native, 'PHANTOM-002.nii.gz'), Buffer.from('of an earlier run'));
    });

    test('each is told with its reason, the others are done, and nothing stale stays', async () => {
      const { stdout, stderr } = await inProcess.command(args());
      const record = readJson<MapBackRecord>(native, 'map_back.json');
      const reasons = record.patients.map((p) => [p.patient_id, p.state === 'ok' ? 'ok' : p.exclusion.code]);
      expect(reasons).toEqual([
        ['NOBODY', 'no-transforms'],
        ['PHANTOM-001', 'ok'],
        ['PHANTOM-002', 'other-grid'],
      ]);
      expect(stdout).toContain(
        'excluded PHANTOM-002 (other-grid): PHANTOM-002_seg.nii.gz: does not lie on the grid',
      );
      expect(stderr).toContain('1 files beside the predictions in');
      expect(Object.keys(hashesOf(native))).toEqual(['PHANTOM-001.nii.gz', 'map_back.json']);
    });

    test('--max-excluded decides the exit code', async () => {
      await inProcess.command(args('--max-excluded', '2'));
      await cli(args('--max-excluded', '1'), 2);
    });

    test('damaged files are told too', async () => {
      const broken = temporaryFolder();
      cpSync(join(roi, 'PHANTOM-001'), join(broken, 'PHANTOM-001'), { recursive: true });
      write(join(broken, 'PHANTOM-002/transforms.json'), Buffer.from('{"patient_id": 3}'));
      const whole = encodeNifti(tumorRoi('PHANTOM-001'));
      const cut = temporaryFolder();
      write(join(cut, 'PHANTOM-001.nii.gz'), whole.subarray(0, 5000));
      write(join(cut, 'PHANTOM-002.nii.gz'), whole);
      const result = temporaryFolder();
      await inProcess.command(['map-back', '--transforms', broken, '--roi', cut, '--out', result]);
      const record = readJson<MapBackRecord>(result, 'map_back.json');
      expect(record.patients.map((p) => p.state === 'excluded' && p.exclusion.code)).toEqual([
        'unreadable-nifti',
        'unreadable-transforms',
      ]);
    });
  });

  describe('on Azurite', () => {
    let azurite: Azurite;
    beforeAll(async () => {
      azurite = await startAzurite();
    });
    afterAll(() => azurite.close());

    test('gives the same bytes, a single prediction too', async () => {
      const url = `${azurite.url}/predictions`;
      const store = await openStore(url);
      for (const id of IDS) {
        await store.write(`roi/${id}/transforms.json`, readFileSync(join(roi, id, 'transforms.json')));
        await store.write(`seg/${id}.nii.gz`, readFileSync(join(roi, id, 'tumor_roi.nii.gz')));
      }
      const local = temporaryFolder();
      await inProcess.command([
        ...['map-back', '--transforms', roi, '--roi', roi, '--pattern', '{patient}/tumor_roi.nii.gz'],
        ...['--out', local],
      ]);
      await inProcess.command([
        'map-back',
        '--transforms',
        `${url}/roi`,
        '--roi',
        `${url}/seg`,
        '--out',
        `${url}/native`,
      ]);
      for (const name of [...IDS.map((id) => `${id}.nii.gz`), 'map_back.json'])
        expect(Buffer.from((await store.read(`native/${name}`))!)).toEqual(readFileSync(join(local, name)));
      await inProcess.command([
        ...['map-back', '--transforms', `${url}/roi/${IDS[0]}/transforms.json`],
        ...['--roi', `${url}/seg/${IDS[0]}.nii.gz`, '--out', `${url}/one.nii.gz`],
      ]);
      expect(Buffer.from((await store.read('one.nii.gz'))!)).toEqual(
        readFileSync(join(local, `${IDS[0]}.nii.gz`)),
      );
    });
  });
});

describe('one prediction', () => {
  const [id] = IDS;
  const folder = temporaryFolder();
  const prediction = join(folder, 'shares.nii');
  const args = (...more: string[]): string[] => [
    ...['map-back', '--transforms', join(roi, id, 'transforms.json'), '--roi', prediction],
    ...['--out', join(folder, 'native.nii.gz'), ...more],
  ];
  beforeAll(() => write(prediction, encodeNifti(sharesOf(id))));

  test('probabilities are interpolated, on the CT grid, and compared from 0.5 on', async () => {
    const { stdout } = await inProcess.command(args('--compare', join(interim, id, 'tumor.nii.gz')));
    expect(stdout).toMatch(
      /^map-back: PHANTOM-001 ok \(linear\): \d+ voxels, [\d.]+ ml\n {2}Dice [01]\.\d{4} with \d+ voxels/,
    );
    const { data, geometry } = volumeAt(folder, 'native.nii.gz');
    expect(geometry).toEqual(volumeAt(interim, id, 'ct.nii.gz').geometry);
    expect(data).toBeInstanceOf(Float32Array);
    expect(Math.max(...data.subarray(0, 1000))).toBe(0);
  });

  test('a threshold gives a mask', async () => {
    await inProcess.command(args('--threshold', '0.45'));
    const { data } = volumeAt(folder, 'native.nii.gz');
    expect(data).toBeInstanceOf(Uint8Array);
    expect(new Set(data)).toEqual(new Set([0, 1]));
  });

  test('of several channels one is taken, and without a choice they are refused', async () => {
    await inProcess.command(args());
    const expected = volumeAt(folder, 'native.nii.gz').data;
    const several = join(folder, 'channels.nii');
    write(several, twoChannels(id));
    const of = (...more: string[]) => args(...more).map((arg) => (arg === prediction ? several : arg));
    expect((await inProcess.command(of(), 1)).stderr).toMatch(
      /channels\.nii: holds 2 volumes of .*; one is needed: give its channel/,
    );
    await inProcess.command(of('--channel', '1'));
    expect(volumeAt(folder, 'native.nii.gz').data).toEqual(expected);
  });

  test('the prediction is not written over', async () => {
    const { stderr } = await inProcess.command(
      args('--out', prediction).filter((_, i) => i !== 5 && i !== 6),
      1,
    );
    expect(stderr).toContain('would be written over what is read; give another --out');
    expect(volumeAt(prediction)).toEqual(sharesOf(id));
  });

  test.each<[string, string[], string]>([
    [
      'a folder beside files',
      ['--compare', 'masks'],
      '--transforms names a file and --compare masks does not',
    ],
    ['a threshold of 0', ['--threshold', '0'], '--threshold: must be a number above 0'],
    ['a channel that is none', ['--channel', '-1'], '--channel: must be a whole number'],
    [
      'a mask that is not there',
      ['--compare', 'no-such.nii.gz'],
      'no-such.nii.gz: is not there to compare with',
    ],
  ])('%s is told', async (_, more, expected) => {
    const { stderr } = await inProcess.command(args(...more), 1);
    expect(stderr).toContain(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a folder without predictions of that name is told, with what lies there', async () => {
    const { stderr } = await inProcess.command(
      ['map-back', '--transforms', roi, '--roi', roi, '--out', 'native'],
      1,
    );
    expect(stderr).toContain(
      'holds no file named {patient}.nii.gz (--pattern); its first file is PHANTOM-001/ct_hu_resampled_ras.nii.gz',
    );
    expect(existsSync('native')).toBe(false);
  });
});
