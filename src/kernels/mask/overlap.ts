import type { VoxelArray } from '../../volume/geometry.ts';

/** From this value on a voxel counts as inside: any label from 1 on, and a probability of one half. */
const INSIDE = 0.5;

/** Voxels inside a label or probability map. */
export function countInside(map: VoxelArray): number {
  let count = 0;
  for (let i = 0; i < map.length; i++) if (map[i] >= INSIDE) count++;
  return count;
}

/** Dice's coefficient 2|A and B| / (|A| + |B|) of two maps of one grid; undefined where both are empty. */
export function dice(a: VoxelArray, b: VoxelArray): number | undefined {
  let both = 0;
  for (let i = 0; i < a.length; i++) if (a[i] >= INSIDE && b[i] >= INSIDE) both++;
  const sum = countInside(a) + countInside(b);
  return sum === 0 ? undefined : (2 * both) / sum;
}
