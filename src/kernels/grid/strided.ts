import type { Vec3, VoxelArray } from '../../volume/geometry.ts';

/**
 * A grid of voxels read in an order that is not the one they are stored in: voxel (i, j, k) is
 * `data[start + i * step[0] + j * step[1] + k * step[2]]`. Turning a volume costs nothing this way.
 */
export interface Strided<T extends VoxelArray = VoxelArray> {
  readonly data: T;
  readonly size: Vec3;
  readonly start: number;
  readonly step: Vec3;
}

/** Voxels as they are stored, x fastest. */
export function strided<T extends VoxelArray>(data: T, size: Vec3): Strided<T> {
  return { data, size, start: 0, step: [1, size[0], size[0] * size[1]] };
}
