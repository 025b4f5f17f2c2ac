import { expect, test } from 'vitest';
import { largestSlices } from '../../src/picture/largest-slice.ts';

const geometry = {
  size: [3, 4, 5],
  spacingMm: [1, 1, 3],
  originMm: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

function mask(...voxels: readonly (readonly [x: number, y: number, z: number])[]) {
  const data = new Uint8Array(60);
  for (const [x, y, z] of voxels) data[x + 3 * (y + 4 * z)] = 1;
  return { data, geometry };
}

test('each axis has its own largest slice', () => {
  const { index, empty } = largestSlices(mask([2, 1, 3], [2, 1, 4], [2, 2, 4], [0, 1, 4]));
  expect(index).toEqual([2, 1, 4]);
  expect(empty).toBe(false);
});

test('of equal slices the smallest index is taken', () => {
  expect(largestSlices(mask([1, 2, 2], [2, 3, 4])).index).toEqual([1, 2, 2]);
});

test('an empty mask has its middle', () => {
  expect(largestSlices(mask())).toEqual({ index: [1, 2, 2], empty: true });
});

test('any value but 0 is tumour', () => {
  const { data } = mask();
  data[59] = 255;
  expect(largestSlices({ data, geometry }).index).toEqual([2, 3, 4]);
});
