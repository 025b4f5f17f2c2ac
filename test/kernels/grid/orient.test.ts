import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisCodes, axisOrder, reorient } from '../../../src/kernels/grid/orient.ts';
import { type Geometry, indexOfPoint, pointOfIndex, vec3 } from '../../../src/volume/geometry.ts';
import { resampleGoldens } from '../../support/goldens.ts';

/** Every orientation along the patient axes, as a direction matrix. */
const directions = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap((rows) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((signs) => {
    const direction = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    rows.forEach((row, axis) => {
      direction[3 * row + axis] = signs & (1 << axis) ? -1 : 1;
    });
    return direction;
  }),
);

const grid = fc.record({
  size: fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 4 }),
  ),
  spacingMm: fc.tuple(fc.constant(0.5), fc.constant(1.25), fc.constant(3)),
  originMm: fc.tuple(fc.constant(-7), fc.constant(11), fc.constant(13)),
  direction: fc.constantFrom(...directions),
});

test.each(resampleGoldens)('axisCodes names $orientation as ITK does: $name', (golden) => {
  expect(axisCodes(golden.direction_lps)).toBe(golden.orientation);
});

describe('reorient', () => {
  test('ends in the orientation asked for', () => {
    fc.assert(
      fc.property(grid, (geometry) => {
        const data = new Int16Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
        const { geometry: ras } = reorient({ data, geometry }, axisOrder(geometry.direction, 'RAS'));
        expect(axisCodes(ras.direction)).toBe('RAS');
      }),
    );
  });

  test('every voxel keeps its value at its physical place', () => {
    fc.assert(
      fc.property(grid, (geometry) => {
        const [nx, ny, nz] = geometry.size;
        const data = Int16Array.from({ length: nx * ny * nz }, (_, i) => i);
        const out = reorient({ data, geometry }, axisOrder(geometry.direction, 'RAS'));
        const [mx, my] = out.geometry.size;
        out.data.forEach((value, i) => {
          const point = pointOfIndex(out.geometry, [
            i % mx,
            Math.floor(i / mx) % my,
            Math.floor(i / (mx * my)),
          ]);
          const [x, y, z] = vec3((a) => Math.round(indexOfPoint(geometry, point)[a]));
          expect(value).toBe((z * ny + y) * nx + x);
        });
      }),
    );
  });

  test('there and back again is the identity', () => {
    fc.assert(
      fc.property(grid, (geometry: Geometry) => {
        const count = geometry.size[0] * geometry.size[1] * geometry.size[2];
        const volume = { data: Int16Array.from({ length: count }, (_, i) => i), geometry };
        const there = reorient(volume, axisOrder(geometry.direction, 'RAS'));
        const back = reorient(there, axisOrder(there.geometry.direction, axisCodes(geometry.direction)));
        expect(back).toEqual(volume);
      }),
    );
  });
});
