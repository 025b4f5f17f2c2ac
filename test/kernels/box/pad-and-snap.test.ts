import { describe, expect, test } from 'vitest';
import {
  padBox,
  recentre,
  roundHalfToEven,
  snappedSize,
  snapSize,
} from '../../../src/kernels/box/pad-and-snap.ts';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';

test('boundingBox spans the voxels above zero and counts them', () => {
  const mask = new Uint8Array(4 * 3 * 2);
  mask[1 + 4 * 2] = 1;
  mask[3 + 4 * 1 + 12] = 2;
  expect(boundingBox(mask, [4, 3, 2])).toEqual({ start: [1, 1, 0], size: [3, 2, 2], voxels: 2 });
});

test('boundingBox of an empty mask is undefined', () => {
  expect(boundingBox(new Uint8Array(8), [2, 2, 2])).toBeUndefined();
});

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-1.5, -2],
  [2.4999, 2],
])('roundHalfToEven(%f) is %i, as in Python', (value, expected) => {
  expect(roundHalfToEven(value) + 0).toBe(expected);
});

test('padBox rounds the padding up to whole voxels', () => {
  const { box, paddingVoxels } = padBox({ start: [10, 10, 10], size: [5, 5, 5] }, [1, 0.7, 2], [60, 60, 45]);
  expect(paddingVoxels).toEqual([60, 86, 23]);
  expect(box).toEqual({ start: [-50, -76, -13], size: [125, 177, 51] });
});

test('recentre puts half positions where Python rounds them', () => {
  expect(recentre({ start: [0, 0, 0], size: [3, 5, 4] }, [2, 2, 2]).start).toEqual([0, 2, 1]);
});

describe('snapSize', () => {
  const preferred = [160, 192, 224, 256];

  test('takes the nearest preferred size in bounds', () => {
    expect(snapSize(170, preferred, 32, 160, 192)).toBe(160);
    expect(snapSize(180, preferred, 32, 160, 192)).toBe(192);
  });

  test('takes the smaller of two equally near', () => {
    expect(snapSize(176, preferred, 32, 160, 192)).toBe(160);
  });

  test('falls back to multiples where no preferred size is in bounds', () => {
    expect(snapSize(100, preferred, 32, 60, 130)).toBe(96);
  });

  test('gives at least one multiple where nothing fits', () => {
    expect(snapSize(10, preferred, 32, 5, 20)).toBe(32);
  });
});

test('snappedSize clamps to the bounds in mm, then snaps, and says which it did', () => {
  const rule = {
    minBoxMm: [160, 160, 192],
    maxBoxMm: [192, 192, 192],
    preferredSizesXy: [160, 192],
    preferredSizesZ: [64, 96],
    multipleOf: 32,
  } as const;
  expect(snappedSize([215, 170, 51], [1, 1, 3], rule)).toEqual({
    size: [192, 160, 64],
    expandedToMin: [false, false, true],
    clampedToMax: [true, false, false],
    snappedToPreferred: [false, true, false],
  });
});
