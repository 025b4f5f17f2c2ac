import { CaseExclusion } from '../errors.ts';
import { axisOrder, reorient } from '../kernels/grid/orient.ts';
import {
  type Geometry,
  indexOfPoint,
  pointOfIndex,
  type Vec3,
  type Volume,
  vec3,
} from '../volume/geometry.ts';

/**
 * How far, in voxels, a voxel centre of a file may lie from the lattice that it belongs to. Headers round to float32
 * (1e-4 mm at half a metre) and some programs to hundredths of a mm; another grid is half a voxel off, as a rule.
 */
const TOLERANCE_VOXELS = 0.05;

/** A volume whose voxels are voxels of a lattice: axes along those of the lattice. */
export interface OnLattice {
  readonly volume: Volume;
  /** Lattice index of its first voxel. */
  readonly start: Vec3;
}

const round = (mm: Vec3): string => mm.map((v) => Number(v.toFixed(4))).join(' x ');

/**
 * Turns a volume, in whatever order its axes were saved, along the axes of a lattice, and finds its place there. The lattice
 * is given by a box of it, from which indices count and beyond which the volume may reach. Throws a CaseExclusion that
 * names `file` where voxel centres do not coincide.
 *
 * @param lattice what the box is, for the message: `the ROI of this patient`
 */
export function onLattice(file: string, volume: Volume, box: Geometry, lattice: string): OnLattice {
  const given = volume.geometry.direction;
  // Column j: axis j of the volume in terms of the axes of the lattice.
  const relative = [0, 1, 2].flatMap((axis) =>
    [0, 1, 2].map((j) =>
      [0, 1, 2].reduce((sum, row) => sum + box.direction[3 * row + axis] * given[3 * row + j], 0),
    ),
  );
  const turned = reorient(volume, axisOrder(relative, 'LPS'));
  const { size, spacingMm } = turned.geometry;
  const indexAt = (voxel: Vec3): Vec3 => indexOfPoint(box, pointOfIndex(turned.geometry, voxel));
  const first = indexAt([0, 0, 0]);
  const start = vec3((a) => Math.round(first[a]) + 0);
  let off = 0;
  for (let corner = 0; corner < 8; corner++) {
    const voxel = vec3((a) => (corner & (1 << a) ? size[a] - 1 : 0));
    const index = indexAt(voxel);
    off = Math.max(off, ...index.map((v, a) => Math.abs(v - start[a] - voxel[a])));
  }
  if (!(off <= TOLERANCE_VOXELS)) {
    throw new CaseExclusion(
      'other-grid',
      `does not lie on the grid of ${lattice}: voxel centres are up to ${off.toFixed(2)} voxels off; its voxels measure ${round(spacingMm)} mm, there ${round(box.spacingMm)} mm. Save it with the affine of the volume it was made from`,
      { file },
    );
  }
  return { volume: turned, start };
}
