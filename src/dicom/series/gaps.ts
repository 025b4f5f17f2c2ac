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
