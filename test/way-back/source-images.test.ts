import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../src/dicom/codec/codecs.ts';
import { parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import { type CtVolume, readCt, stackCt } from '../../src/dicom/series/ct-volume.ts';
import { ctSeries } from '../../src/dicom/series/series-grouping.ts';
import type { StudyRules } from '../../src/dicom/study/study.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import type { PatientInputs } from '../../src/raw/patient/patient-inputs.ts';
import { geometryOfRecord, gridRecordOf } from '../../src/records/grid.ts';
import { StageClock } from '../../src/timing/stage-clock.ts';
import type { Geometry } from '../../src/volume/geometry.ts';
import { findSource, type Source, type WantedCt } from '../../src/way-back/source-images.ts';
import { transcoders } from '../fuzz/transcode.ts';
import { axial, type Placement } from '../support/dicom/made-planes.ts';
import { type PlacedCt, placedCtFiles, sliceUid } from '../support/dicom/placed-ct.ts';
import { rules as usual } from '../support/dicom/rules.ts';
import { readGolden } from '../support/goldens.ts';
import { filesAt, filesInZip, hasSharedData, type NamedBytes, shared } from '../support/shared-data.ts';
import { storeOfFiles } from '../support/store-of-files.ts';

const rules: StudyRules = { ...usual, minSlices: 2, maxMissingRun: 2 };

type Files = Readonly<Record<string, Uint8Array>>;

/** Files under names whose order is none that means anything. */
function shuffled(...contents: readonly Uint8Array[]): Files {
  return Object.fromEntries(contents.map((bytes, i) => [`${(7 * i + 3) % 101}-${i}.dcm`, bytes]));
}

/** What convert makes of the series of a UID, or of the only one; its `scan`th scan. */
async function converted(files: Files, by: StudyRules = rules, uid = '', scan = 0): Promise<CtVolume> {
  const parsed = Object.entries(files).map(([name, bytes]) => parsePart10(name, bytes)!);
  await loadCodecs(parsed.map(({ transferSyntaxUid }) => transferSyntaxUid));
  const { candidates } = ctSeries(parsed, by);
  const series = candidates.find(
    (one) => (uid === '' || one.seriesUid === uid) && (one.scan?.index ?? 0) === scan,
  )!;
  return readCt(await stackCt(series, by), by);
}

/** The volume as its record and NIfTI file have it; `readable` where its voxels may be asked for. */
function wantedOf({ ct, flags }: CtVolume, readable = false, unchanged = true): WantedCt & { asked: number } {
  const record = JSON.parse(JSON.stringify(gridRecordOf(ct.geometry)));
  const wanted = {
    grid: geometryOfRecord(record),
    flags,
    unchanged,
    asked: 0,
    voxels: readable
      ? async () => {
          wanted.asked++;
          return { data: ct.data.slice(), geometry: ct.geometry };
        }
      : undefined,
  };
  return wanted;
}

function inputsOf(files: Files): PatientInputs & { store: ReturnType<typeof storeOfFiles> } {
  const store = storeOfFiles(files);
  return { listed: [], dicom: async () => store, niftiCt: undefined, niftiMask: undefined, store };
}

function found(files: Files, wanted: WantedCt, by: StudyRules = rules): Promise<Source> {
  return findSource(inputsOf(files), by, wanted, new StageClock());
}

const uidsOf = ({ images }: Source): string[] =>
  images.slices.map(({ file }) => text(file.dataset, Tag.SOPInstanceUID));
const seriesOf = ({ images }: Source): string => text(images.slices[0].file.dataset, Tag.SeriesInstanceUID);
const codesOf = ({ flags }: Source): string[] => flags.map(({ code }) => code);

const cos = Math.cos(0.3);
const sin = Math.sin(0.3);

/** Series of one patient each, and what is told of them. */
const PLACEMENTS: Record<string, { placement: Partial<Placement>; spacingMm?: number; codes?: string[] }> = {
  'head first supine': { placement: {}, spacingMm: 3 },
  'feet first supine': { placement: { row: [-1, 0, 0], column: [0, 1, 0] }, spacingMm: 3 },
  'head first prone': { placement: { row: [-1, 0, 0], column: [0, -1, 0] }, spacingMm: 3 },
  'rows from posterior to anterior': { placement: { row: [1, 0, 0], column: [0, -1, 0] }, spacingMm: 3 },
  decubitus: { placement: { row: [0, 1, 0], column: [-1, 0, 0] }, spacingMm: 3 },
  oblique: { placement: { row: [cos, sin, 0], column: [-sin * cos, cos * cos, sin] }, spacingMm: 3 },
  'two slices': { placement: { heightsMm: [0, 2.5] }, spacingMm: 2.5 },
  'a tilted gantry': { placement: { shear: [0, -0.2] }, spacingMm: 3, codes: ['tilt-undone'] },
  'tilted along both axes, oblique': {
    placement: { row: [cos, sin, 0], column: [-sin, cos, 0], shear: [0.15, 0.2] },
    spacingMm: 3,
    codes: ['tilt-undone'],
  },
  'one slice missing': { placement: { heightsMm: [0, 3, 6, 12, 15] }, codes: ['planes-left-out'] },
  'two slices in a row missing': { placement: { heightsMm: [0, 3, 6, 15, 18] }, codes: ['planes-left-out'] },
  'tilted, one missing': {
    placement: { heightsMm: [0, 3, 9, 12], shear: [0.2, 0] },
    codes: ['planes-left-out', 'tilt-undone'],
  },
};

describe('a series that is the only one on its grid', () => {
  test.each(Object.entries(PLACEMENTS))('%s', async (_, { placement, spacingMm, codes = [] }) => {
    const ct: PlacedCt = { placement: { ...axial, ...placement }, uid: '2.25.5' };
    const files = shuffled(...placedCtFiles(ct));
    const volume = await converted(files);
    const source = await found(files, wantedOf(volume));
    expect(uidsOf(source)).toEqual(ct.placement.heightsMm.map((_h, k) => sliceUid(ct, k)));
    expect(codesOf(source)).toEqual(codes);
    if (spacingMm === undefined) expect(source.images.spacingMm).toBeUndefined();
    else expect(source.images.spacingMm).toBeCloseTo(spacingMm, 9);
    expect(source.stack.geometry).toEqual(volume.stack.geometry);
  });

  test('unevenly spaced, taken as resampled', async () => {
    const by = { ...rules, variableSpacing: 'resample' } as const;
    const ct: PlacedCt = { placement: { ...axial, heightsMm: [0, 3, 5, 9.5, 12] }, uid: '2.25.5' };
    const files = shuffled(...placedCtFiles(ct));
    const source = await found(files, wantedOf(await converted(files, by)), by);
    expect(uidsOf(source)).toEqual([0, 1, 2, 3, 4].map((k) => sliceUid(ct, k)));
    expect(source.flags).toMatchObject([{ code: 'resampling-undone', value: 5 }]);
    expect(source.images.spacingMm).toBeUndefined();
  });

  test('unevenly spaced, taken as evenly spaced', async () => {
    const by = { ...rules, stacking: 'average' } as const;
    const files = shuffled(
      ...placedCtFiles({ placement: { ...axial, heightsMm: [0, 3, 6, 12] }, uid: '2.25.5' }),
    );
    const source = await found(files, wantedOf(await converted(files, by)), by);
    expect(source.flags).toEqual([]);
    expect(source.images.spacingMm).toBeUndefined();
  });

  test('a grid that a NIfTI header has rounded to float32', async () => {
    const placement = {
      ...axial,
      originMm: [-249.51171875, -460.123456, -681.51] as const,
      row: [cos, sin, 0] as const,
    };
    const files = shuffled(
      ...placedCtFiles({ placement: { ...placement, column: [-sin, cos, 0] }, uid: '2.25.5' }),
    );
    const volume = await converted(files);
    const { geometry } = decodeNifti('ct.nii', encodeNifti(volume.ct) as Uint8Array<ArrayBuffer>);
    expect(geometry).not.toEqual(volume.ct.geometry);
    expect(uidsOf(await found(files, { ...wantedOf(volume), grid: geometry }))).toHaveLength(5);
  });

  test('no more than headers is read, and no voxel of the CT asked for', async () => {
    const placement = { ...axial, columns: 256, rows: 200 };
    const files = shuffled(
      ...placedCtFiles({ placement, uid: '2.25.5' }),
      ...placedCtFiles({ placement: { ...placement, spacingMm: [0.5, 0.5] }, uid: '2.25.6' }),
    );
    const wanted = wantedOf(await converted(files, rules, '2.25.6'), true);
    const inputs = inputsOf(files);
    expect(seriesOf(await findSource(inputs, rules, wanted, new StageClock()))).toBe('2.25.6');
    expect(inputs.store.asked.map(({ bytes }) => bytes)).toEqual(new Array(10).fill(2 ** 15));
    expect(wanted.asked).toBe(0);
  });

  test('slices that repeat another are referred to once, and told', async () => {
    const ct: PlacedCt = { placement: axial, uid: '2.25.5' };
    const own = placedCtFiles(ct);
    const again = placedCtFiles({ ...ct, uid: '2.25.4', more: () => ({ SeriesInstanceUID: '2.25.5' }) });
    const files = shuffled(...own, again[1], again[3]);
    const source = await found(files, wantedOf(await converted(files)));
    expect(uidsOf(source)).toEqual(['2.25.5.0', '2.25.4.1', '2.25.5.2', '2.25.4.3', '2.25.5.4']);
    expect(source.flags).toMatchObject([{ code: 'repeated-images', value: 2 }]);
  });

  test('two acquisitions of one scan, whose copies of the same slices their pixels alone tell', async () => {
    const heightsMm = Array.from({ length: 10 }, (_, k) => 3 * k);
    const placement = { ...axial, heightsMm };
    const of = (number: number, uid: string): Uint8Array[] =>
      placedCtFiles({
        placement,
        uid,
        more: () => ({ SeriesInstanceUID: '2.25.5', AcquisitionNumber: number }),
      });
    const files = shuffled(...of(1, '2.25.51').slice(0, 6), ...of(2, '2.25.52').slice(4));
    const volume = await converted(files);
    expect(volume.ct.geometry.size[2]).toBe(10);
    const source = await found(files, wantedOf(volume));
    expect(uidsOf(source)).toEqual(heightsMm.map((_, k) => `2.25.5${k < 6 ? 1 : 2}.${k}`));
    expect(source.flags).toMatchObject([{ code: 'repeated-images', value: 2 }]);
    for (const { file } of source.images.slices) expect(file.headerOfBytes).toBeDefined();
  });

  test('a file of an image that is there twice', async () => {
    const own = placedCtFiles({ placement: axial, uid: '2.25.5' });
    const files = shuffled(...own, ...own);
    expect(uidsOf(await found(files, wantedOf(await converted(files))))).toHaveLength(5);
  });
});

describe('several series on one grid', () => {
  const soft: PlacedCt = { placement: axial, uid: '2.25.50', seed: 1 };
  const sharp: PlacedCt = { placement: axial, uid: '2.25.60', seed: 2 };
  const both = [...placedCtFiles(soft), ...placedCtFiles(sharp)];
  const orders = { forwards: shuffled(...both), backwards: shuffled(...both.toReversed()) };

  test.each(['forwards', 'backwards'] as const)(
    'its voxels tell which one was converted, files %s',
    async (order) => {
      const files = orders[order];
      for (const { uid } of [soft, sharp]) {
        const wanted = wantedOf(await converted(files, rules, uid), true);
        const source = await found(files, wanted);
        expect(seriesOf(source)).toBe(uid);
        expect(source.flags).toEqual([]);
        expect(wanted.asked).toBe(1);
        // No pixels are kept.
        for (const { file } of source.images.slices) expect(file.headerOfBytes).toBeDefined();
      }
    },
  );

  test('where they cannot be read, --interim is asked for', async () => {
    const wanted = wantedOf(await converted(orders.forwards, rules, sharp.uid));
    await expect(found(orders.forwards, wanted)).rejects.toMatchObject({
      code: 'several-source-series',
      message: expect.stringMatching(/^2 CT series, or scans of a series, have the grid .*: give --interim/),
    });
  });

  test('one voxel is enough', async () => {
    const ct = placedCtFiles(soft);
    const other = placedCtFiles({ ...soft, uid: '2.25.40' });
    // The last pixel of the last slice.
    other[4][other[4].length - 2] ^= 1;
    const files = shuffled(...ct, ...other);
    for (const uid of ['2.25.40', soft.uid])
      expect(seriesOf(await found(files, wantedOf(await converted(files, rules, uid), true)))).toBe(uid);
  });

  test('copies with the same voxels: the first by Series Instance UID, and told', async () => {
    const files = shuffled(
      ...placedCtFiles(soft),
      // Its kernel is the least wanted.
      ...placedCtFiles({ ...soft, uid: '2.25.45', more: () => ({ ConvolutionKernel: 'Z' }) }),
      ...placedCtFiles(sharp),
      ...placedCtFiles({ ...soft, uid: '2.25.47' }),
    );
    const wanting = { ...rules, kernelPreference: ['^$'] };
    const source = await found(files, wantedOf(await converted(files, rules, soft.uid), true), wanting);
    expect(seriesOf(source)).toBe('2.25.45');
    expect(source.flags).toMatchObject([{ code: 'series-with-same-voxels', value: 2 }]);
  });

  test('scans of one series, that an attribute tells apart', async () => {
    const scan = (number: number): PlacedCt => ({
      ...soft,
      uid: `2.25.7${number}`,
      seed: number,
      more: () => ({ SeriesInstanceUID: '2.25.7', AcquisitionNumber: number }),
    });
    const files = shuffled(...[1, 2, 3].flatMap((number) => placedCtFiles(scan(number))));
    for (const number of [1, 2, 3]) {
      const source = await found(files, wantedOf(await converted(files, rules, '2.25.7', number - 1), true));
      expect(uidsOf(source)).toEqual([0, 1, 2, 3, 4].map((k) => `2.25.7${number}.${k}`));
    }
  });

  test('one whose pixels cannot be read is not it', async () => {
    const files = orders.forwards;
    const wanted = wantedOf(await converted(files, rules, sharp.uid), true);
    const spoilt = placedCtFiles({ ...soft, more: (k) => (k === 2 ? { RescaleSlope: 0 } : {}) });
    expect(seriesOf(await found(shuffled(...spoilt, ...placedCtFiles(sharp)), wanted))).toBe(sharp.uid);
  });

  test('one that lacks a slice within is not it, without a look at pixels', async () => {
    const [a, b, , d, e] = placedCtFiles(soft);
    const files = shuffled(a, b, d, e, ...placedCtFiles(sharp));
    const whole = wantedOf(await converted(files, rules, sharp.uid));
    expect(seriesOf(await found(files, whole))).toBe(sharp.uid);
    const gapped = wantedOf(await converted(files, rules, soft.uid));
    expect(gapped.grid).toEqual(whole.grid);
    expect(seriesOf(await found(files, gapped))).toBe(soft.uid);
  });

  test('none with its voxels', async () => {
    const wanted = wantedOf(await converted(shuffled(...placedCtFiles({ ...soft, seed: 9 }))), true);
    await expect(found(orders.forwards, wanted)).rejects.toMatchObject({
      code: 'no-source-series',
      message: expect.stringMatching(/and none has its voxels: give the --raw of the run/),
    });
  });
});

describe('one series on the grid, and its files are not those that convert read', () => {
  const ct: PlacedCt = { placement: axial, uid: '2.25.8', seed: 2 };
  const files = shuffled(...placedCtFiles(ct));
  const copied = shuffled(...placedCtFiles({ ...ct, uid: '2.25.9' }));
  const another = shuffled(...placedCtFiles({ ...ct, seed: 3 }));

  test('is the one where its voxels are the same', async () => {
    const wanted = wantedOf(await converted(files), true, false);
    expect(seriesOf(await found(copied, wanted))).toBe('2.25.9');
    expect(wanted.asked).toBe(1);
  });

  test('is not where they are others: it may be of another patient', async () => {
    const wanted = wantedOf(await converted(files), true, false);
    await expect(found(another, wanted)).rejects.toMatchObject({
      code: 'no-source-series',
      message: expect.stringMatching(/^one CT series has the grid .*, and not its voxels: give the --raw/),
    });
  });

  test('is taken for it where voxels cannot be read, and where files are the same they are not', async () => {
    expect(seriesOf(await found(another, wantedOf(await converted(files), false, false)))).toBe(ct.uid);
    const wanted = wantedOf(await converted(files), true);
    await found(files, wanted);
    expect(wanted.asked).toBe(0);
  });
});

describe('no series is found', () => {
  const ct: PlacedCt = { placement: axial, uid: '2.25.5' };
  const files = shuffled(...placedCtFiles(ct));
  const refusal = (wanted: Promise<WantedCt>, of: Files = files, by: StudyRules = rules): Promise<unknown> =>
    wanted.then((one) => found(of, one, by)).catch((thrown: unknown) => thrown);
  const wantedOn = async (change: Partial<Geometry>): Promise<WantedCt> => {
    const wanted = wantedOf(await converted(files));
    return { ...wanted, grid: { ...wanted.grid, ...change } };
  };

  test.each<[string, Partial<Geometry>, RegExp]>([
    ['of another size', { size: [4, 3, 6] }, /Seen: 4 x 3 x 5 voxels of 0\.977 x 0\.977 x 3 mm$/],
    [
      'elsewhere',
      { originMm: [-10, -20, 32.5] },
      /Seen: 4 x 3 x 5 voxels of 0\.977 x 0\.977 x 3 mm, 2\.5 mm away$/,
    ],
    ['turned', { direction: [1, 0, 0, 0, -1, 0, 0, 0, -1] }, /mm away$/],
  ])('on a grid %s', async (_, change, message) => {
    expect(await refusal(wantedOn(change))).toMatchObject({
      code: 'no-source-series',
      message: expect.stringMatching(message),
    });
  });

  test('the message says what to give, and nothing that names anybody', async () => {
    const { message } = (await refusal(wantedOn({ size: [4, 3, 6] }))) as Error;
    expect(message).toMatch(
      /give the --raw of the run that converted it, as it was then, and the --config of that run/,
    );
    expect(message).not.toContain('2.25.');
    expect(message).not.toContain('.dcm');
  });

  test('a slice is gone since, at an end or within', async () => {
    const wanted = converted(files).then((volume) => wantedOf(volume));
    const [a, b, c, d, e] = placedCtFiles(ct);
    expect(await refusal(wanted, shuffled(a, b, c, d))).toMatchObject({ code: 'no-source-series' });
    expect(await refusal(wanted, shuffled(a, b, d, e))).toMatchObject({
      code: 'no-source-series',
      message: expect.stringMatching(/Seen: the same grid, missing-slices 1, and not nothing/),
    });
  });

  test('another configuration stacks otherwise, or not at all', async () => {
    const tilted = shuffled(...placedCtFiles({ ...ct, placement: { ...axial, shear: [0, 0.2] } }));
    const wanted = converted(tilted).then((volume) => wantedOf(volume));
    for (const change of [{ stacking: 'average' }, { maxTiltDegrees: 5 }, { minSlices: 6 }] as const)
      expect(await refusal(wanted, tilted, { ...rules, ...change })).toMatchObject({
        code: 'no-source-series',
      });
    expect(await refusal(wanted, tilted, { ...rules, maxTiltDegrees: 5 })).toMatchObject({
      message: expect.stringMatching(/Seen: 5 slices: the stack leans by 11\.31 degrees/),
    });
  });

  test('files that are no CT at all', async () => {
    const wanted = converted(files).then((volume) => wantedOf(volume));
    expect(await refusal(wanted, { 'a.nii.gz': new Uint8Array(400) })).toMatchObject({
      code: 'no-source-series',
      message: expect.stringMatching(/no usable CT series .*NIfTI/),
    });
  });

  test('a file that cannot be read may be a slice: convert would not take the patient either', async () => {
    const [first, ...others] = placedCtFiles(ct);
    const wanted = converted(files).then((volume) => wantedOf(volume));
    const broken = first.slice(0, 300);
    expect(await refusal(wanted, shuffled(broken, ...others))).toMatchObject({ code: 'unreadable-dicom' });
  });

  test('a CT that is a NIfTI file', async () => {
    const inputs = {
      listed: [],
      dicom: undefined,
      niftiCt: async () => new Uint8Array(0),
      niftiMask: undefined,
    };
    const wanted = wantedOf(await converted(files));
    await expect(findSource(inputs, rules, wanted, new StageClock())).rejects.toMatchObject({
      code: 'no-dicom',
    });
  });
});

describe('multi-frame files', () => {
  /** test/goldens/multiframe.json, recorded by test/reference/record_multiframe.py. */
  const golden = readGolden<{ files: Record<string, { file: string }> }>('multiframe.json');
  const unpack = (name: string): Uint8Array =>
    new Uint8Array(gunzipSync(Buffer.from(golden.files[name].file, 'base64')));

  test.each(Object.keys(golden.files))('%s: every frame, in order of its height', async (name) => {
    const files = { [`${name}.dcm`]: unpack(name) };
    const volume = await converted(files);
    const source = await found(files, wantedOf(volume));
    expect(source.images.slices.map(({ frame, positionMm }) => [frame, positionMm])).toEqual(
      volume.stack.slices.map(({ frame, positionMm }) => [frame, positionMm]),
    );
    expect(new Set(source.images.slices.map(({ frame }) => frame)).size).toBe(volume.ct.geometry.size[2]);
  });

  test('with a series of single images on its grid its voxels tell it', async () => {
    const [name] = Object.keys(golden.files);
    const multi = { 'a.dcm': unpack(name) };
    const volume = await converted(multi);
    const { slices } = volume.stack;
    const heightsMm = slices.map(({ positionMm }) => positionMm[2] - slices[0].positionMm[2]);
    const [{ columns, rows, spacingMm, positionMm: originMm }] = slices;
    const single = placedCtFiles({
      placement: { ...axial, originMm, columns, rows, spacingMm, heightsMm },
      uid: '2.25.5',
    });
    const files = { ...multi, ...shuffled(...single) };
    expect(seriesOf(await found(files, wantedOf(volume, true)))).not.toBe('2.25.5');
    const other = await converted(files, rules, '2.25.5');
    expect(other.ct.geometry).toEqual(volume.ct.geometry);
    expect(seriesOf(await found(files, wantedOf(other, true)))).toBe('2.25.5');
  });
});

describe('transfer syntaxes', async () => {
  test.each(Object.entries(await transcoders()))(
    '%s: headers lead to the images, and voxels tell two series apart',
    async (_, transcode) => {
      const placement = { ...axial, columns: 64, rows: 48 };
      const series = ['2.25.50', '2.25.60'].map((uid, i) => placedCtFiles({ placement, uid, seed: i + 1 }));
      const written = series.map((slices) => slices.map(transcode));
      const alone = shuffled(...written[1]);
      const wanted = wantedOf(await converted(shuffled(...series[1])), true);
      expect(uidsOf(await found(alone, wanted))).toEqual([0, 1, 2, 3, 4].map((k) => `2.25.60.${k}`));
      expect(seriesOf(await found(shuffled(...written.flat()), wanted))).toBe('2.25.60');
      expect(wanted.asked).toBe(1);
    },
  );
});

describe.runIf(hasSharedData)('real series', () => {
  const asFiles = (contents: readonly NamedBytes[]): Files =>
    Object.fromEntries(contents.map(({ name, bytes }) => [name, bytes]));

  test.each(['LUNG1-001', 'LUNG1-002'])('%s, in its archive', async (patient) => {
    const files = asFiles(filesInZip(shared(`lung1/${patient}.zip`)));
    const volume = await converted(files);
    const source = await found(files, wantedOf(volume));
    expect(uidsOf(source)).toEqual(
      volume.stack.slices.map(({ file }) => text(file.dataset, Tag.SOPInstanceUID)),
    );
    expect(source.images.spacingMm).toBeCloseTo(3, 9);
    expect(source.flags).toEqual([]);
  });

  test.each(['sliceincrement/001', 'sliceincrement/002', 'gantrytilting/001'])(
    'failing/%s, which other programs refuse',
    async (folder) => {
      const files = asFiles(filesAt(shared(`oddities/dicom2nifti/failing/${folder}`)));
      const volume = await converted(files);
      const source = await found(files, wantedOf(volume));
      expect(source.images.slices).toHaveLength(volume.stack.slices.length);
      expect(codesOf(source).includes('tilt-undone')).toBe(volume.stack.tiltDegrees > 0);
      expect(codesOf(source).includes('planes-left-out')).toBe(volume.stack.missingPlanes.length > 0);
    },
  );
});
