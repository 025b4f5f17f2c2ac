import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';
import { type CtVolume, readCt, stackCt } from '../../../src/dicom/series/ct-volume.ts';
import type { CtSeries } from '../../../src/dicom/series/series.ts';
import { ctSeries } from '../../../src/dicom/series/series-grouping.ts';
import { acquisition, rescales } from '../../../src/dicom/study/study-facts.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';
import { dicomObject, type Element } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';
import { readGolden } from '../../support/goldens.ts';

/** test/goldens/multiframe.json, recorded by test/reference/record_multiframe.py. */
const golden = readGolden<{
  size: Vec3;
  spacing_mm: Vec3;
  origin_lps_mm: Vec3;
  hu: string;
  files: Record<string, { sop_class: string; file: string }>;
}>('multiframe.json');

const unpack = (packed: string): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(packed, 'base64')));
const goldenFile = (name: string): DicomFile =>
  parsePart10(`${name}.dcm`, unpack(golden.files[name].file)) as DicomFile;

async function readSeries(series: CtSeries): Promise<CtVolume> {
  return readCt(await stackCt(series, rules), rules);
}

async function read(file: DicomFile) {
  const { candidates, rejected } = ctSeries([file], rules);
  expect(rejected).toEqual([]);
  expect(candidates).toHaveLength(1);
  return readSeries(candidates[0]);
}

describe.each(Object.keys(golden.files))('%s', (name) => {
  test(`${golden.files[name].sop_class}: the volume that its writer was given`, async () => {
    const { ct } = await read(goldenFile(name));
    const { size, spacing_mm, origin_lps_mm, hu } = golden;
    expect(ct.geometry.size).toEqual(size);
    expect(ct.geometry.originMm).toEqual(origin_lps_mm);
    expect(ct.geometry.direction).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    spacing_mm.forEach((mm, a) => {
      expect(ct.geometry.spacingMm[a]).toBeCloseTo(mm, 9);
    });
    expect(Array.from(ct.data)).toEqual(Array.from(new Int16Array(unpack(hu).slice().buffer)));
  });
});

test.each(['enhanced-mixed-rescale', 'legacy-highdicom'])(
  'acquisition of %s is told from the functional groups',
  async (name) => {
    const { stack } = await read(goldenFile(name));
    expect(acquisition(stack.slices[0])).toMatchObject({
      convolutionKernel: 'B30f',
      kvp: 120,
      sliceThicknessMm: 3,
      model: 'Model',
    });
  },
);

test('mixed rescales of frames are told', async () => {
  const { stack } = await read(goldenFile('enhanced-mixed-rescale'));
  expect(rescales(stack.slices).toSorted((a, b) => a.intercept - b.intercept)).toEqual([
    { slope: 1, intercept: -1026, slices: 9 },
    { slope: 1, intercept: -1024, slices: 9 },
  ]);
});

interface MadeFrame {
  readonly z: number;
  readonly type?: string;
  readonly temporalPosition?: number;
}

/** An Enhanced CT of 2 x 2 pixels a frame; frame f holds f everywhere. */
function enhanced(frames: readonly MadeFrame[], declared = frames.length): DicomFile {
  const words = new Uint16Array(frames.length * 4).map((_, i) => Math.floor(i / 4));
  return dicomObject('enhanced.dcm', [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2.1'],
    [0x00080060, 'CS', 'CT'],
    [0x0020000e, 'UI', '2.25.5'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(declared)],
    [0x00280010, 'US', 2],
    [0x00280011, 'US', 2],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 16],
    [0x00280102, 'US', 15],
    [0x00280103, 'US', 0],
    [
      0x52009229,
      'SQ',
      [
        [
          [0x00209116, 'SQ', [[[0x00200037, 'DS', [1, 0, 0, 0, 1, 0]]]]],
          [0x00289110, 'SQ', [[[0x00280030, 'DS', [1, 1]]]]],
        ],
      ],
    ],
    [
      0x52009230,
      'SQ',
      frames.map(({ z, type = 'VOLUME', temporalPosition }): Element[] => [
        [0x00209113, 'SQ', [[[0x00200032, 'DS', [0, 0, z]]]]],
        ...(temporalPosition === undefined
          ? []
          : [
              [
                0x00209111,
                'SQ',
                [[[0x00209128, 'UL', new Uint8Array([temporalPosition, 0, 0, 0])]]],
              ] as const,
            ]),
        [0x00189329, 'SQ', [[[0x00089007, 'CS', `ORIGINAL\\PRIMARY\\${type}\\NONE`]]]],
      ]),
    ],
    [0x7fe00010, 'OW', new Uint8Array(words.buffer)],
  ]);
}

const heights = [0, 3, 6, 9];

test('frames that are localizers are rejected, and the others make the volume', async () => {
  const file = enhanced([{ z: 50, type: 'LOCALIZER' }, ...heights.map((z) => ({ z }))]);
  const { candidates, rejected } = ctSeries([file], rules);
  expect(rejected).toEqual([{ modality: 'CT', images: 1, reason: 'localizer' }]);
  const { ct } = await readSeries(candidates[0]);
  expect(Array.from(ct.data).filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4]);
});

test('time points in one file are no volume', () => {
  const { candidates, rejected } = ctSeries([enhanced([...heights, ...heights].map((z) => ({ z })))], rules);
  expect(candidates).toEqual([]);
  expect(rejected).toEqual([{ modality: 'CT', images: 8, reason: '4-D: 2 images at each position' }]);
});

test('time points in one file that Temporal Position Index tells apart are scans', async () => {
  const frames = [1, 2].flatMap((temporalPosition) => heights.map((z) => ({ z, temporalPosition })));
  const { candidates, rejected } = ctSeries([enhanced(frames)], rules);
  expect(rejected).toEqual([]);
  expect(candidates.map(({ scan, planes }) => [scan?.attribute, planes.map(({ frame }) => frame)])).toEqual([
    ['Temporal Position', [0, 1, 2, 3]],
    ['Temporal Position', [4, 5, 6, 7]],
  ]);
  const { ct } = await readSeries(candidates[1]);
  expect(Array.from(ct.data).filter((_, i) => i % 4 === 0)).toEqual([4, 5, 6, 7]);
});

test('a file that declares another number of frames than it describes is rejected', () => {
  const { rejected } = ctSeries(
    [
      enhanced(
        heights.map((z) => ({ z })),
        99,
      ),
    ],
    rules,
  );
  expect(rejected).toEqual([{ modality: 'CT', images: 1, reason: '99 frames, and functional groups of 4' }]);
});

test('a frame at fault is named', async () => {
  const { candidates } = ctSeries([enhanced([0, 3, 6, 9, 11].map((z) => ({ z })))], rules);
  await expect(readSeries(candidates[0])).rejects.toThrow('enhanced.dcm, frame 5: ');
});
