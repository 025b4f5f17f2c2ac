import { z } from 'zod';
import { configSchema } from '../config/schema.ts';
import { dataAssetsSchema } from './data-assets.ts';
import { exclusion, triple } from './record.ts';
import { intensitySchema, spread3Schema, spreadSchema } from './stats-values.ts';

/** What pass 1 measures of one patient on the resampled RAS grid. */
const measures = z.strictObject({
  patient_id: z.string(),
  target_spacing: triple,
  /** The mask that the ROI is laid round; `bbox_*` is its box. */
  roi_source: z.enum(['tumor', 'lung']),
  pad_mm: triple,
  pad_vox: triple,
  resampled_size_ijk: triple,
  resampled_tumor_voxels: z.int(),
  /** As scanned. */
  tumor_volume_ml: z.number(),
  resampled_tumor_volume_ml: z.number(),
  tumor_bbox_start_ijk: triple,
  tumor_bbox_size_ijk: triple,
  bbox_start_ijk: triple,
  bbox_size_ijk: triple,
  bbox_size_mm: triple,
  bbox_padded_start_ijk: triple,
  bbox_padded_size_ijk: triple,
  bbox_padded_size_mm: triple,
  case_mu: z.number(),
  case_sigma: z.number(),
  case_norm_info: z.strictObject({ mask_rule: z.string(), mask_count: z.int() }),
  /** Of the voxels that `case_mu` and `case_sigma` are of, before the window. */
  hu: intensitySchema,
  tumor_hu: intensitySchema,
});

const encodedTally = z.strictObject({ first_hu: z.int(), counts: z.string() });

/** A patient's measures, and the tallies that statistics of several patients are made from. */
const measuredCase = z.strictObject({
  record: measures,
  tallies: z.strictObject({ hu: encodedTally, tumor_hu: encodedTally }),
});

export type MeasuredCase = z.infer<typeof measuredCase>;

export type CaseMeasures = z.infer<typeof measures>;

/** `interim/PATIENT/pass1.json`: kept so that a second run skips the patient. */
export const measuresFileSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('ok'), fingerprint: z.string(), ...measuredCase.shape }),
  z.strictObject({ state: z.literal('excluded'), fingerprint: z.string(), exclusion }),
]);

export type MeasuresFile = z.infer<typeof measuresFileSchema>;

export const MEASURES_FILE = 'pass1.json';

const caseRecord = measures.extend({ split: z.enum(['train', 'test']), stage: z.string() });

export type Pass1Record = z.infer<typeof caseRecord>;

/** A measured patient with its place in the split. */
export interface Pass1Case {
  readonly record: Pass1Record;
  readonly tallies: MeasuredCase['tallies'];
}

/** The reference program's flat configuration after pass 1, by its names. */
const configAfterPass1 = z.strictObject({
  /** Null where each case has its own. */
  target_spacing: triple.nullable(),
  pad_mm: triple,
  window_hu: z.tuple([z.number(), z.number()]).readonly(),
  norm_threshold_hu: z.number(),
  min_box_mm: triple,
  max_box_mm: triple,
  global_mu: z.number(),
  global_sigma: z.number(),
  save_audit_volumes: z.boolean(),
  save_qc_png: z.boolean(),
  bbox_percentile: z.number(),
  hard_min_box_mm: triple,
  hard_max_box_mm: triple,
  preferred_sizes_xy: z.array(z.number()),
  preferred_sizes_z: z.array(z.number()),
  snap_multiple_of: z.number(),
});

/** Cases of which an ROI cuts something off: how many, their share, and how many along x, y and z. */
const truncated = z.strictObject({ cases: z.int(), share: z.number(), cases_by_axis: triple });

/** What ROIs of one patch choice would cut off: of the padded box, and of the tumour itself. */
const patchFit = z.strictObject({ patch: z.string(), padded_box: truncated, tumor: truncated });

export type Truncation = z.infer<typeof truncated>;

export type PatchFit = z.infer<typeof patchFit>;

/** Statistics of the cases of a split and a stage; `all` for every one, `unlabeled` for those without a stage. */
const groupSchema = z.strictObject({
  split: z.string(),
  stage: z.string(),
  cases: z.int(),
  /** Of the voxels that count for the constants. */
  hu: intensitySchema,
  tumor_hu: intensitySchema,
  tumor_volume_ml: spreadSchema,
  bbox_size_mm: spread3Schema,
  bbox_padded_size_mm: spread3Schema,
  patches: z.array(patchFit),
});

export type StatsGroup = z.infer<typeof groupSchema>;

/** Where constants come from that this run did not derive itself. */
export const constantsFrom = z.strictObject({
  /** Of the `dataset_pass1_stats.json` that first had them: a copy of frozen constants names the same. */
  sha256: z.string(),
  swinprep_version: z.string(),
  num_samples_in_scope: z.int(),
});

/** `dataset_pass1_stats.json`: the constants of the data set and what they were made from. */
export const statsSchema = z.strictObject({
  swinprep_version: z.string(),
  config: configSchema,
  config_after_pass1: configAfterPass1,
  /** Where the constants were taken from; null where this cohort gave them. */
  constants_from: constantsFrom.nullable(),
  /** Absent where no input was given as one, and in what a run leaves for the next. */
  data_assets: dataAssetsSchema.optional(),
  /** What the patients measured give; with frozen constants what these would have been. */
  pass1_summary: z.strictObject({
    num_samples_in: z.int(),
    num_empty_masks: z.int(),
    empty_masks: z.array(z.string()),
    num_samples_in_scope: z.int(),
    scope: z.enum(['train', 'all']),
    variance: z.enum(['total', 'within']),
    bbox_percentile: z.number(),
    bbox_percentile_mm: triple,
    derived_min_box_mm: triple,
    derived_max_box_mm: triple,
    global_mu: z.number(),
    global_sigma: z.number(),
    global_sigma_within: z.number(),
    global_sigma_total: z.number(),
  }),
  /** By split and stage, `all` first. */
  statistics: z.array(groupSchema),
  per_case_records: z.array(caseRecord),
  excluded: z.array(exclusion),
});

export type DatasetStats = z.infer<typeof statsSchema>;

export const STATS_FILE = 'dataset_pass1_stats.json';
