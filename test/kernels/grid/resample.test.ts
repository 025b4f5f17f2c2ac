import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compacted, oriented } from '../../../src/kernels/grid/orient.ts';
import { resampleLinear, resampleNearest } from '../../../src/kernels/grid/resample.ts';
import {
  linearAxis,
  nearestAxis,
  type ResampleAxes,
  sizeOfAxes,
  windowOfAxis,
} from '../../../src/kernels/grid/resample-axis.ts';
import { strided } from '../../../src/kernels/grid/strided.ts';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';
import { type Vec3, vec3 } from '../../../src/volume/geometry.ts';

const ORIGIN: Vec3 = [-10, 20, 5];
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
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
    expect([...resampleLinear(strided(Int16Array.of(0, 10, 40), [3, 1, 1]), axes, -1000)]).toEqual([
      0, 5, 10, 25, 40, -1000,
    ]);
  });

  test('repeats the edge value for half a voxel', () => {
    const axes: ResampleAxes = [
      linearAxis(2, 3, 1, path),
      linearAxis(1, 1, 1, path),
      linearAxis(1, 1, 1, path),
    ];
    const out = [...resampleLinear(strided(Int16Array.of(0, 30), [2, 1, 1]), axes, -1000)];
    expect(out).toEqual([0, 10, 20, 30, 30, -1000]);
  });

  test('the same spacing gives the same voxels', () => {
    fc.assert(
      fc.property(volume, ({ size, data, from }) => {
        const out = resampleLinear(strided(data, [...size]), axesOf(linearAxis, size, from, from), -1000);
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
        const out = resampleLinear(strided(data, [...size]), axes, -1000);
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
        const whole = resampleLinear(strided(data, [...size]), axes, -1000);
        const part = resampleLinear(
          strided(data, [...size]),
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
        expect(resampleNearest(strided(labels, [...size]), axes).every((v) => known.has(v))).toBe(true);
      }),
    );
  });

  test('within the box of what is not 0 it gives the same as over the whole', () => {
    fc.assert(
      fc.property(volume, ({ size, data, from, to }) => {
        const axes = axesOf(nearestAxis, size, from, to);
        fc.pre(sizeOfAxes(axes).every((n) => n > 0 && n < 40));
        const labels = strided(
          Uint8Array.from(data, (v) => (v % 7 === 0 ? 1 : 0)),
          [...size],
        );
        const box = boundingBox(labels.data, labels.size) ?? { start: [0, 0, 0], size: [0, 0, 0] };
        expect(resampleNearest(labels, axes, box)).toEqual(resampleNearest(labels, axes));
      }),
    );
  });
});

describe('a turned volume', () => {
  const turns = fc.record({
    from: fc.constantFrom<Vec3>([0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]),
    flip: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  });

  test('is resampled where it lies as it is when its voxels are stored anew', () => {
    fc.assert(
      fc.property(volume, turns, ({ size, data, from, to }, order) => {
        const geometry = {
          size: vec3((a) => size[a]),
          spacingMm: from,
          originMm: ORIGIN,
          direction: IDENTITY,
        };
        const { voxels } = oriented({ data, geometry }, order);
        const anew = strided(compacted(voxels), voxels.size);
        const linear = axesOf(linearAxis, voxels.size, from, to);
        const nearest = axesOf(nearestAxis, voxels.size, from, to);
        fc.pre(sizeOfAxes(linear).every((n) => n > 0 && n < 40));
        expect(resampleLinear(voxels, linear, -1000)).toEqual(resampleLinear(anew, linear, -1000));
        expect(resampleNearest(voxels, nearest)).toEqual(resampleNearest(anew, nearest));
      }),
    );
  });
});
