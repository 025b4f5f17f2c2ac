import { largest } from '../../kernels/intensity/extremes.ts';

/** A regular grid on which slices lie, some planes of it perhaps without a slice. */
export interface SliceGrid {
  readonly spacingMm: number;
  /** Plane of each slice, ascending, 0 first. */
  readonly planeOfSlice: readonly number[];
  /** Largest distance of a slice from its plane, mm. */
  readonly deviationMm: number;
}

/** Lower median: a value that occurs. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}

export function gapsOf(heightsMm: readonly number[]): number[] {
  return heightsMm.slice(1).map((height, i) => height - heightsMm[i]);
}

export function medianGapMm(heightsMm: readonly number[]): number {
  return median(gapsOf(heightsMm));
}

/** A slice farther from its plane than this share of the spacing is not on the grid, whatever the tolerance. */
const MOST_OF_SPACING = 0.25;

/**
 * The regular grid of slices at ascending heights, undefined where there is none: every gap a whole multiple of the
 * median gap, and each slice within the tolerance of its plane. The spacing is then the extent over the number of
 * steps, so that missing slices do not stretch it. At least half the gaps are one step: with fewer the smaller gaps
 * would be the exception, and most of the volume invented.
 */
export function sliceGrid(heightsMm: readonly number[], toleranceMm: number): SliceGrid | undefined {
  const step = medianGapMm(heightsMm);
  const planeOfSlice = [0];
  for (const gap of gapsOf(heightsMm)) {
    const steps = Math.round(gap / step);
    if (!(steps >= 1 && Number.isSafeInteger(steps))) return undefined;
    planeOfSlice.push(planeOfSlice[planeOfSlice.length - 1] + steps);
  }
  const last = heightsMm.length - 1;
  const spacingMm = (heightsMm[last] - heightsMm[0]) / planeOfSlice[last];
  const deviationMm = largest(
    heightsMm.map((height, i) => Math.abs(height - heightsMm[0] - planeOfSlice[i] * spacingMm)),
  );
  if (!(deviationMm <= Math.min(toleranceMm, MOST_OF_SPACING * spacingMm))) return undefined;
  return { spacingMm, planeOfSlice, deviationMm };
}

/** Planes of a grid that hold no slice, ascending. */
export function missingPlanes({ planeOfSlice }: SliceGrid): number[] {
  const held = new Set(planeOfSlice);
  const count = planeOfSlice[planeOfSlice.length - 1] + 1;
  return Array.from({ length: count }, (_, k) => k).filter((k) => !held.has(k));
}

/** How far a slice may lie from a regular grid to be on it, where no setting may decide what is one scan. */
export const ON_GRID_MM = 0.1;

/** Gaps in a row that alternate and add up to a gap beside them, and as many where there is none beside them. */
const LEAST_ALTERNATING = 3;
const LEAST_ALTERNATING_ALONE = 7;

/** Fewest slices that tell the spacing of a scan, and how many of the first of a stack may be those of another. */
const LEAST_OF_SCAN = 4;
const MOST_BEFORE = 3;

/** Whether slices from the first on are those of two scans of different spacing, neither with a gap, that lie in each other. */
function liesOnTwoGrids(heightsMm: readonly number[]): boolean {
  for (let second = 1; second <= MOST_BEFORE; second++) {
    const step = heightsMm[second] - heightsMm[0];
    const one = [heightsMm[0]];
    const other: number[] = [];
    for (const height of heightsMm.slice(1))
      (Math.abs(height - one[one.length - 1] - step) <= ON_GRID_MM ? one : other).push(height);
    if (one.length < LEAST_OF_SCAN || other.length < LEAST_OF_SCAN) continue;
    const grid = sliceGrid(other, ON_GRID_MM);
    const whole = grid?.planeOfSlice[other.length - 1] === other.length - 1;
    if (whole && Math.abs(grid.spacingMm - step) > ON_GRID_MM && other[1] < one[one.length - 1]) return true;
  }
  return false;
}

/**
 * Whether slices lie as those of two scans that are pushed into each other. Of one spacing: gaps that alternate, x, y, x, y,
 * where x + y is a gap elsewhere, or all of them do. Of two: each scan on a grid of its own, where there is no one for both.
 * Slices of one scan do not, some of them missing or not.
 */
export function liesInTwo(heightsMm: readonly number[]): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= ON_GRID_MM;
  const grid = sliceGrid(heightsMm, ON_GRID_MM);
  if (grid?.planeOfSlice[heightsMm.length - 1] === heightsMm.length - 1) return false;
  const fromAbove = heightsMm.map((height) => -height).reverse();
  if (grid === undefined && [heightsMm, fromAbove].some(liesOnTwoGrids)) return true;
  const gaps = gapsOf(heightsMm);
  for (let start = 0; start + LEAST_ALTERNATING <= gaps.length; start++) {
    const [x, y] = [gaps[start], gaps[start + 1]];
    if (near(x, y)) continue;
    let end = start + 2;
    while (end < gaps.length && near(gaps[end], gaps[end - 2])) end++;
    if (end - start < LEAST_ALTERNATING) continue;
    const beside = [...gaps.slice(0, start), ...gaps.slice(end)];
    const whole = beside.length > 0 && near(median(beside), x + y);
    if (whole || (end - start >= LEAST_ALTERNATING_ALONE && beside.length <= 1)) return true;
  }
  return false;
}
