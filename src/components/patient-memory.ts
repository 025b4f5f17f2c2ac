import type { Config } from '../config/schema.ts';
import type { OkCase } from '../dataset/case.ts';
import { geometryOfRecord } from '../dataset/grid.ts';
import { targetSpacingOf } from './standardise.ts';
import { voxelsOf } from './voxels-of.ts';

/*
 * Bytes at the peak of a step, for each byte that is read and each voxel. Fitted to peak RSS, an eighth or more above it,
 * for CTs of 297 and of 1200 slices of 512x512; docs/configuration.md has the numbers.
 */
const FIXED = 64 * 2 ** 20;
const CONVERT_PER_RAW_BYTE = 2.6;
/** DICOM deflates to somewhat less than half; the archive itself is held too. */
const CONVERT_PER_ARCHIVE_BYTE = 7;
const READ_PER_VOXEL = 4.4;
const HELD_PER_VOXEL = 4;
const PER_RESAMPLED_VOXEL = 8;
const PER_RESAMPLED_MASK_VOXEL = 2;

/** Memory that convert takes for a patient, by the bytes of its files or of its archive. */
export function convertBytes(rawBytes: number, isArchive: boolean): number {
  return FIXED + (isArchive ? CONVERT_PER_ARCHIVE_BYTE : CONVERT_PER_RAW_BYTE) * rawBytes;
}

/** Memory that pass 1 takes, by the voxels of the CT: most while the volumes are read. */
export function measureBytes(voxels: number): number {
  return FIXED + READ_PER_VOXEL * voxels;
}

/** Memory that pass 2 takes, by the voxels of the CT and of the resampled CT: while reading, or with all volumes made. */
export function roiBytes(voxels: number, resampledVoxels: number, auditVolumes: boolean): number {
  const perResampled = auditVolumes ? PER_RESAMPLED_VOXEL : PER_RESAMPLED_MASK_VOXEL;
  return FIXED + Math.max(READ_PER_VOXEL * voxels, HELD_PER_VOXEL * voxels + perResampled * resampledVoxels);
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
