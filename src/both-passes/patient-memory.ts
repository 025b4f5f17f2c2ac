import type { Config } from '../config/schema.ts';
import type { OkCase } from '../records/case.ts';
import { geometryOfRecord } from '../records/grid.ts';
import { FIXED_PATIENT_BYTES } from '../runner/worker-count.ts';
import { targetSpacingOf } from './standardise.ts';

/*
 * Bytes at the peak of a pass, for each voxel. Fitted to peak RSS, an eighth or more above it, for CTs of 297 and of 1200
 * slices of 512x512; docs/configuration.md has the numbers.
 */
const READ_PER_VOXEL = 4.4;
const HELD_PER_VOXEL = 4;
const PER_RESAMPLED_VOXEL = 8;
const PER_RESAMPLED_MASK_VOXEL = 2;

/** How much work a converted patient is: the voxels of its CT. */
export function voxelsOf({ ct }: OkCase): number {
  return ct.size_ijk.reduce((product, side) => product * side);
}

/** Memory that pass 1 takes, by the voxels of the CT: most while the volumes are read. */
export function measureBytes(voxels: number): number {
  return FIXED_PATIENT_BYTES + READ_PER_VOXEL * voxels;
}

/** Memory that pass 2 takes, by the voxels of the CT and of the resampled CT: while reading, or with all volumes made. */
function roiBytes(voxels: number, resampledVoxels: number, auditVolumes: boolean): number {
  const perResampled = auditVolumes ? PER_RESAMPLED_VOXEL : PER_RESAMPLED_MASK_VOXEL;
  const made = HELD_PER_VOXEL * voxels + perResampled * resampledVoxels;
  return FIXED_PATIENT_BYTES + Math.max(READ_PER_VOXEL * voxels, made);
}

/** Memory that pass 2 takes for a converted patient. */
export function roiBytesOf(record: OkCase, { resample, output }: Config): number {
  const geometry = geometryOfRecord(record.ct);
  const target = targetSpacingOf(geometry, resample);
  const volumeOf = ([x, y, z]: readonly number[]): number => x * y * z;
  const voxels = voxelsOf(record);
  const resampled = (voxels * volumeOf(geometry.spacingMm)) / volumeOf(target);
  return roiBytes(voxels, resampled, output.auditVolumes);
}

/** The largest CT of Lung1, 297 slices of 512x512 pixels of 0.977 mm, and the same at 1 x 1 x 3 mm. */
const USUAL_VOXELS = 512 * 512 * 297;
const USUAL_RESAMPLED_VOXELS = 500 * 500 * 297;

/** What that patient takes at most in each pass, audit volumes included. */
export const USUAL_MEASURE_BYTES = measureBytes(USUAL_VOXELS);
export const USUAL_ROI_BYTES = roiBytes(USUAL_VOXELS, USUAL_RESAMPLED_VOXELS, true);
