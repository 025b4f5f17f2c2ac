import { type Geometry, indexOfPoint, type Vec3, vec3 } from '../../volume/geometry.ts';

/** The frame of workstations from that of NIfTI, or back: LPS and RAS mm differ by the signs of x and y. */
export function acrossLpsAndRas([x, y, z]: Vec3): Vec3 {
  return [0 - x, 0 - y, z];
}

/**
 * The voxel nearest to a point (LPS mm), counted from 0 along the axes of the array in the file, as nibabel indexes it. A point
 * outside has the nearest voxel at the edge.
 */
export function voxelAtPoint(geometry: Geometry, pointMm: Vec3): Vec3 {
  const index = indexOfPoint(geometry, pointMm);
  return vec3((axis) => Math.min(Math.max(Math.round(index[axis]), 0), geometry.size[axis] - 1) + 0);
}

/** Where a voxel stands in the array, x fastest. */
export function offsetOfVoxel([nx, ny]: Vec3, [i, j, k]: Vec3): number {
  return i + nx * (j + ny * k);
}
