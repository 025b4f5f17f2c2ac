import { type Geometry, indexOfPoint, type Vec3, vec3 } from '../../volume/geometry.ts';
import type { SliceLattice } from '../series/lattice.ts';
import { dot } from '../series/slice-plane.ts';
import type { FramePlane } from './mask-frames.ts';

/** Physical point (LPS, mm) of a continuous pixel of a frame, `height` mm along its normal. */
function pointOfPixel(plane: FramePlane, column: number, row: number, height: number): Vec3 {
  const { originMm, columnStep, rowStep, normal, spacingMm } = plane;
  return vec3(
    (a) =>
      originMm[a] +
      column * spacingMm[0] * columnStep[a] +
      row * spacingMm[1] * rowStep[a] +
      height * normal[a],
  );
}

/** How a frame lies on a lattice: voxel of its first pixel, and the steps of a column and of a row. All whole numbers. */
export interface VoxelPlacement {
  readonly first: Vec3;
  readonly column: Vec3;
  readonly row: Vec3;
}

/** How far, in voxels, a pixel may be off its voxel's centre to count as the same: positions are rounded strings. */
const TOLERANCE_VOXELS = 0.05;

const round = (v: Vec3): Vec3 => vec3((a) => Math.floor(v[a] + 0.5));

/**
 * How a frame falls on the voxels of a lattice: each pixel on one voxel, neighbours on neighbours, along any axes.
 * Undefined where it does not.
 */
export function placeOnVoxels(plane: FramePlane, lattice: SliceLattice): VoxelPlacement | undefined {
  const at = (column: number, row: number): Vec3 => lattice.indexOfPoint(pointOfPixel(plane, column, row, 0));
  const [lastColumn, lastRow] = [Math.max(plane.columns - 1, 1), Math.max(plane.rows - 1, 1)];
  const origin = at(0, 0);
  const [alongRow, alongColumn] = [at(lastColumn, 0), at(0, lastRow)];
  const first = round(origin);
  const column = round(vec3((a) => (alongRow[a] - origin[a]) / lastColumn));
  const row = round(vec3((a) => (alongColumn[a] - origin[a]) / lastRow));
  const length = (v: Vec3): number => Math.abs(v[0]) + Math.abs(v[1]) + Math.abs(v[2]);
  if (length(column) !== 1 || length(row) !== 1 || dot(column, row) !== 0) return undefined;
  // Planes that lean or are unevenly spaced are no steps: only a frame within one of them can fall on its voxels.
  if (lattice.grid === undefined && (column[2] !== 0 || row[2] !== 0)) return undefined;
  // The corner pixels are the farthest off where spacing or direction differ.
  const near = (index: Vec3, columns: number, rows: number): boolean =>
    index.every((n, a) => Math.abs(n - first[a] - columns * column[a] - rows * row[a]) <= TOLERANCE_VOXELS);
  return near(origin, 0, 0) && near(alongRow, lastColumn, 0) && near(alongColumn, 0, lastRow)
    ? { first, column, row }
    : undefined;
}

/** Voxel that a pixel is nearest to. */
export function nearestVoxel(plane: FramePlane, lattice: SliceLattice, column: number, row: number): Vec3 {
  return round(lattice.indexOfPoint(pointOfPixel(plane, column, row, 0)));
}

/** First and last voxel along each axis whose centre can lie in the slab of a frame, within the grid. */
function slabVoxels(plane: FramePlane, slabMm: number, grid: Geometry): { from: Vec3; to: Vec3 } {
  const corners: Vec3[] = [];
  for (const column of [-0.5, plane.columns - 0.5])
    for (const row of [-0.5, plane.rows - 0.5])
      for (const height of [-slabMm / 2, slabMm / 2])
        corners.push(indexOfPoint(grid, pointOfPixel(plane, column, row, height)));
  return {
    from: vec3((a) => Math.max(0, Math.floor(Math.min(...corners.map((c) => c[a]))))),
    to: vec3((a) => Math.min(grid.size[a] - 1, Math.ceil(Math.max(...corners.map((c) => c[a]))))),
  };
}

/** Plane k of a lattice, whatever the planes' spacing and lean, as a grid of its own. */
function planeGrid({ size, spacingMm, direction, pointOfIndex }: SliceLattice, k: number): Geometry {
  return { size: [size[0], size[1], 1], spacingMm, direction, originMm: pointOfIndex([0, 0, k]) };
}

/**
 * Nearest-neighbour resampling of one frame: sets the voxels of `mask` whose centre lies within half a slab of the frame
 * and in one of its pixels that are 1 in `inside`. A frame holds the half-open slab [-1/2, 1/2), a pixel likewise, so a
 * stack of frames one slab apart gives what ITK's nearest neighbour does (index floor(c + 0.5)). Gives the number of
 * voxels that were looked at.
 */
export function resampleFrame(
  plane: FramePlane,
  inside: Uint8Array,
  slabMm: number,
  lattice: SliceLattice,
  mask: Uint8Array,
): number {
  if (lattice.grid !== undefined) return resampleOntoGrid(plane, inside, slabMm, lattice.grid, mask);
  const [nx, ny, nz] = lattice.size;
  let looked = 0;
  for (let k = 0; k < nz; k++)
    looked += resampleOntoGrid(
      plane,
      inside,
      slabMm,
      planeGrid(lattice, k),
      mask.subarray(k * nx * ny, (k + 1) * nx * ny),
    );
  return looked;
}

/**
 * Cuts the range of x to where `start + step * x` can lie in [-1/2, count - 1/2), a voxel more at either end for
 * rounding: of an oblique frame most of its bounding box is empty.
 */
function narrow(range: { first: number; last: number }, start: number, step: number, count: number): void {
  const [low, high] = [-0.5 - start, count - 0.5 - start];
  if (Math.abs(step) * (range.last - range.first) < 1e-9) {
    if (high < -1e-6 || low > 1e-6 + Math.abs(step) * range.last) range.last = range.first - 1;
    return;
  }
  const [a, b] = step > 0 ? [low / step, high / step] : [high / step, low / step];
  range.first = Math.max(range.first, Math.floor(a));
  range.last = Math.min(range.last, Math.ceil(b));
}

/** Gives the number of voxels that were looked at. */
function resampleOntoGrid(
  plane: FramePlane,
  inside: Uint8Array,
  slabMm: number,
  grid: Geometry,
  mask: Uint8Array,
): number {
  const { columns, rows, columnStep, rowStep, normal, spacingMm, originMm } = plane;
  const [nx, ny] = grid.size;
  const { from, to } = slabVoxels(plane, slabMm, grid);
  const offset = vec3((a) => grid.originMm[a] - originMm[a]);
  // Frame coordinate (column, row, slabs) = start + sum over grid axes of index * step.
  const measured: readonly (readonly [axis: Vec3, unitMm: number])[] = [
    [columnStep, spacingMm[0]],
    [rowStep, spacingMm[1]],
    [normal, slabMm],
  ];
  const start = measured.map(([axis, unit]) => dot(axis, offset) / unit);
  const gridAxis = (j: number): Vec3 => vec3((a) => grid.direction[3 * a + j]);
  const step = measured.map(([axis, unit]) =>
    vec3((j) => (dot(axis, gridAxis(j)) * grid.spacingMm[j]) / unit),
  );
  const [[ux, uy, uz], [vx, vy, vz], [wx, wy, wz]] = step;
  let looked = 0;
  for (let z = from[2]; z <= to[2]; z++)
    for (let y = from[1]; y <= to[1]; y++) {
      const u0 = start[0] + uz * z + uy * y;
      const v0 = start[1] + vz * z + vy * y;
      const w0 = start[2] + wz * z + wy * y;
      const range = { first: from[0], last: to[0] };
      narrow(range, w0, wx, 1);
      narrow(range, u0, ux, columns);
      narrow(range, v0, vx, rows);
      const { first, last } = range;
      looked += Math.max(0, last - first + 1);
      for (let x = first; x <= last; x++) {
        const w = w0 + wx * x;
        if (w < -0.5 || w >= 0.5) continue;
        const column = Math.floor(u0 + ux * x + 0.5);
        const row = Math.floor(v0 + vx * x + 0.5);
        if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
        if (inside[row * columns + column] === 1) mask[(z * ny + y) * nx + x] = 1;
      }
    }
  return looked;
}
