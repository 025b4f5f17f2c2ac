import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addWindowed,
  emptyWindowedMoments,
  meanAndSd,
  type VoxelChoice,
  type WindowedMoments,
} from '../../../src/kernels/intensity/moments.ts';

const WINDOW = [-900, 100] as const;

function momentsOf(hu: Float32Array, ...parts: VoxelChoice[]): WindowedMoments {
  const moments = emptyWindowedMoments();
  for (const choice of parts) addWindowed(moments, hu, WINDOW, choice);
  return moments;
}

test('mean and population sd of the windowed voxels above the threshold, by hand', () => {
  const moments = momentsOf(Float32Array.of(-2000, -850, -800, 0, 3000), { thresholdHu: -850 });
  expect(moments.count).toBe(3);
  expect(meanAndSd(moments).mean).toBeCloseTo(-700 / 3, 12);
  expect(meanAndSd(moments).sd).toBeCloseTo(Math.sqrt((800 ** 2 + 100 ** 2) / 3 - (700 / 3) ** 2), 10);
});

test('every voxel counts above minus infinity, and above a threshold under the window', () => {
  const hu = Float32Array.of(-2000, -850, -800, 0, 3000);
  for (const thresholdHu of [Number.NEGATIVE_INFINITY, -950]) {
    const moments = momentsOf(hu, { thresholdHu });
    expect(moments.count).toBe(5);
    expect(meanAndSd(moments).mean).toBeCloseTo((-900 - 850 - 800 + 0 + 100) / 5, 12);
  }
});

test('no voxel counts above a threshold over the window', () => {
  expect(momentsOf(Float32Array.of(0, 100, 3000), { thresholdHu: 100 }).count).toBe(0);
});

test('a mask chooses alone, or beside the threshold', () => {
  const hu = Float32Array.of(-1000, -860, -800, 50);
  const mask = Uint8Array.of(0, 1, 1, 0);
  expect(momentsOf(hu, { thresholdHu: Number.POSITIVE_INFINITY, mask })).toMatchObject({
    count: 2,
    sum: -1660,
  });
  expect(momentsOf(hu, { thresholdHu: -850, mask })).toMatchObject({ count: 3, sum: -1610 });
});

test('the tally holds the HU of the same voxels before the window', () => {
  const { tally } = momentsOf(Float32Array.of(-2000, -800.4, 99.5, 3000), { thresholdHu: -850 });
  expect(tally.voxels).toBe(3);
  expect(tally.percentiles([0, 50, 100])).toEqual([-800, 100, 3000]);
});

test('adding parts is adding the whole', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 1, maxLength: 60, noNaN: true, min: -2000, max: 3000 }),
      fc.nat(60),
      (hu, cut) => {
        const whole = momentsOf(hu, { thresholdHu: -850 });
        const parts = emptyWindowedMoments();
        addWindowed(parts, hu.subarray(0, cut), WINDOW, { thresholdHu: -850 });
        addWindowed(parts, hu.subarray(cut), WINDOW, { thresholdHu: -850 });
        expect(parts.count).toBe(whole.count);
        expect(parts.sum).toBeCloseTo(whole.sum, 6);
        expect(parts.sumOfSquares).toBeCloseTo(whole.sumOfSquares, 3);
        expect(parts.tally.encode()).toEqual(whole.tally.encode());
      },
    ),
  );
});
