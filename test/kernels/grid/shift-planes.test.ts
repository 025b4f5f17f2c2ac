import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  planeShift,
  shiftMaskPlanes,
  shiftPlanes,
  unshiftFractions,
  unshiftMaskPlanes,
} from '../../../src/kernels/grid/shift-planes.ts';

const AIR = -1000;

test('planes move by fractions of a pixel, linearly, and air fills what they leave', () => {
  const shift = planeShift([3, 1, 2], Float64Array.of(0, 0.25), Float64Array.of(0, 0));
  expect(shift.outputSize).toEqual([4, 1, 2]);
  expect([...shiftPlanes(Int16Array.of(100, 200, 400, 100, 200, 400), shift, AIR)]).toEqual([
    100,
    200,
    400,
    AIR,
    100,
    175,
    350,
    AIR,
  ]);
});

test('an edge pixel reaches half a pixel outwards', () => {
  const shift = planeShift([2, 1, 1], Float64Array.of(0.5), Float64Array.of(0));
  expect([...shiftPlanes(Int16Array.of(10, 20), shift, AIR)]).toEqual([10, 15, AIR]);
  const back = planeShift([2, 1, 1], Float64Array.of(-0.5), Float64Array.of(0));
  expect([...shiftPlanes(Int16Array.of(10, 20), back, AIR)]).toEqual([10, 15, AIR]);
});

test('whole pixels are copied, margins on the sides that need them', () => {
  const shift = planeShift([2, 2, 2], Float64Array.of(0, -1), Float64Array.of(0, 2));
  expect(shift.before).toEqual([1, 0]);
  expect(shift.outputSize).toEqual([3, 4, 2]);
  const shifted = shiftPlanes(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8), shift, 0);
  expect([...shifted]).toEqual([0, 1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 0, 7, 8, 0]);
});

test('a shift along both axes is bilinear', () => {
  const shift = planeShift([2, 2, 1], Float64Array.of(0.5), Float64Array.of(0.25));
  // Of voxel (1, 1): x half way between the columns, y three quarters of the way to the second row.
  expect(shiftPlanes(Int16Array.of(0, 100, 200, 300), shift, AIR)[3 + 1]).toBe(200);
});

test('no voxel of a mask is lost or made, whatever the shift', () => {
  const pixels = fc.double({ min: -20, max: 20, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(pixels, { minLength: 3, maxLength: 3 }),
      fc.array(pixels, { minLength: 3, maxLength: 3 }),
      (x, y) => {
        const shift = planeShift([4, 3, 3], Float64Array.from(x), Float64Array.from(y));
        const ones = shiftMaskPlanes(new Uint8Array(36).fill(1), shift);
        expect(ones.reduce((sum, n) => sum + n, 0)).toBe(36);
        expect(ones.length).toBe(shift.outputSize[0] * shift.outputSize[1] * 3);
      },
    ),
  );
});

test('mask and image move together: the mask covers what the nearest pixel of a bright image covers', () => {
  const pixels = fc.double({ min: -9, max: 9, noNaN: true });
  fc.assert(
    fc.property(pixels, pixels, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (x, y, bits) => {
      const rounded = [Math.floor(x) + 0.5, Math.floor(y) + 0.5];
      fc.pre(Math.abs(x - rounded[0]) > 1e-3 && Math.abs(y - rounded[1]) > 1e-3);
      const shift = planeShift([6, 5, 1], Float64Array.of(x), Float64Array.of(y));
      const nearest = planeShift([6, 5, 1], Float64Array.of(Math.round(x)), Float64Array.of(Math.round(y)));
      const whole = { ...shift, x: nearest.x, y: nearest.y };
      const mask = Uint8Array.from(bits, Number);
      expect([...shiftMaskPlanes(mask, shift)]).toEqual([...shiftPlanes(Int16Array.from(mask), whole, 0)]);
    }),
  );
});

const shifts = fc
  .tuple(
    ...[0, 1].map(() =>
      fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -9, max: 9, noNaN: true })), {
        minLength: 3,
        maxLength: 3,
      }),
    ),
  )
  .map(([x, y]) => planeShift([4, 3, 3], Float64Array.from(x), Float64Array.from(y)));

test('a shifted mask comes back voxel by voxel, of the planes that are asked for', () => {
  fc.assert(
    fc.property(shifts, fc.uint8Array({ minLength: 36, maxLength: 36 }), (shift, drawn) => {
      const shifted = shiftMaskPlanes(drawn, shift);
      expect(unshiftMaskPlanes(shifted, shift, [0, 1, 2])).toEqual(drawn);
      expect(unshiftMaskPlanes(shifted, shift, [2, 0])).toEqual(
        Uint8Array.of(...drawn.subarray(24), ...drawn.subarray(0, 12)),
      );
      const labels = Uint16Array.from(shifted, (label) => 257 * label);
      expect(unshiftMaskPlanes(labels, shift, [1])).toEqual(
        Uint16Array.from(drawn.subarray(12, 24), (label) => 257 * label),
      );
    }),
  );
});

test('fractions that lie on a ramp come back as the ramp has them at each pixel; the shift of each plane counts', () => {
  fc.assert(
    fc.property(shifts, (shift) => {
      const [mx, my, mz] = shift.outputSize;
      const ramp = (x: number, y: number, k: number): number => x / 64 + y / 32 + k;
      const wide = Float32Array.from({ length: mx * my * mz }, (_, at) =>
        ramp(at % mx, Math.floor(at / mx) % my, Math.floor(at / mx / my)),
      );
      const back = unshiftFractions(wide, shift);
      expect(back).toHaveLength(36);
      back.forEach((value, at) => {
        const [i, j, k] = [at % 4, Math.floor(at / 4) % 3, Math.floor(at / 12)];
        expect(value).toBeCloseTo(
          ramp(i + shift.before[0] + shift.x[k], j + shift.before[1] + shift.y[k], k),
          6,
        );
      });
    }),
  );
});

test('shifts by whole pixels take fractions as they are', () => {
  const shift = planeShift([2, 2, 2], Float64Array.of(0, -1), Float64Array.of(0, 2));
  const wide = Float32Array.from({ length: 3 * 4 * 2 }, (_, at) => at / 24);
  const at = [1, 2, 4, 5, 18, 19, 21, 22];
  expect(unshiftFractions(wide, shift)).toEqual(Float32Array.from(at, (i) => wide[i]));
});
