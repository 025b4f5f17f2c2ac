import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../../src/dicom/codec/codecs.ts';
import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';
import { readSegmentation, segmentMask } from '../../../src/dicom/mask/seg.ts';
import { latticeOf, slantedLattice } from '../../../src/dicom/series/lattice.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { type Geometry, vec3, voxelCount } from '../../../src/volume/geometry.ts';
import { type Element, type FrameItem, segmentationObject } from '../../support/dicom/dicom-object.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { readGolden } from '../../support/goldens.ts';
import { compareMasks, filesAt, hasSharedData, nrrdMask, shared } from '../../support/shared-data.ts';

const FOLDER = 'seg/dcmqi/segmentations';
const HALF = 0.5;

function gridOf(folder: string) {
  return stackSlices(ctPlanes(filesAt(shared(folder))), stackRules).lattice;
}

function segmentation(file: string) {
  const [{ name, bytes }] = filesAt(shared(file));
  return parsePart10(name, bytes)!;
}

function refusalOf(draw: () => unknown): string {
  try {
    draw();
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown.code;
    throw thrown;
  }
  return 'drawn';
}

/** Voxels of run lengths, zeros first. */
function unpacked(runs: readonly number[]): Uint8Array {
  const mask = new Uint8Array(runs.reduce((sum, n) => sum + n, 0));
  let at = 0;
  runs.forEach((length, i) => {
    if (i % 2 === 1) mask.fill(1, at, at + length);
    at += length;
  });
  return mask;
}

interface GoldenGrid {
  size: [number, number, number];
  spacing_mm: [number, number, number];
  origin_lps_mm: [number, number, number];
  direction_lps: number[];
}

const goldens = readGolden<{
  entries: {
    file: string;
    segment: number;
    grid: GoldenGrid;
    outside: number;
    masks: { threshold: number; runs: number[] }[];
  }[];
  resampled: {
    name: string;
    file: string;
    segment: number;
    grid: GoldenGrid;
    voxels: number;
    runs: number[];
  }[];
}>('seg.json');

function goldenLattice({ size, spacing_mm, origin_lps_mm, direction_lps }: GoldenGrid) {
  return latticeOf({
    size,
    spacingMm: spacing_mm,
    originMm: origin_lps_mm,
    direction: direction_lps,
  });
}

describe.runIf(hasSharedData)('DICOM SEG equals the NRRD that dcmqi was given', () => {
  test.each([
    [
      'rows x columns not a multiple of 8',
      '23x38x3/seg/label.seg',
      '23x38x3/image',
      '23x38x3/nrrd/label.nrrd',
    ],
    ['rows x columns a multiple of 8', '24x38x3/seg/label.seg', '24x38x3/image', '24x38x3/nrrd/label.nrrd'],
    ['frames in another order than the slices', 'liver.dcm', 'ct-3slice', 'liver_seg.nrrd'],
  ])('%s', (_, seg, images, nrrd) => {
    const drawn = segmentMask(segmentation(`${FOLDER}/${seg}`), 1, gridOf(`${FOLDER}/${images}`), HALF);
    const { differing, voxels } = compareMasks(drawn.mask, nrrdMask(shared(FOLDER, nrrd)));
    expect(differing).toBe(0);
    expect(voxels).toBeGreaterThan(0);
    expect(drawn.flags).toEqual([]);
  });

  test.each([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
    [4, 1, 4],
    [5, 1, 5],
  ])('overlapping segments and absent frames: segment %i', (segment, nrrd, label) => {
    const { mask } = segmentMask(
      segmentation(`${FOLDER}/partial_overlaps.dcm`),
      segment,
      gridOf(`${FOLDER}/ct-3slice`),
      HALF,
    );
    const { differing, voxels } = compareMasks(
      mask,
      nrrdMask(shared(FOLDER, `partial_overlaps-${nrrd}.nrrd`), label),
    );
    expect(differing).toBe(0);
    expect(voxels).toBeGreaterThan(0);
  });

  test.each(['ppv5', 'noppv'])('label map with an absent frame (%s)', (name) => {
    const { mask, flags } = segmentMask(
      segmentation(`${FOLDER}/sparse-labelmap-${name}.dcm`),
      1,
      gridOf(`${FOLDER}/24x38x3/image`),
      HALF,
    );
    const expected = nrrdMask(shared(FOLDER, `sparse_labelmap_${name}_seg.nrrd`), 1);
    expect(compareMasks(mask, expected)).toEqual({ differing: 0, voxels: 630 });
    expect(flags).toEqual([]);
  });
});

describe.runIf(hasSharedData)('SEG files of other writers equal what highdicom and pydicom read', () => {
  const cases = goldens.entries.flatMap((entry) =>
    entry.masks.map(({ threshold, runs }) => ({ ...entry, threshold, runs })),
  );
  test.each(cases)('$file, segment $segment, from $threshold on', (golden) => {
    const { file, segment, grid, outside, threshold, runs } = golden;
    const expected = unpacked(runs);
    const draw = () => segmentMask(segmentation(file), segment, goldenLattice(grid), threshold);
    if (!expected.includes(1)) {
      expect(refusalOf(draw)).toBe('tumor-empty');
      return;
    }
    const { mask, flags } = draw();
    expect(compareMasks(mask, expected).differing).toBe(0);
    const flagged = flags.map(({ code, value }) => [code, value]);
    expect(flagged).toEqual([
      ...(file.includes('fractional') ? [['seg-fractional', threshold]] : []),
      ...(outside > 0 ? [['seg-outside-ct', outside]] : []),
    ]);
  });

  test.each(goldens.resampled)("resampled as ITK's nearest neighbour: $name", (golden) => {
    const { file, segment, grid, runs, voxels } = golden;
    const { mask, flags } = segmentMask(segmentation(file), segment, goldenLattice(grid), HALF);
    expect(compareMasks(mask, unpacked(runs))).toEqual({ differing: 0, voxels });
    expect(flags.map(({ code }) => code)).toContain('seg-resampled');
  });
});

/** Every SEG of pydicom-data: the liver of dcmqi, as it is or cut to 510 x 510, in one encoding after another. */
const LIVERS: Record<string, 512 | 510> = {
  'liver.dcm': 512,
  'liver_deflate.dcm': 512,
  'liver_expb.dcm': 512,
  'liver_j2k.dcm': 512,
  'liver_rle.dcm': 512,
  'liver_nonbyte_aligned.dcm': 510,
  'liver_nonbyte_aligned_deflate.dcm': 510,
  'liver_nonbyte_aligned_j2k.dcm': 510,
  'liver_nonbyte_aligned_rle.dcm': 510,
};

describe.runIf(hasSharedData)('the liver in the encodings of pydicom-data', () => {
  test('every file has an expectation', () => {
    const names = filesAt(shared('seg/pydicom-data')).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('.dcm')).sort()).toEqual(Object.keys(LIVERS).sort());
  });

  test.each(Object.entries(LIVERS))('%s', async (name, pixels) => {
    const file = segmentation(`seg/pydicom-data/${name}`);
    await loadCodecs([file.transferSyntaxUid]);
    const { mask, flags } = segmentMask(file, 1, gridOf(`${FOLDER}/ct-3slice`), HALF);
    const expected = nrrdMask(shared(FOLDER, 'liver_seg.nrrd'));
    for (let i = 0; i < expected.length; i++)
      if (i % 512 >= pixels || Math.floor(i / 512) % 512 >= pixels) expected[i] = 0;
    expect(compareMasks(mask, expected).differing).toBe(0);
    expect(flags).toEqual([]);
  });
});

const AXIAL = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const GRID: Geometry = { size: [5, 4, 3], spacingMm: [1, 2, 3], originMm: [10, 20, 30], direction: AXIAL };
const SHARED = { orientation: [1, 0, 0, 0, 1, 0], pixelSpacingMm: [2, 1] } as const;
const MATRIX = { columns: 5, rows: 4 } as const;

/** Frame on slice k of GRID. */
function frameAt(k: number, pixels: ArrayLike<number>, segment?: number): FrameItem {
  return { positionMm: [10, 20, 30 + 3 * k], pixels, ...(segment === undefined ? {} : { segment }) };
}

function binary(frames: readonly FrameItem[], more: Partial<Parameters<typeof segmentationObject>[0]> = {}) {
  return segmentationObject({ type: 'BINARY', bitsAllocated: 1, ...MATRIX, ...SHARED, frames, ...more });
}

const draw = (file: DicomFile, segment = 1, threshold = HALF) =>
  segmentMask(file, segment, latticeOf(GRID), threshold);

/** Twenty pixels of a frame, 1 at the offsets. */
const pixelsAt = (...offsets: number[]) =>
  Array.from({ length: 20 }, (_, i) => (offsets.includes(i) ? 1 : 0));

test('voxels go where the frames lie, whatever order, axes and directions frames have', () => {
  const signs = fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(1, -1)));
  const orders = fc.constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]);
  const voxels = fc.uint8Array({ minLength: 60, maxLength: 60, max: 1 });
  fc.assert(
    fc.property(signs, orders, voxels, fc.boolean(), (sign, axes, expected, own) => {
      fc.pre(expected.includes(1));
      // Frame column, row and plane run along the grid axes `axes`, forwards or backwards.
      const at = (c: number, r: number, p: number) => {
        const index = [0, 0, 0];
        [c, r, p].forEach((n, i) => {
          index[axes[i]] = sign[i] > 0 ? n : GRID.size[axes[i]] - 1 - n;
        });
        return index;
      };
      const [columns, rows, planes] = axes.map((a) => GRID.size[a]);
      const mm = (index: number[]) => vec3((a) => GRID.originMm[a] + index[a] * GRID.spacingMm[a]);
      const cosines = (i: number) => [0, 1, 2].map((a) => (a === axes[i] ? sign[i] : 0));
      const plane = {
        orientation: [...cosines(0), ...cosines(1)],
        pixelSpacingMm: [GRID.spacingMm[axes[1]], GRID.spacingMm[axes[0]]] as const,
      };
      const frames = Array.from({ length: planes }, (_, p): FrameItem => {
        const pixels = Array.from({ length: columns * rows }, (_, o) => {
          const [x, y, z] = at(o % columns, Math.floor(o / columns), p);
          return expected[(z * 4 + y) * 5 + x];
        });
        return { positionMm: mm(at(0, 0, p)), pixels, segment: 7, ...(own ? plane : {}) };
      }).reverse();
      const file = segmentationObject({
        type: 'BINARY',
        bitsAllocated: 1,
        columns,
        rows,
        frames,
        ...(own ? {} : plane),
      });
      const { mask, flags } = segmentMask(file, 7, latticeOf(GRID), HALF);
      expect(compareMasks(mask, expected).differing).toBe(0);
      expect(flags).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('a fractional segmentation is inside from the threshold on, probability or occupancy', () => {
  const levels = [0, 1, 99, 100, 101, 200];
  const fractional = (kind: string) =>
    segmentationObject({
      type: 'FRACTIONAL',
      bitsAllocated: 8,
      ...MATRIX,
      ...SHARED,
      frames: [frameAt(0, [...levels, ...new Array(14).fill(0)], 1)],
      more: [
        [0x0062000e, 'US', 200],
        [0x00620010, 'CS', kind],
      ],
    });
  const inside = (threshold: number, kind = 'OCCUPANCY') => [
    ...draw(fractional(kind), 1, threshold).mask.subarray(0, levels.length),
  ];
  expect(inside(0.5)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(inside(0.5, 'PROBABILITY')).toEqual([0, 0, 0, 1, 1, 1]);
  expect(inside(1)).toEqual([0, 0, 0, 0, 0, 1]);
  expect(inside(0)).toEqual([0, 1, 1, 1, 1, 1]);
});

describe('a label map', () => {
  const labelmap = (values: number[], more: Element[] = []) =>
    segmentationObject({
      type: 'LABELMAP',
      bitsAllocated: 16,
      ...MATRIX,
      ...SHARED,
      frames: [frameAt(1, [...values, ...new Array(20 - values.length).fill(0)])],
      more,
    });

  test('holds the voxels with the number of the segment, of 16 bits too', () => {
    const { mask } = draw(labelmap([1, 300, 44, 300, 0]), 300);
    expect([...mask.subarray(20, 25)]).toEqual([0, 1, 0, 1, 0]);
    expect(mask.reduce((sum, v) => sum + v, 0)).toBe(2);
  });

  test('has no segment in its background', () => {
    const padded = labelmap([1, 5], [[0x00280120, 'US', 5]]);
    expect(refusalOf(() => draw(padded, 5))).toBe('segment-is-background');
    expect(refusalOf(() => draw(padded, 1))).toBe('drawn');
  });
});

describe('what lies outside the CT', () => {
  test('is left out and counted', () => {
    const { mask, flags } = draw(binary([frameAt(2, pixelsAt(0, 1), 1), frameAt(3, pixelsAt(0, 1, 2), 1)]));
    expect(mask.reduce((sum, v) => sum + v, 0)).toBe(2);
    expect(flags.map(({ code, value }) => [code, value])).toEqual([['seg-outside-ct', 3]]);
  });

  test('excludes the patient where nothing is left', () => {
    expect(refusalOf(() => draw(binary([frameAt(3, pixelsAt(0), 1)])))).toBe('segmentation-outside-ct');
    const far = binary([{ ...frameAt(0, pixelsAt(0), 1), positionMm: [1000.4, 0.3, 0.1] }]);
    expect(refusalOf(() => draw(far))).toBe('segmentation-outside-ct');
  });
});

describe('frames and CT slices of different spacing', () => {
  const everySecond = [frameAt(0, pixelsAt(0), 1), frameAt(2, pixelsAt(0), 1)];

  test('absent frames between are empty', () => {
    const { mask, flags } = draw(binary(everySecond));
    expect([mask[0], mask[20], mask[40]]).toEqual([1, 0, 1]);
    expect(flags).toEqual([]);
  });

  test('unless the segmentation declares that its slices are that far apart', () => {
    const { mask, flags } = draw(binary(everySecond, { spacingBetweenSlicesMm: 6 }));
    expect([mask[0], mask[20], mask[40]]).toEqual([1, 1, 1]);
    expect(flags.map(({ code }) => code)).toEqual(['seg-resampled']);
  });

  test('and a declaration that the positions contradict is not believed', () => {
    const frames = [frameAt(0, pixelsAt(0), 1), frameAt(1, pixelsAt(1), 1)];
    const { mask, flags } = draw(binary(frames, { spacingBetweenSlicesMm: 6 }));
    expect(mask.reduce((sum, v) => sum + v, 0)).toBe(2);
    expect(flags).toEqual([]);
  });
});

test('resampling keeps the volume of a segment, and tells the share', () => {
  const pixels = new Array(20).fill(1);
  const file = binary(
    [0, 1, 2].map((k) => ({ ...frameAt(k, pixels, 1), positionMm: [10.3, 19.4, 30.5 + 3 * k] })),
  );
  const { mask, flags } = draw(file);
  expect(mask.reduce((sum, v) => sum + v, 0)).toBe(voxelCount(GRID.size));
  expect(flags).toMatchObject([{ code: 'seg-resampled', value: 1 }]);
});

describe('slices that lean and are unevenly spaced', () => {
  const heights = [0, 3, 7];
  const leaning = slantedLattice(GRID, heights, [0.1, 0]);
  const onSlice = (k: number, pixels: ArrayLike<number>, aside = 0): FrameItem => ({
    positionMm: [10 + 0.1 * heights[k] + aside, 20, 30 + heights[k]],
    pixels,
    segment: 1,
  });

  test('take the frames that lie on them', () => {
    const file = binary([onSlice(0, pixelsAt(0)), onSlice(1, pixelsAt(1)), onSlice(2, pixelsAt(2))]);
    const { mask, flags } = segmentMask(file, 1, leaning, HALF);
    expect([...mask.keys()].filter((i) => mask[i] === 1)).toEqual([0, 21, 42]);
    expect(flags).toEqual([]);
  });

  test('take what is nearest from frames that lie beside them', () => {
    const aside = 0.3;
    const file = binary([0, 1, 2].map((k) => onSlice(k, pixelsAt(k + 1), aside)));
    const { mask, flags } = segmentMask(file, 1, leaning, HALF);
    expect([...mask.keys()].filter((i) => mask[i] === 1)).toEqual([1, 22, 43]);
    expect(flags.map(({ code }) => code)).toEqual(['seg-resampled']);
  });
});

test('a frame of the same segment and plane adds to the first', () => {
  const { mask } = draw(binary([frameAt(0, pixelsAt(0), 1), frameAt(0, pixelsAt(3), 1)]));
  expect([...mask.subarray(0, 5)]).toEqual([1, 0, 0, 1, 0]);
});

describe('is refused with its reason', () => {
  test.each([
    ['a segment without frames', () => draw(binary([frameAt(0, pixelsAt(0), 1)]), 2), 'tumor-empty'],
    ['a segment of empty frames', () => draw(binary([frameAt(0, pixelsAt(), 1)])), 'tumor-empty'],
    ['no frames', () => draw(binary([])), 'incomplete-segmentation'],
    ['no matrix', () => draw(binary([frameAt(0, [], 1)], { rows: 0 })), 'incomplete-segmentation'],
    [
      'no orientation',
      () => draw(binary([frameAt(0, pixelsAt(0), 1)], { orientation: [] })),
      'incomplete-segmentation',
    ],
    [
      'no width of a pixel',
      () => draw(binary([frameAt(0, pixelsAt(0), 1)], { pixelSpacingMm: [1, 0] })),
      'incomplete-segmentation',
    ],
    [
      'an unknown type',
      () => draw(binary([frameAt(0, pixelsAt(0), 1)], { type: 'SURFACE' })),
      'unsupported-segmentation',
    ],
    [
      'a fraction of nothing',
      () => draw(binary([frameAt(0, pixelsAt(0), 1)], { type: 'FRACTIONAL', bitsAllocated: 8 })),
      'incomplete-segmentation',
    ],
    [
      'fewer pixels than frames',
      () => draw(binary([frameAt(0, [1], 1), frameAt(1, [1], 1)])),
      'truncated-pixel-data',
    ],
  ])('%s', (_, attempt, code) => {
    expect(refusalOf(attempt)).toBe(code);
  });
});

test('segments are named by description, then label', () => {
  const { segments } = readSegmentation(
    binary([frameAt(0, pixelsAt(0), 1)], {
      segments: [
        { number: 4, label: 'Neoplasm, Primary', description: 'GTV-1' },
        { number: 2, label: 'Lung' },
        { number: 3, label: '' },
      ],
    }),
  );
  expect(segments).toEqual([
    { number: 4, names: ['GTV-1', 'Neoplasm, Primary'] },
    { number: 2, names: ['Lung'] },
    { number: 3, names: [''] },
  ]);
});
