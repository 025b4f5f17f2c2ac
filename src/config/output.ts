import { z } from 'zod';

/* What is written. */

export const output = z.strictObject({
  auditVolumes: z.boolean().describe('Write ct_hu_resampled_ras.nii.gz, the whole resampled CT.'),
  roiHu: z.boolean().describe('Write ct_roi_hu.nii.gz, the ROI in HU, before window and z-score.'),
  auditType: z.enum(['int16', 'float32']).describe('Voxel type of both; int16 rounds to whole HU.'),
  qcOverlay: z.boolean().describe('Write qc_overlay_mid.png.'),
  gzipEngine: z
    .enum(['wasm', 'zlib', 'igzip'])
    .describe(
      'What deflates volumes: `wasm`, which is part of swinprep; `zlib`, which is part of Node and takes three to five times the processor time; or `igzip`, the program of ISA-L (Debian package isal).',
    ),
  gzipLevelInt: z
    .int()
    .min(1)
    .max(9)
    .describe(
      'Level of zlib and igzip for integer volumes; `wasm` has one. zlib at 4 makes CT 1.6 % smaller and takes a third longer. igzip has levels 1 to 3; a higher one is its 3.',
    ),
  gzipLevelFloat: z
    .int()
    .min(1)
    .max(9)
    .describe('Level of zlib and igzip for float32 volumes; more than 1 gains almost nothing.'),
});
