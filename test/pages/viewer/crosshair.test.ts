import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { affineOf, geometryOf } from '../../../src/nifti/affine.ts';
import { acrossLpsAndRas, offsetOfVoxel, voxelAtPoint } from '../../../src/pages/viewer/crosshair.ts';
import type { Geometry, Vec3 } from '../../../src/volume/geometry.ts';
import { CT, ROI } from '../../support/phantom-review.ts';

/** 30 degrees about x. */
const [COS, SIN] = [Math.sqrt(3) / 2, 0.5];
const tilted: Geometry = { ...CT, direction: [1, 0, 0, 0, COS, -SIN, 0, SIN, COS] };
/** A stack of sagittal slices: the third index runs to the left. */
const sagittal: Geometry = { ...CT, direction: [0, 0, 1, 1, 0, 0, 0, -1, 0] };

/** Where nibabel has a voxel: the affine of the file applied to the index, RAS mm. */
const nibabelPoint = (affine: readonly (readonly number[])[], [i, j, k]: Vec3): Vec3 => {
  const [x, y, z] = affine.map(([a, b, c, d]) => a * i + b * j + c * k + d);
  return [x, y, z];
};

describe.each([
  ['a CT as scanned', CT],
  ['an ROI', ROI],
  ['a tilted CT', tilted],
  ['sagittal slices', sagittal],
])('of %s', (_, grid) => {
  const affine = affineOf(grid);
  const read = geometryOf(affine, grid.size, grid.spacingMm);

  test('the voxel at a point is the one that nibabel has there, up to half a voxel off', () => {
    const axis = (n: number) => fc.integer({ min: 0, max: n - 1 });
    const [nx, ny, nz] = grid.size;
    const off = fc.double({ min: -0.49, max: 0.49, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(axis(nx), axis(ny), axis(nz)), fc.tuple(off, off, off), (voxel, [a, b, c]) => {
        const point = nibabelPoint(affine, [voxel[0] + a, voxel[1] + b, voxel[2] + c]);
        expect(voxelAtPoint(read, acrossLpsAndRas(point))).toEqual(voxel);
      }),
    );
  });

  test('beyond an edge it is the voxel at the edge', () => {
    const beyond = nibabelPoint(affine, [-0.5, grid.size[1] - 0.5, grid.size[2] + 3]);
    expect(voxelAtPoint(read, acrossLpsAndRas(beyond))).toEqual([0, grid.size[1] - 1, grid.size[2] - 1]);
  });
});

test('a voxel stands in the array x fastest', () => {
  expect(offsetOfVoxel([4, 3, 2], [1, 2, 1])).toBe(1 + 4 * 2 + 12);
});
