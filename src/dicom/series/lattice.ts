import { type Geometry, indexOfPoint, pointOfIndex, type Vec3, vec3 } from '../../volume/geometry.ts';
import { cross, dot } from './slice-plane.ts';

/**
 * The voxels of a stack where its slices were scanned: planes that may lean (gantry tilt) or be unevenly spaced, as no
 * Geometry can. Masks are drawn here, since contours and SEG frames lie on the slices. Points in LPS mm, indices
 * continuous, x fastest.
 */
export interface SliceLattice {
  readonly size: Vec3;
  /** Between columns, rows and planes; the median between planes that are unevenly spaced. */
  readonly spacingMm: Vec3;
  /** Unit vectors of growing column and row index and the planes' normal, as a Geometry has them. */
  readonly direction: readonly number[];
  /** The same as a regular orthogonal grid, undefined where the planes lean or are unevenly spaced. */
  readonly grid: Geometry | undefined;
  readonly indexOfPoint: (pointMm: Vec3) => Vec3;
  readonly pointOfIndex: (index: Vec3) => Vec3;
}

/** A lattice itself, or the one that a regular grid is. */
export function latticeOf(grid: Geometry | SliceLattice): SliceLattice {
  if ('indexOfPoint' in grid) return grid;
  return {
    size: grid.size,
    spacingMm: grid.spacingMm,
    direction: grid.direction,
    grid,
    indexOfPoint: (pointMm) => indexOfPoint(grid, pointMm),
    pointOfIndex: (index) => pointOfIndex(grid, index),
  };
}

/** Continuous plane index of a height among ascending ones; beyond the ends the outermost gap goes on. */
function planeOfHeight(heights: readonly number[], height: number): number {
  let low = 0;
  let high = heights.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (heights[middle] <= height) low = middle;
    else high = middle;
  }
  return low + (height - heights[low]) / (heights[high] - heights[low]);
}

function heightOfPlane(heights: readonly number[], plane: number): number {
  const low = Math.min(Math.max(Math.floor(plane), 0), heights.length - 2);
  return heights[low] + (plane - low) * (heights[low + 1] - heights[low]);
}

/**
 * The lattice of slices at ascending heights above the first, each shifted within its plane by `shearPerMm` times its
 * height. `first` is a grid that the first slice lies on: all but its number of planes counts.
 */
export function slantedLattice(
  first: Geometry,
  heightsMm: readonly number[],
  shearPerMm: readonly [x: number, y: number],
): SliceLattice {
  const { originMm, spacingMm, direction } = first;
  const column = (j: number): Vec3 => vec3((row) => direction[3 * row + j]);
  const [row, col] = [column(0), column(1)];
  const normal = cross(row, col);
  return {
    size: [first.size[0], first.size[1], heightsMm.length],
    spacingMm,
    direction,
    grid: undefined,
    indexOfPoint: (pointMm) => {
      const fromOrigin = vec3((a) => pointMm[a] - originMm[a]);
      const height = dot(fromOrigin, normal);
      return [
        (dot(fromOrigin, row) - shearPerMm[0] * height) / spacingMm[0],
        (dot(fromOrigin, col) - shearPerMm[1] * height) / spacingMm[1],
        planeOfHeight(heightsMm, height),
      ];
    },
    pointOfIndex: ([i, j, k]) => {
      const height = heightOfPlane(heightsMm, k);
      const x = i * spacingMm[0] + shearPerMm[0] * height;
      const y = j * spacingMm[1] + shearPerMm[1] * height;
      return vec3((a) => originMm[a] + x * row[a] + y * col[a] + height * normal[a]);
    },
  };
}
