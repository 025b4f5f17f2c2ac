import { z } from 'zod';
import { exclusion, flag, gridRecord, outputFile, triple } from './record.ts';

/** One quality check; `value` is null where it does not apply. */
export const qcCheck = z.strictObject({
  code: z.string(),
  meaning: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  severity: z.enum(['exclude', 'flag', 'off']),
  passed: z.boolean(),
});

export type QcCheck = z.infer<typeof qcCheck>;

/** First and last slice that a mask lies on, from 0; null where it is empty. */
const sliceRange = z.tuple([z.int(), z.int()]).readonly().nullable();

/** The mask of another source against the one that was taken; `dice` is null where it could not be drawn. */
const agreement = z.strictObject({
  source: z.enum(['SEG', 'RTSTRUCT', 'NIFTI']),
  roi_name: z.string(),
  dice: z.number().nullable(),
  volume_ml: z.number(),
  other_volume_ml: z.number(),
  slices: sliceRange,
  other_slices: sliceRange,
  refusal: z.string(),
});

/** How an ROI was drawn, by its header. */
export const algorithm = z.enum(['MANUAL', 'SEMIAUTOMATIC', 'AUTOMATIC', 'unknown']);

/** By what a mask stands behind another one of the same CT, in the order in which they decide. */
export const criterion = z.enum(['roiNames', 'link', 'program', 'older', 'smaller', 'uid']);

/** Several masks of one source for one CT, best first, and what was made of them. Absent where one alone could be drawn. */
const choice = z.strictObject({
  /** `mask.objects` */
  rule: z.enum(['best', 'union', 'intersection', 'majority', 'staple']),
  /** What those that match equally well are to each other, told by their overlap. */
  equals: z.enum(['one', 'readers', 'lesions', 'readers-and-lesions']),
  lesions: z.array(
    z.strictObject({
      readers: z.int(),
      least_dice: z.number().nullable(),
      volume_ml: z.number().nullable(),
    }),
  ),
  masks: z.array(
    z.strictObject({
      source: z.enum(['SEG', 'RTSTRUCT', 'NIFTI']),
      roi_name: z.string(),
      algorithm,
      link_rule: z.string(),
      taken: z.boolean(),
      reason: z.union([criterion, z.literal('')]),
      dice: z.number().nullable(),
      volume_ml: z.number().nullable(),
      lesion: z.int().nullable(),
      refusal: z.string(),
    }),
  ),
});

/** How the CT was acquired, by its headers; '' and null where they do not say. */
export const acquisition = z.strictObject({
  manufacturer: z.string(),
  model: z.string(),
  convolution_kernel: z.string(),
  kvp: z.number().nullable(),
  slice_thickness_mm: z.number().nullable(),
  patient_position: z.string(),
});

/** How the clinical table calls the patient, where that is not its name; an HMAC of it with `privacy.caseId: hmac`. */
const clinicalId = z.string().optional();

/** `case.json`: one patient after convert, committed last. Built from an allow-list: no UID, name or date of any header. */
const okCase = z.strictObject({
  patient_id: z.string(),
  clinical_id: clinicalId,
  state: z.literal('ok'),
  ct: outputFile.extend({
    ...gridRecord.shape,
    hu_min: z.number(),
    hu_max: z.number(),
    hu_mean: z.number(),
    slices: z.int(),
    /** Pixels of padding and fill that became air. */
    padded_pixels: z.int(),
    /** Only with `privacy.uids: hmac`. */
    series_uid_hmac: z.string().nullable(),
    rescale: z.array(z.strictObject({ slope: z.number(), intercept: z.number(), slices: z.int() })),
    series_candidates: z.array(
      z.strictObject({
        slices: z.int(),
        spacing_mm: z.number(),
        coverage_mm: z.number(),
        kernel: z.string(),
        chosen: z.boolean(),
        reason: z.string(),
        /** What tells it from the other scans of its series, where it is one of several. */
        scan: z.string().optional(),
      }),
    ),
    series_rejected: z.array(z.strictObject({ modality: z.string(), images: z.int(), reason: z.string() })),
    ignored_files: z.int(),
  }),
  tumor: outputFile.extend({
    voxels: z.int(),
    volume_ml: z.number(),
    bbox_start_ijk: triple,
    bbox_size_ijk: triple,
    mean_hu: z.number(),
    source: z.enum(['SEG', 'RTSTRUCT', 'NIFTI']),
    roi_number: z.int(),
    roi_name: z.string(),
    link_rule: z.string(),
    rois_seen: z.array(z.string()),
    passed_over: z.array(z.string()),
    agreement: z.array(agreement),
    choice: choice.optional(),
    /** Only with `privacy.uids: hmac`; of masks that were combined, of all their UIDs in one. */
    mask_uid_hmac: z.string().nullable(),
  }),
  acquisition,
  qc: z.array(qcCheck),
  flags: z.array(flag),
  swinprep_version: z.string(),
  fingerprint: z.string(),
});

const excludedCase = z.strictObject({
  patient_id: z.string(),
  clinical_id: clinicalId,
  state: z.literal('excluded'),
  exclusion,
  swinprep_version: z.string(),
  fingerprint: z.string(),
  /** The volumes in `interim`, of whom a review excludes. */
  ct: outputFile.optional(),
  tumor: outputFile.optional(),
});

export const caseSchema = z.discriminatedUnion('state', [okCase, excludedCase]);

export type CaseRecord = z.infer<typeof caseSchema>;
export type OkCase = z.infer<typeof okCase>;
export type ExcludedCase = z.infer<typeof excludedCase>;

export const CT_FILE = 'ct.nii.gz';
export const TUMOR_FILE = 'tumor.nii.gz';
export const CASE_FILE = 'case.json';
