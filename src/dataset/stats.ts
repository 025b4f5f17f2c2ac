import { z } from 'zod';
import { type Config, configSchema } from '../config/schema.ts';
import { percentile } from '../kernels/intensity/percentile.ts';
import { constantsFrom, type FrozenConstants } from '../steps/pass1-stats/frozen-stats.ts';
import { vec3 } from '../volume/geometry.ts';
import { byPatient } from './cases.ts';
import { exclusion, triple } from './record.ts';
import { groupSchema, groupsOf } from './stats-groups.ts';
import { intensitySchema } from './stats-values.ts';

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

/** `dataset_pass1_stats.json`: the constants of the data set and what they were made from. */
export const statsSchema = z.strictObject({
  swinprep_version: z.string(),
  config: configSchema,
  config_after_pass1: configAfterPass1,
  /** Where the constants were taken from; null where this cohort gave them. */
  constants_from: constantsFrom.nullable(),
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

/** Mean and standard deviations of a data set from those of its cases, weighted by voxels: sigma^2 = sum(w sigma_i^2), for `total` plus sum(w (mu_i - mu)^2). */
export function poolConstants(records: readonly CaseMeasures[]): {
  mu: number;
  sigmaWithin: number;
  sigmaTotal: number;
} {
  const counts = records.map((r) => Math.max(1, r.case_norm_info.mask_count));
  const total = counts.reduce((sum, n) => sum + n, 0);
  let mu = 0;
  let within = 0;
  records.forEach((record, i) => {
    mu += (counts[i] / total) * record.case_mu;
    within += (counts[i] / total) * record.case_sigma ** 2;
  });
  let between = 0;
  records.forEach((record, i) => {
    between += (counts[i] / total) * (record.case_mu - mu) ** 2;
  });
  return {
    mu,
    sigmaWithin: Math.sqrt(Math.max(within, 1e-8)),
    sigmaTotal: Math.sqrt(Math.max(within + between, 1e-8)),
  };
}

/** Derives the constants from the cases in scope, or takes frozen ones. Cases may come in any order. Throws a RangeError where none is in scope. */
export function datasetStats(
  version: string,
  config: Config,
  cases: readonly Pass1Case[],
  excluded: DatasetStats['excluded'],
  frozen?: FrozenConstants,
): DatasetStats {
  const ordered = [...cases].sort((a, b) => byPatient(a.record, b.record));
  const records = ordered.map(({ record }) => record);
  const inScope = config.stats.scope === 'all' ? records : records.filter((r) => r.split === 'train');
  const { mu, sigmaWithin, sigmaTotal } = poolConstants(inScope);
  const { roi, stats, intensity } = config;
  const percentileMm = vec3((a) =>
    percentile(
      inScope.map((r) => r.bbox_padded_size_mm[a]),
      roi.boxPercentile,
    ),
  );
  const lungs = roi.source === 'lung';
  const minBoxMm = lungs
    ? config.lung.minBoxMm
    : vec3((a) => Math.min(Math.max(percentileMm[a], roi.hardMinBoxMm[a]), roi.hardMaxBoxMm[a]));
  const maxBoxMm = lungs ? config.lung.maxBoxMm : roi.hardMaxBoxMm;
  const sigma = stats.variance === 'total' ? sigmaTotal : sigmaWithin;
  const constants = frozen?.constants ?? {
    global_mu: mu,
    global_sigma: sigma,
    min_box_mm: minBoxMm,
    max_box_mm: maxBoxMm,
  };
  const empty = excluded.filter((e) => e.code === 'tumor-empty-after-resampling').map((e) => e.patient_id);
  return {
    swinprep_version: version,
    config,
    config_after_pass1: {
      target_spacing: config.resample.policy === 'fixed' ? config.resample.spacingMm : null,
      pad_mm: lungs ? config.lung.paddingMm : roi.paddingMm,
      window_hu: intensity.windowHu,
      norm_threshold_hu: intensity.thresholdHu,
      min_box_mm: constants.min_box_mm,
      max_box_mm: constants.max_box_mm,
      global_mu: constants.global_mu,
      global_sigma: constants.global_sigma,
      save_audit_volumes: config.output.auditVolumes,
      save_qc_png: config.output.qcOverlay,
      bbox_percentile: roi.boxPercentile,
      hard_min_box_mm: roi.hardMinBoxMm,
      hard_max_box_mm: roi.hardMaxBoxMm,
      preferred_sizes_xy: [...roi.preferredSizesXy],
      preferred_sizes_z: [...roi.preferredSizesZ],
      snap_multiple_of: roi.multipleOf,
    },
    constants_from: frozen?.from ?? null,
    pass1_summary: {
      num_samples_in: records.length + excluded.length,
      num_empty_masks: empty.length,
      empty_masks: empty,
      num_samples_in_scope: inScope.length,
      scope: stats.scope,
      variance: stats.variance,
      bbox_percentile: roi.boxPercentile,
      bbox_percentile_mm: percentileMm,
      derived_min_box_mm: minBoxMm,
      derived_max_box_mm: maxBoxMm,
      global_mu: mu,
      global_sigma: sigma,
      global_sigma_within: sigmaWithin,
      global_sigma_total: sigmaTotal,
    },
    statistics: groupsOf(ordered, config, constants),
    per_case_records: records,
    excluded: [...excluded].sort(byPatient),
  };
}
