import { typeOf } from '../../memory/arena.ts';
import { room } from '../../memory/thread.ts';
import {
  type Geometry,
  pointOfIndex,
  type Vec3,
  type Volume,
  type VoxelArray,
  vec3,
} from '../../volume/geometry.ts';
import type { Box } from '../mask/bounding-box.ts';
import { type Strided, strided } from './strided.ts';

/** How output axes are taken from input axes: output axis `a` runs along input axis `from[a]`, backwards where `flip[a]`. */
export interface AxisOrder {
  readonly from: Vec3;
  readonly flip: readonly [boolean, boolean, boolean];
}

/** For each letter: the LPS axis it names and the sign of growing along it. */
const LETTERS: Record<string, readonly [row: number, sign: 1 | -1]> = {
  L: [0, 1],
  R: [0, -1],
  P: [1, 1],
  A: [1, -1],
  S: [2, 1],
  I: [2, -1],
};

/**
 * For each image axis the patient axis nearest to it: the largest |cosine| of all is taken first, then the largest of
 * what is left; of equal ones the last in row-major order (ITK itkAnatomicalOrientation.cxx,
 * `ConvertDirectionToPositiveEnum`).
 */
function nearestPatientAxes(direction: readonly number[]): { row: Vec3; sign: Vec3 } {
  const row = [0, 0, 0];
  const sign = [1, 1, 1];
  const freeRows = new Set([0, 1, 2]);
  const freeAxes = new Set([0, 1, 2]);
  while (freeAxes.size > 0) {
    let best = { row: -1, axis: -1, cosine: -1 };
    for (const r of freeRows) {
      for (const axis of freeAxes) {
        const cosine = Math.abs(direction[3 * r + axis]);
        if (cosine >= best.cosine) best = { row: r, axis, cosine };
      }
    }
    row[best.axis] = best.row;
    sign[best.axis] = direction[3 * best.row + best.axis] < 0 ? -1 : 1;
    freeRows.delete(best.row);
    freeAxes.delete(best.axis);
  }
  return { row: vec3((a) => row[a]), sign: vec3((a) => sign[a]) };
}

/** Letters of the directions along which the indices grow, such as `LPS` for a plain axial CT. */
export function axisCodes(direction: readonly number[]): string {
  const { row, sign } = nearestPatientAxes(direction);
  return [0, 1, 2]
    .map((axis) =>
      Object.keys(LETTERS).find((l) => LETTERS[l][0] === row[axis] && LETTERS[l][1] === sign[axis]),
    )
    .join('');
}

/** The order that brings a grid of this direction to `codes`, given as directions of growth (ITK's `DICOMOrientImageFilter`). */
export function axisOrder(direction: readonly number[], codes = 'RAS'): AxisOrder {
  const { row, sign } = nearestPatientAxes(direction);
  const from = vec3((axis) => row.indexOf(LETTERS[codes[axis]][0]));
  const flip = (axis: number): boolean => sign[from[axis]] !== LETTERS[codes[axis]][1];
  return { from, flip: [flip(0), flip(1), flip(2)] };
}

/** The order that undoes another. */
export function invertedOrder({ from, flip }: AxisOrder): AxisOrder {
  const axisOf = (axis: number): number => from.indexOf(axis);
  return { from: vec3(axisOf), flip: [flip[axisOf(0)], flip[axisOf(1)], flip[axisOf(2)]] };
}

/** Permutes first, then flips, since the last bit of the origin hangs on the order (ITK itkFlipImageFilter.hxx). */
function reorientedGeometry(geometry: Geometry, { from, flip }: AxisOrder): Geometry {
  const permuted: Geometry = {
    size: vec3((axis) => geometry.size[from[axis]]),
    spacingMm: vec3((axis) => geometry.spacingMm[from[axis]]),
    originMm: geometry.originMm,
    direction: geometry.direction.map((_, i) => geometry.direction[i - (i % 3) + from[i % 3]]),
  };
  const first = vec3((axis) => (flip[axis] ? permuted.size[axis] - 1 : 0));
  return {
    ...permuted,
    originMm: pointOfIndex(permuted, first),
    direction: permuted.direction.map((cosine, i) => (flip[i % 3] ? 0 - cosine : cosine)),
  };
}

/** The voxels of a volume in another order of axes, read where they lie, and the grid that they then form. */
export function oriented<T extends VoxelArray>(
  { data, geometry }: Volume<T>,
  order: AxisOrder,
): { readonly voxels: Strided<T>; readonly geometry: Geometry } {
  const out = reorientedGeometry(geometry, order);
  const { step: strides } = strided(data, geometry.size);
  const step = vec3((axis) => (order.flip[axis] ? -1 : 1) * strides[order.from[axis]]);
  let start = 0;
  for (let axis = 0; axis < 3; axis++) if (order.flip[axis]) start -= (out.size[axis] - 1) * step[axis];
  return { voxels: { data, size: out.size, start, step }, geometry: out };
}

/** A box of a grid of `size` voxels, as it lies in that grid in another order of axes. */
export function orientedBox({ start, size: count }: Box, size: Vec3, { from, flip }: AxisOrder): Box {
  return {
    start: vec3((axis) => {
      const a = from[axis];
      return flip[axis] ? size[a] - start[a] - count[a] : start[a];
    }),
    size: vec3((axis) => count[from[axis]]),
  };
}

/** Strided voxels stored anew, x fastest. */
export function compacted<T extends VoxelArray>({ data, size: [nx, ny, nz], start, step }: Strided<T>): T {
  const target = room(typeOf(data), nx * ny * nz);
  let at = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, at += nx) {
      const row = start + y * step[1] + z * step[2];
      if (step[0] === 1) target.set(data.subarray(row, row + nx), at);
      else if (step[0] === -1) {
        target.set(data.subarray(row - nx + 1, row + 1), at);
        target.subarray(at, at + nx).reverse();
      } else for (let x = 0; x < nx; x++) target[at + x] = data[row + x * step[0]];
    }
  }
  return target;
}

/** Permutes and flips the axes; every voxel keeps its value and its physical place. */
export function reorient<T extends VoxelArray>(volume: Volume<T>, order: AxisOrder): Volume<T> {
  const { voxels, geometry } = oriented(volume, order);
  return { data: compacted(voxels), geometry };
}
