import { z } from 'zod';
import { qcCheck } from './case.ts';
import { exclusion, flag, gridRecord, outputFile, triple } from './record.ts';
import { samplingSchema } from './sampling.ts';

const booleans = z.array(z.boolean()).length(3);

const cropRecord = z.strictObject({
  requested_start_ijk: triple,
  requested_size_ijk: triple,
  pad_lower_ijk: triple,
  pad_upper_ijk: triple,
  start_after_pad_ijk: triple,
  orig_size_ijk: triple,
  padded_size_ijk: triple,
});

/** What convert made the original CT grid of, and did to it; codes of flags in case.json. */
const originalCt = z.strictObject({
  /** Below the patient's folder in `interim`. */
  ct: outputFile,
  tumor: outputFile,
  /** Slices lie in this order along the third axis, whatever the order of the DICOM files. */
  slice_order: z.literal('ascending along row x column'),
  /** Where not empty, the original grid is not quite the scanner's. */
  geometry_flags: z.array(flag),
});

/** How the resampled grid was filled. First voxel centres of both grids coincide. */
const resampling = z.strictObject({
  ct_interpolation: z.literal('linear'),
  mask_interpolation: z.literal('nearest'),
  outside_hu: z.number(),
  outside_mask: z.number(),
});

/** `transforms.json`: the way from the native CT grid to the ROI, step by step, and all that the way back needs. */
export const transformsSchema = z.strictObject({
  patient_id: z.string(),
  swinprep_version: z.string(),
  original_ct: originalCt,
  orientation_policy: z.literal('RAS'),
  original_ct_geometry: gridRecord,
  /** RAS axis a runs along original axis `from[a]`, backwards where `flip[a]`. */
  axis_order: z.strictObject({ from: triple, flip: booleans }),
  ras_ct_geometry: gridRecord,
  resampled_ct_geometry: gridRecord,
  roi_geometry: gridRecord,
  target_spacing: triple,
  resampling,
  pad_mm: triple,
  pad_vox: triple,
  min_box_mm: triple,
  max_box_mm: triple,
  window_hu: z.tuple([z.number(), z.number()]).readonly(),
  norm_threshold_hu: z.number(),
  global_mu: z.number(),
  global_sigma: z.number(),
  bbox_from_mask_start_ijk: triple,
  bbox_from_mask_size_ijk: triple,
  bbox_padded_start_ijk: triple,
  bbox_padded_size_ijk: triple,
  bbox_final_start_ijk: triple,
  bbox_final_size_ijk: triple,
  size_info: z.strictObject({
    expanded_to_min: booleans,
    clamped_to_max: booleans,
    snapped_to_preferred: booleans,
    final_size_vox: triple,
  }),
  crop_record_ct: cropRecord,
  crop_record_mask: cropRecord,
  /** The mask that the ROI is laid round; `bbox_from_mask_*` is the tumour's box all the same. */
  roi_source: z.enum(['tumor', 'lung']),
  /** How far the box lies from where centring would put it. */
  box_shift_ijk: triple,
  /** The constants that the z-score was made with. */
  norm_mu: z.number(),
  norm_sigma: z.number(),
  lung_bbox_start_ijk: triple.optional(),
  lung_bbox_size_ijk: triple.optional(),
  /** The larger ROI round both lungs, where it is written. */
  thorax_bbox_start_ijk: triple.optional(),
  thorax_bbox_size_ijk: triple.optional(),
  thorax_geometry: gridRecord.optional(),
});

export type Transforms = z.infer<typeof transformsSchema>;

/** The part of it that the voxels decide. */
export type RoiTransforms = Omit<Transforms, 'swinprep_version' | 'original_ct'>;

/** mm towards the lower and the upper end of x, y, z: left, posterior, inferior; right, anterior, superior. */
const sidesMm = z.strictObject({ lower: triple, upper: triple });

const okRoi = z.strictObject({
  patient_id: z.string(),
  state: z.literal('ok'),
  split: z.enum(['train', 'test']),
  stage: z.string(),
  stage_index: z.int(),
  spacing_before_mm: triple,
  spacing_after_mm: triple,
  final_roi_size_vox: triple,
  final_roi_size_mm: triple,
  // As in the reference program's meta.json; transforms.json has them too, to be enough alone.
  ...transformsSchema.pick({
    orientation_policy: true,
    original_ct_geometry: true,
    resampled_ct_geometry: true,
    target_spacing: true,
    pad_mm: true,
    pad_vox: true,
    window_hu: true,
    global_mu: true,
    global_sigma: true,
    bbox_padded_start_ijk: true,
    bbox_padded_size_ijk: true,
    bbox_final_start_ijk: true,
    bbox_final_size_ijk: true,
    size_info: true,
    crop_record_ct: true,
    crop_record_mask: true,
  }).shape,
  /** The tumour's box. */
  bbox_start_ijk: triple,
  bbox_size_ijk: triple,
  roi_source: z.enum(['tumor', 'lung']),
  box_shift_ijk: triple,
  /** Of the windowed ROI; `norm_mu` and `norm_sigma` are the constants that were applied. */
  case_mu: z.number(),
  case_sigma: z.number(),
  case_norm_info: z.strictObject({ mask_rule: z.string(), mask_count: z.int() }),
  norm_mu: z.number(),
  norm_sigma: z.number(),
  tumor_voxels_original: z.int(),
  tumor_volume_ml: z.number(),
  tumor_voxels_resampled: z.int(),
  tumor_voxels_roi: z.int(),
  tumor_clipped_voxels: z.int(),
  tumor_source: z.string(),
  /** From the mask that the ROI is laid round to the ROI's faces, and what that lacks of the padding. */
  context_mm: sidesMm,
  context_clipped_mm: sidesMm,
  /** Every check of `roiQc`, passed or not. */
  qc: z.array(qcCheck),
  sampling: samplingSchema,
  flags: z.array(flag),
  /** Every step in order with its parameters. */
  preprocessing_pipeline: z.array(
    z.strictObject({ step: z.string(), params: z.record(z.string(), z.unknown()) }),
  ),
  paths: z.record(z.string(), outputFile),
  provenance: z.strictObject({
    swinprep_version: z.string(),
    config_sha256: z.string(),
    /** Of all that decides the ROI but the constants: where it is the same, no more than the z-score differs. */
    hu_fingerprint: z.string(),
    fingerprint: z.string(),
  }),
});

const excludedRoi = z.strictObject({
  patient_id: z.string(),
  state: z.literal('excluded'),
  exclusion,
  provenance: z.strictObject({
    swinprep_version: z.string(),
    config_sha256: z.string(),
    fingerprint: z.string(),
  }),
});

/** `meta.json`: one patient after pass 2, committed last. */
export const roiSchema = z.discriminatedUnion('state', [okRoi, excludedRoi]);

export type RoiRecord = z.infer<typeof roiSchema>;
export type OkRoi = z.infer<typeof okRoi>;
export type ExcludedRoi = z.infer<typeof excludedRoi>;

export const META_FILE = 'meta.json';
export const TRANSFORMS_FILE = 'transforms.json';

/** File names of a patient's outputs by the reference program's keys. */
export const ROI_FILES = {
  ct_hu_resampled_ras: 'ct_hu_resampled_ras.nii.gz',
  ct_roi_hu: 'ct_roi_hu.nii.gz',
  ct_roi_norm: 'ct_roi_norm.nii.gz',
  tumor_roi: 'tumor_roi.nii.gz',
  lung_roi: 'lung_roi.nii.gz',
  ct_thorax_norm: 'ct_thorax_norm.nii.gz',
  tumor_thorax: 'tumor_thorax.nii.gz',
  qc_overlay_mid: 'qc_overlay_mid.png',
  transforms: TRANSFORMS_FILE,
} as const;

export type RoiFile = keyof typeof ROI_FILES;
