import type { Config } from '../config/schema.ts';
import type { OkCase } from '../records/case.ts';
import { geometryOfRecord } from '../records/grid.ts';
import { FIXED_PATIENT_BYTES } from '../runner/worker-count.ts';
import { needsLungs } from './masks.ts';
import { targetSpacingOf } from './standardise.ts';

/*
 * Bytes at the peak of a pass, for each voxel. Fitted to peak RSS, an eighth or more above it, for CTs of 297 and of 1200
 * slices of 512x512; docs/configuration.md has the numbers.
 */
const READ_PER_VOXEL = 3.3;
const LUNGS_PER_VOXEL = 7.4;
const HELD_PER_VOXEL = 2.4;
const PER_RESAMPLED_VOXEL = 3;
const PER_RESAMPLED_MASK_VOXEL = 1;
/** Of what zlib makes outside the arena, which stays as large as it was. */
const BESIDE_ARENA_PER_RESAMPLED_VOXEL = 4.5;

/** How much work a converted patient is: the voxels of its CT. */
export function voxelsOf({ ct }: OkCase): number {
  return ct.size_ijk.reduce((product, side) => product * side);
}

type MemoryRules = Pick<Config, 'roi' | 'thorax' | 'output'>;

/** Memory that pass 1 takes, by the voxels of the CT: most while the volumes are read, or while the lungs are found. */
export function measureBytes(voxels: number, config: Pick<Config, 'roi' | 'thorax'>): number {
  return FIXED_PATIENT_BYTES + (needsLungs(config) ? LUNGS_PER_VOXEL : READ_PER_VOXEL) * voxels;
}

/** Memory that pass 2 takes, by the voxels of the CT and of the resampled CT: as pass 1, or with all that is written of a volume made. */
function roiBytes(
  voxels: number,
  resampledVoxels: number,
  auditVolumes: boolean,
  config: MemoryRules,
): number {
  const measured = measureBytes(voxels, config);
  if (config.output.gzipEngine !== 'wasm' && auditVolumes)
    return measured + BESIDE_ARENA_PER_RESAMPLED_VOXEL * resampledVoxels;
  const perResampled = auditVolumes ? PER_RESAMPLED_VOXEL : PER_RESAMPLED_MASK_VOXEL;
  const made = HELD_PER_VOXEL * voxels + perResampled * resampledVoxels;
  return Math.max(measured, FIXED_PATIENT_BYTES + made);
}

/** Memory that pass 2 takes for a converted patient. */
export function roiBytesOf(record: OkCase, config: Config): number {
  const { resample, output } = config;
  const geometry = geometryOfRecord(record.ct);
  const target = targetSpacingOf(geometry, resample);
  const volumeOf = ([x, y, z]: readonly number[]): number => x * y * z;
  const voxels = voxelsOf(record);
  const resampled = (voxels * volumeOf(geometry.spacingMm)) / volumeOf(target);
  return roiBytes(voxels, resampled, output.auditVolumes, config);
}

/** The largest CT of Lung1, 297 slices of 512x512 pixels of 0.977 mm, and the same at 1 x 1 x 3 mm. */
const USUAL_VOXELS = 512 * 512 * 297;
const USUAL_RESAMPLED_VOXELS = 500 * 500 * 297;

/** What that patient takes in pass 1. */
export function usualMeasureBytes(config: MemoryRules): number {
  return measureBytes(USUAL_VOXELS, config);
}

/** What it takes at most in pass 2, audit volumes included. */
export function usualRoiBytes(config: MemoryRules): number {
  return roiBytes(USUAL_VOXELS, USUAL_RESAMPLED_VOXELS, true, config);
}
