import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  linearAxis,
  nearestAxis,
  type ResampleAxes,
  resampleLinear,
  resampleNearest,
  sizeOfAxes,
  windowOfAxis,
} from '../../src/kernels/resample.ts';

const spacing = fc.double({ min: 0.4, max: 5, noNaN: true });
const path = { scanLine: true, originMm: 0 };
const length = fc.integer({ min: 1, max: 7 });

const volume = fc.tuple(length, length, length).chain(([x, y, z]) =>
  fc.record({
    size: fc.constant([x, y, z] as const),
    data: fc.int16Array({ minLength: x * y * z, maxLength: x * y * z }),
    from: fc.tuple(spacing, spacing, spacing),
    to: fc.tuple(spacing, spacing, spacing),
  }),
);

function axesOf(
  make: typeof linearAxis,
  size: readonly number[],
  from: readonly number[],
  to: readonly number[],
): ResampleAxes {
  return [
    make(size[0], from[0], to[0], path),
    make(size[1], from[1], to[1], path),
    make(size[2], from[2], to[2], path),
  ];
}

describe('resampleLinear', () => {
  test('keeps first voxel centres together and fills the last plane when the samples are doubled', () => {
    const axes: ResampleAxes = [
      linearAxis(3, 2, 1, path),
      linearAxis(1, 1, 1, path),
      linearAxis(1, 1, 1, path),
    ];
    expect([...resampleLinear(Int16Array.of(0, 10, 40), [3, 1, 1], axes, -1000)]).toEqual([
      0, 5, 10, 25, 40, -1000,
    ]);
  });

  test('repeats the edge value for half a voxel', () => {
    const axes: ResampleAxes = [
      linearAxis(2, 3, 1, path),
      linearAxis(1, 1, 1, path),
      linearAxis(1, 1, 1, path),
    ];
    const out = [...resampleLinear(Int16Array.of(0, 30), [2, 1, 1], axes, -1000)];
    expect(out).toEqual([0, 10, 20, 30, 30, -1000]);
  });

  test('the same spacing gives the same voxels', () => {
    fc.assert(
      fc.property(volume, ({ size, data, from }) => {
        const out = resampleLinear(data, [...size], axesOf(linearAxis, size, from, from), -1000);
        // As in ITK, n * s * (1/s) can miss n by its last bit.
        expect(out.every((hu, i) => Math.abs(hu - data[i]) < 1e-9)).toBe(true);
      }),
    );
  });

  test('stays within the range of the input and the fill value', () => {
    fc.assert(
      fc.property(volume, ({ size, data, from, to }) => {
        const axes = axesOf(linearAxis, size, from, to);
        fc.pre(sizeOfAxes(axes).every((n) => n > 0 && n < 40));
        const out = resampleLinear(data, [...size], axes, -1000);
        const low = Math.min(-1000, ...data);
        const high = Math.max(-1000, ...data);
        expect(out.every((v) => v >= low && v <= high)).toBe(true);
      }),
    );
  });

  test('a window of the output is what the whole output has there', () => {
    fc.assert(
      fc.property(volume, fc.nat(), fc.nat(), ({ size, data, from, to }, a, b) => {
        const axes = axesOf(linearAxis, size, from, to);
        const [nx, ny, nz] = sizeOfAxes(axes);
        fc.pre(nx > 0 && ny > 0 && nz > 0 && nx * ny * nz < 20_000);
        const start = a % nz;
        const count = 1 + (b % (nz - start));
        const whole = resampleLinear(data, [...size], axes, -1000);
        const part = resampleLinear(
          data,
          [...size],
          [axes[0], axes[1], windowOfAxis(axes[2], start, count)],
          -1000,
        );
        expect(part).toEqual(whole.subarray(start * nx * ny, (start + count) * nx * ny));
      }),
    );
  });
});

describe('resampleNearest', () => {
  test('only takes values that are there, and 0 outside', () => {
    fc.assert(
      fc.property(volume, ({ size, data, from, to }) => {
        const axes = axesOf(nearestAxis, size, from, to);
        fc.pre(sizeOfAxes(axes).every((n) => n > 0 && n < 40));
        const labels = Uint8Array.from(data, (v) => v & 3);
        const known = new Set([0, ...labels]);
        expect(resampleNearest(labels, [...size], axes).every((v) => known.has(v))).toBe(true);
      }),
    );
  });
});
