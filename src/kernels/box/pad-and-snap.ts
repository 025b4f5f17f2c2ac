import { type Vec3, vec3 } from '../../volume/geometry.ts';
import type { Box } from '../mask/bounding-box.ts';

/** Rounds half to even, as Python's `round` does. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Grows a box by ceil(mm / spacing) voxels on both sides of each axis; it may leave the image. */
export function padBox(box: Box, spacingMm: Vec3, paddingMm: Vec3): { box: Box; paddingVoxels: Vec3 } {
  const paddingVoxels = vec3((a) => Math.ceil(paddingMm[a] / spacingMm[a]));
  return {
    box: {
      start: vec3((a) => box.start[a] - paddingVoxels[a]),
      size: vec3((a) => box.size[a] + 2 * paddingVoxels[a]),
    },
    paddingVoxels,
  };
}

/** A box of the given size about the same centre; the centre falls as Python's `round(centre - size/2)` puts it. */
export function recentre(box: Box, size: Vec3): Box {
  return { size, start: vec3((a) => roundHalfToEven(box.start[a] + box.size[a] / 2 - size[a] / 2)) };
}

export interface SizeRule {
  readonly minBoxMm: Vec3;
  readonly maxBoxMm: Vec3;
  /** Sizes in voxels worth snapping to, for x and y and for z. */
  readonly preferredSizesXy: readonly number[];
  readonly preferredSizesZ: readonly number[];
  readonly multipleOf: number;
}

/**
 * The size nearest to `size` among the preferred ones that are multiples and lie within [min, max]; ties go to the
 * smaller. Without any such, multiples near `size`. (Reference program, `_snap_size_to_patch_friendly`.)
 */
export function snapSize(
  size: number,
  preferred: readonly number[],
  multipleOf: number,
  min: number,
  max: number,
): number {
  const clamped = Math.min(Math.max(size, min), max);
  const base = roundHalfToEven(clamped / multipleOf) * multipleOf;
  const fits = (n: number): boolean => n >= min && n <= max;
  let candidates = preferred.filter((n) => n % multipleOf === 0 && fits(n));
  if (candidates.length === 0) {
    candidates = [-1, 0, 1, 2].map((k) => base + k * multipleOf).filter((n) => n > 0 && fits(n));
  }
  if (candidates.length === 0) return Math.max(multipleOf, base);
  return candidates.reduce((best, n) => {
    const nearer = Math.abs(n - clamped) - Math.abs(best - clamped);
    return nearer < 0 || (nearer === 0 && n < best) ? n : best;
  });
}

/** Clamps each side of a padded box to [min, max] mm and snaps it to a preferred size (reference program, `_enforce_min_max_size_mm_and_snap`). */
export function snappedSize(
  size: Vec3,
  spacingMm: Vec3,
  rule: SizeRule,
): { size: Vec3; expandedToMin: boolean[]; clampedToMax: boolean[]; snappedToPreferred: boolean[] } {
  const expandedToMin: boolean[] = [];
  const clampedToMax: boolean[] = [];
  const snappedToPreferred: boolean[] = [];
  const snapped = vec3((a) => {
    const min = Math.ceil(rule.minBoxMm[a] / spacingMm[a]);
    const max = Math.floor(rule.maxBoxMm[a] / spacingMm[a]);
    expandedToMin.push(size[a] < min);
    const grown = Math.max(size[a], min);
    clampedToMax.push(grown > max);
    const clamped = Math.min(grown, max);
    const preferred = a === 2 ? rule.preferredSizesZ : rule.preferredSizesXy;
    const n = snapSize(clamped, preferred, rule.multipleOf, min, max);
    snappedToPreferred.push(n !== clamped);
    return n;
  });
  return { size: snapped, expandedToMin, clampedToMax, snappedToPreferred };
}
