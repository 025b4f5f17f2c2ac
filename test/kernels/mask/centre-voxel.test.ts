import { expect, test } from 'vitest';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';
import { centreVoxel } from '../../../src/kernels/mask/centre-voxel.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';

function maskOf(size: Vec3, inside: (x: number, y: number, z: number) => boolean): Uint8Array {
  const mask = new Uint8Array(size[0] * size[1] * size[2]);
  for (let i = 0; i < mask.length; i++) {
    const x = i % size[0];
    const y = Math.floor(i / size[0]) % size[1];
    if (inside(x, y, Math.floor(i / (size[0] * size[1])))) mask[i] = 1;
  }
  return mask;
}

function centreOf(size: Vec3, spacing: Vec3, inside: (x: number, y: number, z: number) => boolean): Vec3 {
  const mask = maskOf(size, inside);
  return centreVoxel(mask, size, spacing, boundingBox(mask, size)!);
}

test('the middle of a box', () => {
  const box = (x: number, y: number, z: number) => x >= 2 && x <= 6 && y >= 1 && y <= 3 && z >= 4 && z <= 4;
  expect(centreOf([10, 8, 6], [1, 1, 3], box)).toEqual([4, 2, 4]);
});

test('a voxel of the mask where the centroid lies in a hole', () => {
  const ring = (x: number, y: number) => Math.max(Math.abs(x - 4), Math.abs(y - 4)) === 3;
  expect(centreOf([9, 9, 1], [1, 1, 3], ring)).toEqual([4, 1, 0]);
});

test('near is meant in mm', () => {
  // The centroid is (3, 0, 2). Three voxels along x are 3 mm, two along z are 6 mm.
  const cross = (x: number, _y: number, z: number) =>
    (z === 2 && (x === 0 || x === 6)) || (x === 3 && (z === 0 || z === 4));
  expect(centreOf([7, 1, 5], [1, 1, 3], cross)).toEqual([0, 0, 2]);
  expect(centreOf([7, 1, 5], [1, 1, 1], cross)).toEqual([3, 0, 0]);
});
