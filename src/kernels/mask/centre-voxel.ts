import type { Vec3 } from '../../volume/geometry.ts';
import type { Box } from './bounding-box.ts';

/** Calls `visit` with the index of every voxel > 0 within a box. */
function eachVoxel(
  mask: Uint8Array,
  [nx, ny]: Vec3,
  { start, size }: Box,
  visit: (x: number, y: number, z: number) => void,
): void {
  for (let z = start[2]; z < start[2] + size[2]; z++)
    for (let y = start[1]; y < start[1] + size[1]; y++) {
      const row = (z * ny + y) * nx;
      for (let x = start[0]; x < start[0] + size[0]; x++) if (mask[row + x] > 0) visit(x, y, z);
    }
}

/**
 * The voxel > 0 that lies nearest, in mm, to the centroid of all of them; of several the first in memory. The centroid
 * itself may lie outside of a mask that is bent or hollow.
 *
 * @param box the bounding box of the mask, which holds at least one voxel
 */
export function centreVoxel(mask: Uint8Array, size: Vec3, spacingMm: Vec3, box: Box): Vec3 {
  const sum = [0, 0, 0];
  let voxels = 0;
  eachVoxel(mask, size, box, (x, y, z) => {
    sum[0] += x;
    sum[1] += y;
    sum[2] += z;
    voxels++;
  });
  const [cx, cy, cz] = sum.map((total) => total / voxels);
  let nearest: Vec3 = box.start;
  let least = Number.POSITIVE_INFINITY;
  eachVoxel(mask, size, box, (x, y, z) => {
    const distance =
      ((x - cx) * spacingMm[0]) ** 2 + ((y - cy) * spacingMm[1]) ** 2 + ((z - cz) * spacingMm[2]) ** 2;
    if (distance >= least) return;
    least = distance;
    nearest = [x, y, z];
  });
  return nearest;
}
