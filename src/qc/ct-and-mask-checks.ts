import type { Config } from '../config/schema.ts';
import type { Study } from '../dicom/study/study.ts';
import type { HuHistogram } from '../kernels/intensity/histogram.ts';
import { noiseHu } from '../kernels/intensity/noise.ts';
import { wrapShare } from '../kernels/intensity/wrap-share.ts';
import { componentSizes } from '../kernels/mask/components.ts';
import { maskedMean } from '../kernels/mask/masked-mean.ts';
import type { QcCheck } from '../records/case.ts';
import type { Flag } from '../records/record.ts';
import { type Vec3, voxelCount } from '../volume/geometry.ts';
import { assertChecks, judge } from './judge.ts';

type CheckName = keyof Config['qc'];

/** What each check says when it fails. */
const MEANING: Readonly<Record<CheckName, string>> = {
  slices: 'number of slices',
  zExtentMm: 'extent of the CT along z in mm',
  sliceSpacingMm: 'distance of slices in mm',
  tiltDegrees: 'gantry tilt in degrees',
  missingSlices: 'missing slices that were interpolated',
  burnedInSlices: 'slices that state to have text burned in',
  patientIds: 'different Patient IDs among the CT, SEG and RTSTRUCT files',
  rescales: 'different rescale slopes and intercepts among the slices',
  wrapShare: 'share of neighbouring voxels between which 12-bit values wrapped round',
  lowestHu: 'lowest HU',
  highestHu: 'highest HU',
  airShare: 'share of the CT that is air',
  airHu: 'median HU of air',
  softTissueHu: 'median HU of soft tissue',
  bodyShare: 'share of the CT that is body',
  noiseHu: 'noise of soft tissue in HU',
  maskOutsideShare: 'share of the pixels or contours of the mask outside the CT',
  maskVolumeShare: 'volume of the mask after and before resampling',
  sourceDice: 'Dice of the mask with that of another source',
  tumorMeanHu: 'mean HU of the tumour mask',
  tumorVolumeMl: 'volume of the tumour mask in ml',
  tumorComponents: 'connected components of the tumour mask',
  tumorSpeckShare: 'share of the tumour mask outside its largest component',
  tumorVoxelsOnEdge: 'tumour voxels on the outer faces of the CT',
};

/** HU up to which a voxel is air. */
const AIR_BELOW_HU = -850;

const SOFT_TISSUE_HU = [-150, 250] as const;

/** HU above which a voxel is body, not air or lung. */
const BODY_ABOVE_HU = -400;

function voxelsOnEdge(mask: Uint8Array, [nx, ny, nz]: Vec3): number {
  let count = 0;
  for (let z = 0; z < nz; z++) {
    const face = z === 0 || z === nz - 1;
    for (let y = 0; y < ny; y++) {
      const row = (z * ny + y) * nx;
      if (face || y === 0 || y === ny - 1) for (let x = 0; x < nx; x++) count += mask[row + x];
      else count += mask[row] + (nx > 1 ? mask[row + nx - 1] : 0);
    }
  }
  return count;
}

/** The axis nearest to the patient's: 2 in a stack of axial slices, any in a NIfTI file. */
function sliceAxis(direction: readonly number[]): number {
  const along = [6, 7, 8].map((i) => Math.abs(direction[i]));
  return along.indexOf(Math.max(...along));
}

/** The values, from a study and the histogram of its CT, that the checks of `qc` judge; undefined where a check does not apply. */
export function measurePair(
  { ct, tumor, facts }: Study,
  histogram: HuHistogram,
): Record<CheckName, number | undefined> {
  const { size, spacingMm, direction } = ct.geometry;
  const z = sliceAxis(direction);
  const components = componentSizes(tumor.data, size);
  const voxels = components.reduce((sum, n) => sum + n, 0);
  const range = histogram.range();
  const dices = facts.mask.agreement.flatMap(({ dice }) => dice ?? []);
  return {
    slices: size[z],
    zExtentMm: size[z] * spacingMm[z],
    sliceSpacingMm: spacingMm[z],
    tiltDegrees: facts.tiltDegrees,
    missingSlices: facts.missingPlanes,
    burnedInSlices: facts.burnedInSlices,
    patientIds: facts.patientIds,
    rescales: facts.rescale.length,
    wrapShare: wrapShare(ct.data, size[0], size[1]),
    lowestHu: range.min,
    highestHu: range.max,
    airShare: histogram.count(-32768, AIR_BELOW_HU) / histogram.total,
    airHu: histogram.median(-32768, AIR_BELOW_HU),
    softTissueHu: histogram.median(...SOFT_TISSUE_HU),
    bodyShare: histogram.count(BODY_ABOVE_HU + 1, 32767) / voxelCount(size),
    noiseHu: noiseHu(ct.data, size[0], ...SOFT_TISSUE_HU),
    maskOutsideShare: facts.mask.outsideShare,
    maskVolumeShare: facts.mask.volumeShare,
    sourceDice: dices.length === 0 ? undefined : Math.min(...dices),
    tumorMeanHu: maskedMean(ct.data, tumor.data),
    tumorVolumeMl: (voxels * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000,
    tumorComponents: components.length,
    tumorSpeckShare: voxels === 0 ? undefined : 1 - components[0] / voxels,
    tumorVoxelsOnEdge: voxelsOnEdge(tumor.data, size),
  };
}

/** Judges the values by the configured limits, which are included. A value that does not apply passes. */
export function judgePair(
  values: Partial<Record<CheckName, number | undefined>>,
  qc: Config['qc'],
): QcCheck[] {
  return judge(values, qc, MEANING);
}

/** The failed checks whose severity is `flag`. */
export function qcFlags(checks: readonly QcCheck[]): Flag[] {
  return checks.flatMap(({ code, meaning, value, severity, passed }) =>
    passed || severity !== 'flag' || value === null ? [] : [{ code: `qc-${code}`, message: meaning, value }],
  );
}

/** Throws the CaseExclusion of the failed checks whose severity asks for it. */
export function assertQc(checks: readonly QcCheck[]): void {
  assertChecks(checks, 'qc');
}
