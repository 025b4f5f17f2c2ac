import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diceOf, maskExtent } from '../../../src/dicom/mask/mask-agreement.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import { ctSliceBytes } from '../../support/dicom/ct-files.ts';
import { segmentationObject, structureSetObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';

const masks = fc
  .integer({ min: 1, max: 30 })
  .chain((n) =>
    fc.tuple(
      fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
      fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
    ),
  );

test('Dice is 1 of equal masks, 0 of disjoint ones, and the same either way', () => {
  fc.assert(
    fc.property(masks, ([a, b]) => {
      expect(diceOf(a, a)).toBe(1);
      expect(diceOf(a, b)).toBe(diceOf(b, a));
      const apart = b.map((v, i) => (a[i] === 1 ? 0 : v));
      if (a.includes(1) || apart.includes(1)) expect(diceOf(a, apart)).toBe(0);
    }),
  );
  expect(diceOf(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0))).toBe(0.5);
});

test('the extent is the voxels and the first and last slice', () => {
  expect(maskExtent(Uint8Array.of(0, 0, 1, 0, 0, 0, 1, 1, 0, 0), [2, 1, 5])).toEqual({
    voxels: 3,
    firstSlice: 1,
    lastSlice: 3,
  });
  expect(maskExtent(new Uint8Array(4), [2, 1, 2])).toEqual({ voxels: 0, firstSlice: null, lastSlice: null });
});

/** Five slices of 8 x 8 pixels, 1 mm apart. */
const slices = [0, 1, 2, 3, 4].map((z) => ({
  name: `${z}.dcm`,
  bytes: ctSliceBytes({
    ImagePositionPatient: [0, 0, z],
    Rows: 8,
    Columns: 8,
    PixelData: new Uint8Array(128),
  }),
}));

/** A SEG of 4 x 4 pixels on slices 1 and 2. */
const seg = segmentationObject({
  type: 'BINARY',
  bitsAllocated: 1,
  columns: 8,
  rows: 8,
  orientation: [1, 0, 0, 0, 1, 0],
  pixelSpacingMm: [1, 1],
  segments: [{ number: 1, label: 'GTV-1' }],
  frames: [1, 2].map((z) => ({
    positionMm: [0, 0, z],
    segment: 1,
    pixels: Array.from({ length: 64 }, (_, i) => Number(i % 8 < 4 && i < 32)),
  })),
});

/** The same square as contours, on other slices, at a place aside. */
const contours = (heights: readonly number[], aside = 0) =>
  structureSetObject([
    {
      number: 7,
      name: 'GTV-1',
      contours: heights.map((z) => ({
        data: [
          [-0.5, -0.5],
          [3.5, -0.5],
          [3.5, 3.5],
          [-0.5, 3.5],
        ].flatMap(([x, y]) => [x + aside, y, z]),
      })),
    },
  ]);

const study = (rtstruct: ReturnType<typeof contours>, maskSources = rules.maskSources) =>
  readStudy(
    [
      ...slices,
      { name: 'seg.dcm', bytes: seg.dataset.byteArray },
      { name: 'rtstruct.dcm', bytes: rtstruct.dataset.byteArray },
    ],
    { ...rules, maskSources },
  );

test('SEG and RTSTRUCT of one patient: Dice, voxels and slices of both', async () => {
  const { facts } = await study(contours([2, 3]));
  expect(facts.mask.source).toBe('SEG');
  expect(facts.mask.agreement).toEqual([
    {
      source: 'RTSTRUCT',
      roiName: 'GTV-1',
      dice: 0.5,
      taken: { voxels: 32, firstSlice: 1, lastSlice: 2 },
      other: { voxels: 32, firstSlice: 2, lastSlice: 3 },
      refusal: '',
    },
  ]);
});

test('the other way round where RTSTRUCT is preferred', async () => {
  const { facts } = await study(contours([1, 2]), ['RTSTRUCT', 'SEG']);
  expect(facts.mask).toMatchObject({ source: 'RTSTRUCT', agreement: [{ source: 'SEG', dice: 1 }] });
});

test('a mask that cannot be drawn is told and excludes nobody', async () => {
  const { facts } = await study(contours([1, 2], 500));
  expect(facts.mask.agreement).toMatchObject([{ dice: null, refusal: 'contour-outside-ct' }]);
});
