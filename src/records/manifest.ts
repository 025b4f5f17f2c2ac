import { z } from 'zod';
import { type Config, configSchema } from '../config/schema.ts';
import { vec3 } from '../volume/geometry.ts';
import { acquisition, type OkCase } from './case.ts';
import { byPatient, type Cases, okCases } from './cases.ts';
import { dataAssetsOf, dataAssetsSchema, type TakenAsset } from './data-assets.ts';
import { type Exclusion, exclusion, flag, triple } from './record.ts';
import { markSeen, REVIEW_CODE, reviewOutcomeSchema } from './review.ts';
import { META_FILE, type OkRoi, type RoiRecord } from './roi.ts';
import { ROI_CHANGES_FILE } from './roi-changes.ts';
import { type Split, splitSchema } from './split.ts';
import { constantsFrom, type DatasetStats, type Pass1Record, STATS_FILE } from './stats.ts';
import { intensitySchema } from './stats-values.ts';

const { percentiles_hu } = intensitySchema.shape;

const output = z.strictObject({
  patient_id: z.string(),
  split: z.enum(['train', 'test']),
  stage: z.string(),
  stage_index: z.int(),
  /** Relative to the ROI store. */
  paths: z.record(z.string(), z.string()),
  /** As scanned. */
  spacing_before_mm: triple,
  slices: z.int(),
  acquisition,
  final_roi_size_vox: triple,
  final_roi_size_mm: triple,
  /** Of the tumour, and of the padded box that the ROI is cut by, on the resampled grid. */
  tumor_bbox_size_mm: triple,
  bbox_padded_size_mm: triple,
  tumor_volume_ml: z.number(),
  tumor_clipped_voxels: z.int(),
  tumor_clipped_share: z.number(),
  /** Of the voxels that count for the constants, and of the tumour, before the window. */
  percentiles_hu,
  tumor_percentiles_hu: percentiles_hu,
  /** SHA-256 of `tumor.nii.gz` in the interim store: the mask that a review decides on. */
  mask_sha256: z.string(),
  flags: z.array(flag),
});

export type ManifestOutput = z.infer<typeof output>;

/** `manifest.json`: what training reads; every patient is in `outputs` or in `failures.json`. */
export const manifestSchema = z.strictObject({
  swinprep_version: z.string(),
  config: configSchema,
  dataset_pass1_stats_path: z.string(),
  failures_path: z.string(),
  roi_changes_path: z.string(),
  num_failures: z.int(),
  summary: z.strictObject({
    num_ok: z.int(),
    num_train: z.int(),
    num_test: z.int(),
    num_excluded: z.int(),
    num_flagged: z.int(),
    /** Those with a flag that no reviewer has seen. */
    num_flagged_unseen: z.int(),
    /** ROIs that cut off a part of the tumour. */
    num_tumor_clipped: z.int(),
    /** Patients by the step that excluded them and why, the most frequent first. */
    excluded_by: z.array(z.strictObject({ step: exclusion.shape.step, code: z.string(), patients: z.int() })),
  }),
  /** As in `split.json`, before pass 1 and pass 2 excluded anybody. */
  split: splitSchema.shape.summary,
  global_mu: z.number(),
  global_sigma: z.number(),
  /** What the constants are of: patients, voxels and variance. */
  constants: z.strictObject({
    scope: z.enum(['train', 'all']),
    variance: z.enum(['total', 'within']),
    num_samples_in_scope: z.int(),
    window_hu: z.tuple([z.number(), z.number()]).readonly(),
    min_box_mm: triple,
    max_box_mm: triple,
    /** Null where this cohort gave them. */
    constants_from: constantsFrom.nullable(),
  }),
  /** What became of the decisions of a review; null where none was given. */
  review: reviewOutcomeSchema.nullable(),
  /** Of all steps; absent where there are none. */
  data_assets: dataAssetsSchema.optional(),
  outputs: z.array(output),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** `failures.json`: every patient that is not in the manifest, the step that excluded it, and why (`error`). */
export const failuresSchema = z.array(
  z.strictObject({
    patient_id: z.string(),
    /** As in the clinical table (`shownSpelling`), '' where the patient is not in it. */
    stage: z.string(),
    step: exclusion.shape.step,
    code: z.string(),
    error: z.string(),
  }),
);

export type Failures = z.infer<typeof failuresSchema>;

export const MANIFEST_FILE = 'manifest.json';
export const FAILURES_FILE = 'failures.json';
export const CONFIG_FILE = 'config.yml';

/** A patient excluded at an earlier step is also left out by later ones; the first reason is the one that counts. */
export function gatherFailures(split: Split, ...steps: readonly (readonly Exclusion[])[]): Failures {
  const stageOf = new Map(
    [...split.patients, ...split.excluded].map(({ patient_id, stage }) => [patient_id, stage]),
  );
  const first = new Map<string, Exclusion>();
  for (const found of steps.flat()) if (!first.has(found.patient_id)) first.set(found.patient_id, found);
  return [...first.values()].sort(byPatient).map(({ patient_id, step, code, message }) => ({
    patient_id,
    stage: stageOf.get(patient_id) ?? '',
    step,
    code,
    error: message,
  }));
}

/** What the steps left, for the manifest; records may come in any order. */
interface StepRecords {
  readonly version: string;
  readonly config: Config;
  readonly cases: Cases;
  readonly split: Split;
  readonly stats: DatasetStats;
  readonly rois: readonly RoiRecord[];
  readonly failures: Failures;
  /** Data assets that pass 2 was given. */
  readonly taken?: readonly TakenAsset[] | undefined;
}

/** The manifest of what pass 2 wrote. */
export function buildManifest({
  version,
  config,
  cases,
  split,
  stats,
  rois,
  failures,
  taken,
}: StepRecords): Manifest {
  const caseOf = new Map(okCases(cases).map((record) => [record.patient_id, record]));
  const measuredOf = new Map(stats.per_case_records.map((record) => [record.patient_id, record]));
  const seenOf = new Map(cases.review?.accepted.map(({ patient_id, flags }) => [patient_id, flags]));
  const outputs = rois
    .filter((roi) => roi.state === 'ok')
    .sort(byPatient)
    .map((roi) => {
      const { patient_id } = roi;
      return outputOf(roi, caseOf.get(patient_id)!, measuredOf.get(patient_id)!, seenOf.get(patient_id));
    });
  const train = outputs.filter((o) => o.split === 'train').length;
  const { config_after_pass1: constants, pass1_summary } = stats;
  return {
    swinprep_version: version,
    config,
    dataset_pass1_stats_path: STATS_FILE,
    failures_path: FAILURES_FILE,
    roi_changes_path: ROI_CHANGES_FILE,
    num_failures: failures.length,
    summary: {
      num_ok: outputs.length,
      num_train: train,
      num_test: outputs.length - train,
      num_excluded: failures.length,
      num_flagged: outputs.filter((o) => o.flags.length > 0).length,
      num_flagged_unseen: outputs.filter((o) => o.flags.some(({ seen }) => seen !== true)).length,
      num_tumor_clipped: outputs.filter((o) => o.tumor_clipped_voxels > 0).length,
      excluded_by: countReasons(failures),
    },
    split: split.summary,
    global_mu: constants.global_mu,
    global_sigma: constants.global_sigma,
    constants: {
      scope: pass1_summary.scope,
      variance: pass1_summary.variance,
      num_samples_in_scope: pass1_summary.num_samples_in_scope,
      window_hu: constants.window_hu,
      min_box_mm: constants.min_box_mm,
      max_box_mm: constants.max_box_mm,
      constants_from: stats.constants_from,
    },
    review: cases.review ?? null,
    ...dataAssetsOf('pass2-write', taken, cases.data_assets, split.data_assets, stats.data_assets),
    outputs,
  };
}

/** How many patients have flags and, after a review, how many of them one that nobody has seen. */
export function flaggedText({ review, summary }: Manifest): string {
  const unseen = review === null ? '' : ` (${summary.num_flagged_unseen} not seen by a reviewer)`;
  return `flagged ${summary.num_flagged}${unseen}`;
}

/** `seen`: codes of the flags that a reviewer has seen, null for all; undefined without a decision. */
function outputOf(
  roi: OkRoi,
  converted: OkCase,
  measured: Pass1Record,
  seen: readonly string[] | null | undefined,
): ManifestOutput {
  const { patient_id } = roi;
  return {
    patient_id,
    split: roi.split,
    stage: roi.stage,
    stage_index: roi.stage_index,
    paths: {
      ...Object.fromEntries(
        Object.entries(roi.paths).map(([key, { file }]) => [key, `${patient_id}/${file}`]),
      ),
      meta: `${patient_id}/${META_FILE}`,
    },
    spacing_before_mm: roi.spacing_before_mm,
    slices: converted.ct.slices,
    acquisition: converted.acquisition,
    final_roi_size_vox: roi.final_roi_size_vox,
    final_roi_size_mm: roi.final_roi_size_mm,
    tumor_bbox_size_mm: vec3((a) => measured.tumor_bbox_size_ijk[a] * measured.target_spacing[a]),
    bbox_padded_size_mm: measured.bbox_padded_size_mm,
    tumor_volume_ml: roi.tumor_volume_ml,
    tumor_clipped_voxels: roi.tumor_clipped_voxels,
    tumor_clipped_share: roi.tumor_clipped_voxels / roi.tumor_voxels_resampled,
    percentiles_hu: measured.hu.percentiles_hu,
    tumor_percentiles_hu: measured.tumor_hu.percentiles_hu,
    mask_sha256: converted.tumor.sha256,
    flags: seen === undefined ? roi.flags : markSeen(roi.flags, seen),
  };
}

function countReasons(failures: Failures): Manifest['summary']['excluded_by'] {
  const groups = Map.groupBy(failures, ({ step, code }) => `${step} ${code}`);
  return [...groups.values()]
    .map((group) => ({ step: group[0].step, code: group[0].code, patients: group.length }))
    .sort((a, b) => b.patients - a.patients || (a.code < b.code ? -1 : 1));
}

/** Codes of the split for those whom convert has excluded. */
const EXCLUDED_BEFORE: readonly string[] = ['image-excluded', REVIEW_CODE];

/** Exclusions that the split lists only because an earlier step had excluded the patient are left to that step. */
export function splitExclusions(split: Split): Exclusion[] {
  return split.excluded
    .filter(({ code }) => !EXCLUDED_BEFORE.includes(code))
    .map(({ stage: _stage, ...rest }) => rest);
}
