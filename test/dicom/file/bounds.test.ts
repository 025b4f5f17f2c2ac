import { describe, expect, test } from 'vitest';
import { encodedFrame } from '../../../src/dicom/codec/fragments.ts';
import { type DicomFile, decimals, parsePart10, Tag } from '../../../src/dicom/file/part10.ts';
import { frameMask } from '../../../src/dicom/mask/frame-mask.ts';
import type { MaskFrames } from '../../../src/dicom/mask/mask-frames.ts';
import { readStructureSet, structureMask } from '../../../src/dicom/mask/rtstruct.ts';
import { segFrames } from '../../../src/dicom/mask/seg-frames.ts';
import { segPixels } from '../../../src/dicom/mask/seg-pixels.ts';
import { stackCt } from '../../../src/dicom/series/ct-volume.ts';
import { latticeOf } from '../../../src/dicom/series/lattice.ts';
import { ctSeries } from '../../../src/dicom/series/series-grouping.ts';
import { slicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import type { Geometry } from '../../../src/volume/geometry.ts';
import { ctSlice, ctSliceBytes, ctStack } from '../../support/dicom/ct-files.ts';
import { dicomObject, segmentationObject, structureSetObject } from '../../support/dicom/dicom-object.ts';
import { elementBytes, encapsulated, imageElements, part10Bytes } from '../../support/dicom/encoded-dicom.ts';
import { stackRules } from '../../support/dicom/real-stack.ts';
import { rules } from '../../support/dicom/rules.ts';

const grid: Geometry = {
  size: [4, 4, 3],
  spacingMm: [1, 1, 1],
  originMm: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** Written as text: the writer of test files takes numbers only. */
function ds(value: string): DicomFile {
  return dicomObject('slice.dcm', [[0x00200032, 'DS', value]]);
}

function bytesOf({ name, dataset }: DicomFile): { name: string; bytes: Uint8Array } {
  return { name, bytes: dataset.byteArray as Uint8Array };
}

describe('numbers of mm', () => {
  test.each([
    ['1\\2\\3', [1, 2, 3]],
    [' -1.5E+1 \\+.5\\0.', [-15, 0.5, 0]],
    ['1\\\\3', undefined],
    ['1\\ \\3', undefined],
    ['0x10', undefined],
    ['1e400', undefined],
    ['Infinity', undefined],
  ])('%s', (text, numbers) => {
    expect(decimals(ds(text).dataset, Tag.ImagePositionPatient)).toEqual(numbers);
  });

  test.each([
    ['a position beyond all scanners', { ImagePositionPatient: [0, 0, 2e6] }],
    ['pixels without a size', { PixelSpacing: [1e-300, 1] }],
    ['pixels larger than a house', { PixelSpacing: [1, 1e300] }],
    ['directions without a length', { ImageOrientationPatient: [0, 0, 0, 0, 1, 0] }],
  ])('%s give no plane', (_, elements) => {
    expect(slicePlane({ file: ctSlice('a', {}), frame: 0 })).toBeDefined();
    expect(slicePlane({ file: ctSlice('a', elements), frame: 0 })).toBeUndefined();
  });

  test('a frame of a segmentation beyond all scanners is refused', () => {
    const frame = { segment: 1, positionMm: [0, 0, -1e300], pixels: [1] };
    const seg = segmentationObject({
      type: 'BINARY',
      bitsAllocated: 1,
      columns: 1,
      rows: 1,
      frames: [frame],
      orientation: [1, 0, 0, 0, 1, 0],
      pixelSpacingMm: [1, 1],
    });
    expect(() => segFrames(seg).plane(0)).toThrow('frame 1 has no position, orientation or pixel spacing');
  });
});

describe('what would take memory or time without bound is refused', () => {
  test('a volume of more voxels than any CT', () => {
    const planes = ctStack(20, 1, { Rows: 8192, Columns: 8192 }).map(
      (file) => slicePlane({ file, frame: 0 })!,
    );
    expect(() => stackSlices(planes, stackRules)).toThrow('the CT would have 8192 x 8192 x 20 voxels');
    const average = { ...stackRules, stacking: 'average' } as const;
    expect(() => stackSlices(planes, average)).toThrow('the CT would have 8192 x 8192 x 20 voxels');
  });

  test('a grid of more missing planes than any CT has', () => {
    const heights = [...Array(30).keys(), 1e6];
    const planes = heights.map(
      (z) =>
        slicePlane({
          file: ctSlice(`${z}`, { Rows: 64, Columns: 64, ImagePositionPatient: [0, 0, z] }),
          frame: 0,
        })!,
    );
    expect(() => stackSlices(planes, { ...stackRules, maxMissingRun: 1e9 })).toThrow(
      '64 x 64 x 1000001 voxels',
    );
  });

  test('contours that fill the slices over and over', () => {
    const square = { data: [-0.5, -0.5, 1, 3.5, -0.5, 1, 3.5, 3.5, 1, -0.5, 3.5, 1] };
    const contours = Array.from({ length: 2 ** 14 + 1 }, (_, i) => ({
      data: square.data.map((mm) => (mm === 3.5 ? mm + i / 1e5 : mm)),
    }));
    const file = structureSetObject([{ number: 1, name: 'GTV-1', contours }]);
    const draw = () => structureMask(file, 1, latticeOf(grid), { rule: 'xor', toleranceMm: 0.2 });
    expect(draw).toThrow(expect.objectContaining({ code: 'overlapping-contours' }));
  });

  test('thick frames that lie in each other', () => {
    const frames: MaskFrames = {
      count: 100,
      columns: 1,
      rows: 1,
      plane: () => ({
        columns: 1,
        rows: 1,
        originMm: [1.5, 1.5, 1.5],
        columnStep: [1, 0, 0],
        rowStep: [0, 1, 0],
        normal: [0, 0, 1],
        spacingMm: [1000, 1000],
      }),
      declaredSpacingMm: 1000,
    };
    const wide: Geometry = { ...grid, size: [20, 20, 20] };
    const draw = () => frameMask(frames, [...Array(100).keys()], (_, visit) => visit(0), latticeOf(wide));
    expect(draw).toThrow(expect.objectContaining({ code: 'overlapping-frames' }));
  });
});

describe('much of everything', () => {
  test('every frame finds its fragments by one search', () => {
    const fragments = Array.from({ length: 500 }, (_, i) => Uint8Array.of(i & 255, i >> 8));
    const pixelData = encapsulated(
      fragments,
      Array.from({ length: 250 }, (_, i) => 20 * i),
    );
    const bytes = elementBytes(imageElements({ columns: 2, rows: 1, pixelData }));
    const { dataset } = parsePart10('file', part10Bytes('1.2.840.10008.1.2.5', bytes))!;
    const element = dataset.elements[Tag.PixelData];
    const { basicOffsetTable } = element;
    let asked = 0;
    const get = () => {
      asked++;
      return basicOffsetTable;
    };
    Object.defineProperty(element, 'basicOffsetTable', { get });
    for (let frame = 0; frame < 250; frame++)
      expect([...encodedFrame(dataset, element, 250, frame)]).toEqual(
        [2 * frame, 2 * frame + 1].flatMap((i) => [i & 255, i >> 8]),
      );
    expect(asked).toBe(1);
  });

  test('ROIs of one number do not each carry all its labels', () => {
    const label = (i: number) => [
      [0x30060084, 'IS', '1'] as const,
      [0x30060085, 'SH', `label ${i}`] as const,
    ];
    const rois = Array.from({ length: 100 }, () => [
      [0x30060022, 'IS', '1'] as const,
      [0x30060026, 'LO', 'GTV-1'] as const,
    ]);
    const file = dicomObject('rtstruct.dcm', [
      [0x30060020, 'SQ', rois],
      [0x30060080, 'SQ', Array.from({ length: 100 }, (_, i) => label(i))],
    ]);
    expect(readStructureSet(file).rois.map(({ names }) => names.length)).toEqual(Array(100).fill(17));
  });

  test('bits of a segmentation beyond the four thousand millionth', () => {
    const count = 16_385;
    const frameBytes = (512 * 512) / 8;
    const head = elementBytes([
      [0x00080060, 'CS', 'SEG'],
      [0x00280002, 'US', 1],
      [0x00280008, 'IS', String(count)],
      [0x00280010, 'US', 512],
      [0x00280011, 'US', 512],
      [0x00280100, 'US', 1],
      [0x00620001, 'CS', 'BINARY'],
      [0x7fe00010, 'OB', new Uint8Array(0)],
    ]);
    const start = part10Bytes('1.2.840.10008.1.2.1', head);
    const bytes = new Uint8Array(start.length + count * frameBytes);
    bytes.set(start);
    new DataView(bytes.buffer).setUint32(start.length - 4, count * frameBytes, true);
    bytes[start.length] = 0xff;
    bytes[bytes.length - frameBytes] = 0b1000;
    const file = parsePart10('seg.dcm', bytes)!;
    const { visitInside } = segPixels(file, { ...segFramesOf(count) }, 1, 0.5);
    const inside: number[] = [];
    visitInside(count - 1, (offset) => inside.push(offset));
    expect(inside).toEqual([3]);
  });

  test('an exclusion lists some of many series and names', async () => {
    const slices = Array.from({ length: 100 }, (_, i) => ({
      name: `${i}`,
      bytes: ctSliceBytes({ SeriesInstanceUID: `2.25.${i}` }),
    }));
    await expect(readStudy(slices, rules)).rejects.toThrow(/; and 88 more\)$/);
  });

  test('text of any kind in place of a modality is not repeated', () => {
    const file = ctSlice('a', { Modality: 'Jane Doe, born 1950, of Maastricht' });
    expect(ctSeries([file], rules).rejected).toEqual([
      { modality: '', images: 1, reason: 'is no CT but of no stated modality' },
    ]);
  });
});

function segFramesOf(count: number) {
  const frames = segFrames(
    segmentationObject({
      type: 'BINARY',
      bitsAllocated: 1,
      columns: 512,
      rows: 512,
      frames: [{ segment: 1, positionMm: [0, 0, 0], pixels: [] }],
      orientation: [1, 0, 0, 0, 1, 0],
      pixelSpacingMm: [1, 1],
    }),
  );
  return { ...frames, count };
}

test('a series of more slices than any scan has is refused', async () => {
  const [file] = ctStack(1, 1);
  const plane = slicePlane({ file, frame: 0 })!;
  const planes = Array.from({ length: 20_000 }, (_, i) => ({ ...plane, positionMm: [i, 0, 0] as const }));
  const [series] = ctSeries(ctStack(20, 1), rules).candidates;
  await expect(stackCt({ ...series, planes }, rules)).rejects.toMatchObject({ code: 'too-many-slices' });
});

describe('a media directory', () => {
  const directory = part10Bytes('1.2.840.10008.1.2.1', elementBytes([[0x00041130, 'CS', 'DISK']]));
  const meta = elementBytes([[0x00020002, 'UI', '1.2.840.10008.1.3.10']]);
  const marked = Buffer.concat([directory.subarray(0, 132), meta, directory.subarray(132)]);

  test('is no image, damaged or not', () => {
    expect(parsePart10('file 3', marked)).toBeUndefined();
    expect(parsePart10('file 3', marked.subarray(0, marked.length - 3))).toBeUndefined();
    expect(() => parsePart10('file 3', directory.subarray(0, directory.length - 3))).toThrow('file 3: ');
  });

  test('counts as ignored', async () => {
    const slices = ctStack(20, 1, { Rows: 4, Columns: 4, PixelData: new Uint8Array(32) });
    const contours = [{ data: [0, 0, 5, 3, 0, 5, 3, 3, 5] }];
    const files = [...slices, structureSetObject([{ number: 1, name: 'GTV-1', contours }])].map(bytesOf);
    const { facts } = await readStudy([...files, { name: 'x', bytes: marked.subarray(0, -3) }], rules);
    expect(facts.ignoredFiles).toBe(1);
    expect(facts.rejectedSeries).toEqual([]);
  });
});

test('no slice is decoded for a mask that misses the series', async () => {
  const slices = ctStack(20, 1, { Rows: 4, Columns: 4, PixelData: new Uint8Array(2) });
  const far = { data: [0, 0, 500, 3, 0, 500, 3, 3, 500] };
  const near = { data: [0, 0, 5, 3, 0, 5, 3, 3, 5] };
  const study = (contours: { data: number[] }[]) =>
    readStudy([...slices, structureSetObject([{ number: 1, name: 'GTV-1', contours }])].map(bytesOf), rules);
  await expect(study([far])).rejects.toMatchObject({ code: 'contour-outside-ct' });
  await expect(study([near])).rejects.toMatchObject({ code: 'truncated-pixel-data' });
});
