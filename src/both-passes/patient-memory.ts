import type { Config } from '../config/schema.ts';
import type { OkCase } from '../records/case.ts';
import { geometryOfRecord } from '../records/grid.ts';
import { FIXED_PATIENT_BYTES } from '../runner/worker-count.ts';
import { needsLungs } from './masks.ts';
import { targetSpacingOf } from './standardise.ts';

/*
 * Bytes at the peak of a pass, for each voxel of the CT and of the resampled CT. Fitted to peak RSS, an eighth or more above
 * it, for CTs of 297 and of 1200 slices of 512x512; docs/configuration.md has the numbers.
 */
/** CT and mask as they are read. */
const READ_PER_VOXEL = 3.2;
const LUNGS_PER_VOXEL = 8.4;
/** The mask on the target grid, beside those: a byte, and an eighth or more above it. */
const PER_RESAMPLED_MASK_VOXEL = 1.2;
/** The CT, once the mask is on the target grid. */
const HELD_PER_VOXEL = 2.4;
/** The mask on the target grid, and what is made of the resampled CT as it is written. */
const PER_RESAMPLED_VOXEL = 3.8;
/** Of what zlib makes outside the arena, which stays as large as it was. */
const BESIDE_ARENA_PER_RESAMPLED_VOXEL = 4.5;

/** How much work a converted patient is: the voxels of its CT. */
export function voxelsOf({ ct }: OkCase): number {
  return ct.size_ijk.reduce((product, side) => product * side);
}

type MemoryRules = Pick<Config, 'roi' | 'thorax' | 'output'>;

/** Voxels of a CT, and of the same on the target grid. */
interface Size {
  readonly voxels: number;
  readonly resampledVoxels: number;
}

function sizeOf(record: OkCase, { resample }: Pick<Config, 'resample'>): Size {
  const geometry = geometryOfRecord(record.ct);
  const volumeOf = ([x, y, z]: readonly number[]): number => x * y * z;
  const voxels = voxelsOf(record);
  const target = targetSpacingOf(geometry, resample);
  return { voxels, resampledVoxels: (voxels * volumeOf(geometry.spacingMm)) / volumeOf(target) };
}

/** Most while the mask is resampled, or while the lungs are found. */
function measureBytes({ voxels, resampledVoxels }: Size, config: MemoryRules): number {
  const perVoxel = needsLungs(config) ? LUNGS_PER_VOXEL : READ_PER_VOXEL;
  return FIXED_PATIENT_BYTES + perVoxel * voxels + PER_RESAMPLED_MASK_VOXEL * resampledVoxels;
}

/** As pass 1, or, with audit volumes, while the resampled CT is written. */
function roiBytes(size: Size, auditVolumes: boolean, config: MemoryRules): number {
  const { voxels, resampledVoxels } = size;
  const measured = measureBytes(size, config);
  if (!auditVolumes) return measured;
  if (config.output.gzipEngine !== 'wasm')
    return measured + BESIDE_ARENA_PER_RESAMPLED_VOXEL * resampledVoxels;
  const written = HELD_PER_VOXEL * voxels + PER_RESAMPLED_VOXEL * resampledVoxels;
  return Math.max(measured, FIXED_PATIENT_BYTES + written);
}

/** Memory that pass 1 takes for a converted patient. */
export function measureBytesOf(record: OkCase, config: Config): number {
  return measureBytes(sizeOf(record, config), config);
}

/** Memory that pass 2 takes for a converted patient. */
export function roiBytesOf(record: OkCase, config: Config): number {
  return roiBytes(sizeOf(record, config), config.output.auditVolumes, config);
}

/** The largest CT of Lung1, 297 slices of 512x512 pixels of 0.977 mm, and the same at 1 x 1 x 3 mm. */
const USUAL: Size = { voxels: 512 * 512 * 297, resampledVoxels: 500 * 500 * 297 };

/** What that patient takes in pass 1. */
export function usualMeasureBytes(config: MemoryRules): number {
  return measureBytes(USUAL, config);
}

/** What it takes at most in pass 2, audit volumes included. */
export function usualRoiBytes(config: MemoryRules): number {
  return roiBytes(USUAL, true, config);
}
