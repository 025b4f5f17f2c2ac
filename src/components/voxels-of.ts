import type { OkCase } from '../dataset/case.ts';

/** How much work a converted patient is: the voxels of its CT. */
export function voxelsOf({ ct }: OkCase): number {
  return ct.size_ijk.reduce((product, side) => product * side);
}
