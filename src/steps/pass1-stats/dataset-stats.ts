import type { Config } from '../../config/schema.ts';
import { percentile } from '../../kernels/intensity/percentile.ts';
import { byPatient } from '../../records/cases.ts';
import type { CaseMeasures, DatasetStats, Pass1Case } from '../../records/stats.ts';
import { vec3 } from '../../volume/geometry.ts';
import type { FrozenConstants } from './frozen-constants.ts';
import { groupsOf } from './groups.ts';

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
