import { CaseExclusion } from '../../errors.ts';
import { type Vec3, voxelCount } from '../../volume/geometry.ts';
import { frameName } from '../file/functional-groups.ts';
import { gapsOf, liesInTwo, medianGapMm } from './gaps.ts';
import type { OrderedSlices } from './slice-order.ts';
import { SAME_POSITION_MM, type SlicePlane } from './slice-plane.ts';
import { type Shear, shearOf } from './tilt.ts';

export function checkSlices(planes: readonly SlicePlane[], minSlices: number): void {
  if (planes.length < Math.max(minSlices, 2)) {
    throw new CaseExclusion(
      'too-few-slices',
      `${planes.length} slices at different positions, fewer than ${minSlices} (series.minSlices)`,
    );
  }
}

/** More than any scan has: slices at one height are compared with each other. */
const MAX_SLICES = 2 ** 14;

export function checkCount(slices: number): void {
  if (slices > MAX_SLICES)
    throw new CaseExclusion(
      'too-many-slices',
      `${slices} slices in one series, more than ${MAX_SLICES}: split it or leave slices out`,
    );
}

/** As many voxels as 1024 slices of 1024 x 1024 have: 2 GiB of int16, several times over while they are worked on. */
const MAX_VOXELS = 2 ** 30;

/** Throws where a volume would have more voxels than any CT, so that nothing of the size is made. */
export function checkVoxels(size: Vec3): void {
  if (voxelCount(size) <= MAX_VOXELS) return;
  throw new CaseExclusion(
    'volume-too-large',
    `the CT would have ${size.map(Math.round).join(' x ')} voxels, more than ${MAX_VOXELS}: split it or leave slices out`,
  );
}

/** Index of the largest by `sizeOf`, NaN taken for the largest of all: positions can be absurd. */
function worst<T>(values: readonly T[], sizeOf: (value: T) => number): number {
  let index = 0;
  values.forEach((value, i) => {
    if (!(sizeOf(value) <= sizeOf(values[index]))) index = i;
  });
  return index;
}

/** Throws where more than `maxMissingRun` planes in a row have no slice. */
export function tooFarApart(
  { slices, heightsMm }: OrderedSlices,
  spacingMm: number,
  maxMissingRun: number,
): void {
  const gaps = gapsOf(heightsMm);
  const i = worst(gaps, (gap) => gap);
  const missing = Math.round(gaps[i] / spacingMm) - 1;
  if (missing <= maxMissingRun) return;
  throw new CaseExclusion(
    'too-many-missing-slices',
    `${missing} slices in a row are missing before this one, ${maxMissingRun} may be (geometry.maxMissingRun): a gap of ${gaps[i].toFixed(3)} mm, ${spacingMm.toFixed(3)} mm elsewhere`,
    { file: frameName(slices[i + 1]) },
  );
}

/** What to throw where slices fit no regular grid. */
export function unevenSlices({ slices, heightsMm }: OrderedSlices): CaseExclusion {
  const gaps = gapsOf(heightsMm);
  const median = medianGapMm(heightsMm);
  const i = worst(gaps, (gap) => Math.abs(gap / median - Math.round(gap / median)));
  return new CaseExclusion(
    'uneven-slices',
    `slices lie on no regular grid: a gap of ${gaps[i].toFixed(3)} mm before this one, ${median.toFixed(3)} mm elsewhere; if they are of one scan, geometry.variableSpacing: resample takes them`,
    { file: frameName(slices[i + 1]) },
  );
}

/** Throws where slices lie as those of two scans do: resampled or averaged they would be mixed. */
export function checkOneScan({ heightsMm }: OrderedSlices): void {
  if (liesInTwo(heightsMm))
    throw new CaseExclusion(
      'overlapping-scans',
      'slices lie as those of two scans that overlap, and no attribute tells the two apart: export the scan that the mask was drawn on as a series of its own',
    );
}

/** Throws where two slices share a height. */
export function checkHeights({ slices, heightsMm, asideMm }: OrderedSlices): void {
  const pair = gapsOf(heightsMm).findIndex((gap) => !(gap > SAME_POSITION_MM));
  if (pair < 0) return;
  const [p, q] = [asideMm[pair], asideMm[pair + 1]];
  const apart = Math.hypot(p[0] - q[0], p[1] - q[1]);
  const where = { file: frameName(slices[pair + 1]) };
  if (apart <= SAME_POSITION_MM)
    throw new CaseExclusion('duplicate-slices', 'lies at the position of another slice', where);
  throw new CaseExclusion(
    'shifted-slices',
    `lies beside another slice, ${apart.toFixed(2)} mm aside at one height`,
    where,
  );
}

/**
 * How the stack leans. Throws where no one shear explains the places of the slices, and where it leans too far: beyond
 * `maxTiltDegrees`, or so long a way that its ends lie beside each other.
 */
export function checkedShear(
  ordered: OrderedSlices,
  rules: { readonly positionToleranceMm: number; readonly maxTiltDegrees: number },
): Shear {
  const { slices, asideMm } = ordered;
  const shear = shearOf(ordered, rules.positionToleranceMm);
  if (!(shear.deviationMm <= rules.positionToleranceMm)) {
    throw new CaseExclusion(
      'shifted-slices',
      `slices are displaced within their plane, by up to ${shear.deviationMm.toFixed(2)} mm from a straight line: this is no gantry tilt`,
    );
  }
  const [first] = slices;
  const [x, y] = asideMm[slices.length - 1];
  const beside =
    Math.abs(x) > first.columns * first.spacingMm[0] || Math.abs(y) > first.rows * first.spacingMm[1];
  if (shear.degrees > rules.maxTiltDegrees || beside) {
    throw new CaseExclusion(
      'tilted-stack',
      `the stack leans by ${shear.degrees.toFixed(2)} degrees against the slices' normal${beside ? ', until its ends lie beside each other' : ''}; ${rules.maxTiltDegrees} are taken (geometry.maxTiltDegrees)`,
    );
  }
  return shear;
}
