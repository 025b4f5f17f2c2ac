import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { patchSizesFor, samplingOf } from '../../src/records/sampling.ts';

test('patch sizes of the presets', () => {
  expect(patchSizesFor([192, 192, 64])).toEqual([
    [192, 192, 64],
    [160, 160, 64],
    [128, 128, 64],
    [96, 96, 64],
    [96, 96, 32],
    [64, 64, 32],
  ]);
  expect(patchSizesFor([160, 160, 64])[0]).toEqual([160, 160, 64]);
  expect(patchSizesFor([200, 170, 70])[0]).toEqual([192, 160, 64]);
  expect(patchSizesFor([192, 192, 31])).toEqual([]);
});

test('every patch size fits and is what SwinUNETR takes', () => {
  const side = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(fc.tuple(side, side, side), (size) => {
      const sizes = patchSizesFor(size);
      expect(sizes.every((patch) => patch.every((n, a) => n > 0 && n <= size[a] && n % 32 === 0))).toBe(true);
      expect(new Set(sizes.map(String)).size).toBe(sizes.length);
      const voxels = sizes.map(([x, y, z]) => x * y * z);
      expect(voxels).toEqual([...voxels].sort((a, b) => b - a));
    }),
  );
});

const geometry = {
  size: [64, 64, 32],
  spacingMm: [1, 1, 3],
  originMm: [0, 0, 0],
  direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
} as const;

test('tumour centre and box in indices of the ROI', () => {
  const data = new Uint8Array(64 * 64 * 32);
  for (const [x, y, z] of [
    [10, 20, 5],
    [11, 20, 5],
    [12, 20, 6],
  ])
    data[(z * 64 + y) * 64 + x] = 1;
  expect(samplingOf({ data, geometry })).toMatchObject({
    tumor_center_ijk: [11, 20, 5],
    foreground_box_start_ijk: [10, 20, 5],
    foreground_box_size_ijk: [3, 1, 2],
  });
});

test('an ROI without tumour has its middle and an empty box', () => {
  expect(samplingOf({ data: new Uint8Array(64 * 64 * 32), geometry })).toMatchObject({
    tumor_center_ijk: [32, 32, 16],
    foreground_box_size_ijk: [0, 0, 0],
  });
});
