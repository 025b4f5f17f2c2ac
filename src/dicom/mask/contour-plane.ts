import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../../errors.ts';
import { Tag, text } from '../file/part10.ts';
import type { SliceLattice } from '../series/lattice.ts';

/** A closed contour as continuous voxel indices of a lattice. */
export interface PlanarContour {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Slice index of its plane, in general no whole number. */
  readonly z: number;
  /** It says itself that it combines with the others of its plane by XOR (DICOM PS3.3 C.8.8.6.3). */
  readonly xor: boolean;
}

/** Fewest points that enclose an area. */
const MIN_POINTS = 3;

const NUMBER_OF_CONTOUR_POINTS = 'x30060046';

const CLOSED = new Set(['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR']);

/**
 * How far apart along the slices' normal the points of one contour may lie, in slices. With more its plane is not that
 * of the slices, and no slice could be said to be its own.
 */
const MAX_RISE_SLICES = 0.5;

/** Whether a contour is of a kind that encloses an area; points and open lines are not. */
export function isClosed(contour: DataSet): boolean {
  return CLOSED.has(text(contour, Tag.ContourGeometricType));
}

/** Contour Data as x, y, z, x, y, z ... in LPS mm; none where it is empty. */
function contourPoints(file: string, contour: DataSet): number[] {
  const data = text(contour, Tag.ContourData);
  if (data === '') return [];
  const values = data.split('\\');
  const numbers = values.map(Number);
  // Number('') is 0: a lost value must not become a coordinate.
  if (numbers.length % 3 !== 0 || numbers.some((n, i) => !Number.isFinite(n) || values[i].trim() === '')) {
    throw new CaseExclusion('malformed-contour', 'Contour Data is no list of points: export it again', {
      file,
    });
  }
  return numbers;
}

/** Whether Number of Contour Points tells another number than there are points. */
export function pointCountDiffers(contour: DataSet, { x }: PlanarContour): boolean {
  const declared = contour.intString(NUMBER_OF_CONTOUR_POINTS);
  return declared !== undefined && declared !== x.length;
}

/**
 * A closed contour on a lattice; undefined where it encloses no area: not closed, or fewer than three points. Throws a
 * CaseExclusion where it is malformed, or its plane not parallel to the slices.
 */
export function planarContour(
  file: string,
  contour: DataSet,
  lattice: SliceLattice,
): PlanarContour | undefined {
  if (!isClosed(contour)) return undefined;
  const points = contourPoints(file, contour);
  const count = points.length / 3;
  if (count < MIN_POINTS) return undefined;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  let [sum, lowest, highest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let p = 0; p < count; p++) {
    const index = lattice.indexOfPoint([points[3 * p], points[3 * p + 1], points[3 * p + 2]]);
    x[p] = index[0];
    y[p] = index[1];
    const z = index[2];
    sum += z;
    if (z < lowest) lowest = z;
    if (z > highest) highest = z;
  }
  if (highest - lowest > MAX_RISE_SLICES) {
    throw new CaseExclusion(
      'contour-not-in-slice',
      `a contour rises over ${(highest - lowest).toFixed(1)} slices: it was not drawn on slices of this CT's orientation`,
      { file },
    );
  }
  return { x, y, z: sum / count, xor: text(contour, Tag.ContourGeometricType) === 'CLOSEDPLANAR_XOR' };
}

/** Area enclosed by a contour that does not cross itself, in pixels. */
export function areaPixels({ x, y }: PlanarContour): number {
  let twice = 0;
  for (let i = 0, j = x.length - 1; i < x.length; j = i++) twice += x[j] * y[i] - x[i] * y[j];
  return Math.abs(twice) / 2;
}

/** By how much of a pixel a point that was drawn on an edge may lie beyond it: its coordinates were rounded to decimals. */
const ROUNDING = 1e-3;

/** Whether a contour reaches beyond the outer edges of a slice's pixels. */
export function leavesSlice({ x, y }: PlanarContour, columns: number, rows: number): boolean {
  const beyond = (n: number, size: number): boolean => n < -0.5 - ROUNDING || n > size - 0.5 + ROUNDING;
  return x.some((n) => beyond(n, columns)) || y.some((n) => beyond(n, rows));
}

export function sameContour(a: PlanarContour, b: PlanarContour): boolean {
  return a.x.length === b.x.length && a.x.every((n, i) => n === b.x[i] && a.y[i] === b.y[i]);
}
