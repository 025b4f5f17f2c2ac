import { isContentFingerprint } from '../azureml/arm/content-fingerprint.ts';
import { CASES_FILE, casesSchema } from '../records/cases.ts';
import { CHANGES_FILE, changesSchema } from '../records/changes.ts';
import { MANIFEST_FILE, manifestSchema } from '../records/manifest.ts';
import { ROI_CHANGES_FILE, roiChangesSchema } from '../records/roi-changes.ts';
import { SPLIT_FILE, splitSchema } from '../records/split.ts';
import { STATS_FILE, statsSchema } from '../records/stats.ts';
import { readArtifact } from '../runner/artifact.ts';
import type { StepSummary } from '../runner/report.ts';
import { VERSION } from '../version.ts';
import {
  byCode,
  exclusionMetrics,
  type Metrics,
  ofStep,
  patientMetrics,
  stageMetrics,
  useMetrics,
} from './metrics.ts';
import { LIMITS } from './names.ts';
import { configParams, type Params } from './parameters.ts';

/** Options of a step, as far as they are logged or say where its artifacts lie. */
export interface StepOptions {
  readonly cases?: string | undefined;
  readonly split?: string | undefined;
  readonly stats?: string | undefined;
  readonly manifest?: string | undefined;
  readonly content?: string | undefined;
  readonly preset?: string | undefined;
  readonly limit?: number | undefined;
  readonly prune?: boolean | undefined;
}

/** What is logged of a step. */
export interface StepValues {
  readonly params: Params;
  readonly metrics: Metrics;
  /** Folder with the report of the step; undefined where it writes none. */
  readonly report?: string;
  /** Whether the report names patients by HMACs. */
  readonly isHashed?: boolean;
}

interface Found {
  readonly params: Params;
  readonly metrics: Metrics;
  readonly report?: string;
  readonly isHashed?: boolean;
}

const NOTHING: Found = { params: [], metrics: [] };

/** Values of a step from its summary and the artifacts that it has written: counts and constants, and of no patient by itself. */
export async function stepValues(summary: StepSummary, options: StepOptions): Promise<StepValues> {
  const { step, profile } = summary;
  const found = await artifactValues(summary, options);
  const params: Params = [
    ['swinprep_version', VERSION],
    ...(profile.pool === null ? [] : [[`${step}/workers`, String(profile.pool.workers)] as const]),
    [`${step}/ranks`, String(profile.ranks)],
    ...optionParams(step, options),
    ...found.params,
  ];
  const metrics = [
    ...patientMetrics(summary),
    ...found.metrics,
    ...useMetrics(summary),
    ...exclusionMetrics(summary),
    ...stageMetrics(summary),
  ];
  return { ...found, params: params.slice(0, LIMITS.params), metrics: ofStep(step, metrics) };
}

function optionParams(step: string, { content, preset, limit, prune }: StepOptions): Params {
  return [
    ...(preset === undefined ? [] : [['preset', preset] as const]),
    ...(content !== undefined && isContentFingerprint(content) ? [['content', content] as const] : []),
    ...(limit === undefined ? [] : [[`${step}/limit`, String(limit)] as const]),
    ...(prune === undefined ? [] : [[`${step}/prune`, String(prune)] as const]),
  ];
}

function artifactValues({ step }: StepSummary, options: StepOptions): Promise<Found> | Found {
  const { cases, split, stats, manifest } = options;
  if (step === 'convert' && cases !== undefined) return convertValues(cases);
  if (step === 'split' && split !== undefined) return splitValues(split);
  if (step === 'pass1-stats' && stats !== undefined) return pass1Values(stats);
  if (step === 'pass2-write' && manifest !== undefined) return pass2Values(manifest);
  return NOTHING;
}

async function convertValues(folder: string): Promise<Found> {
  const { config } = await readArtifact(folder, CASES_FILE, casesSchema, 'convert');
  const { summary } = await readArtifact(folder, CHANGES_FILE, changesSchema, 'convert');
  return {
    params: configParams(config),
    metrics: [
      ['patients_added', summary.num_added],
      ['patients_changed', summary.num_changed],
      ['patients_removed', summary.num_removed],
      ['patients_unchanged', summary.num_unchanged],
    ],
  };
}

async function splitValues(folder: string): Promise<Found> {
  const split = await readArtifact(folder, SPLIT_FILE, splitSchema, 'split');
  const { num_train, num_test, num_excluded, per_stage, no_stage } = split.summary;
  const groups = [...per_stage, { stage: 'no stage', ...no_stage }];
  return {
    // By their names in the configuration.
    params: [
      ['split.seed', String(split.seed)],
      ['split.trainFraction', String(split.train_fraction)],
      ['split.minTestPerStage', String(split.min_test_per_stage)],
      ['split.unknownStage', split.unknown_stage],
      ['split/pinned', split.previous === null ? 'false' : 'true'],
    ],
    metrics: [
      ['train', num_train],
      ['test', num_test],
      ['left_out', num_excluded],
      ['pinned', split.previous?.num_pinned ?? 0],
      ...byCode(
        'train_by_stage',
        groups.map(({ stage, train }) => [stage, train]),
      ),
      ...byCode(
        'test_by_stage',
        groups.map(({ stage, test }) => [stage, test]),
      ),
    ],
  };
}

async function pass1Values(folder: string): Promise<Found> {
  const stats = await readArtifact(folder, STATS_FILE, statsSchema, 'pass1-stats');
  const { config_after_pass1: constants, pass1_summary: measured, constants_from: from } = stats;
  const [x, y, z] = measured.bbox_percentile_mm;
  return {
    params: [['constants_from', from === null ? 'this cohort' : from.sha256], ...configParams(stats.config)],
    metrics: [
      ['mu_hu', constants.global_mu],
      ['sigma_hu', constants.global_sigma],
      ['sigma_within_hu', measured.global_sigma_within],
      ['sigma_total_hu', measured.global_sigma_total],
      ['patients_in_scope', measured.num_samples_in_scope],
      ['tumor_box_x_mm', x],
      ['tumor_box_y_mm', y],
      ['tumor_box_z_mm', z],
    ],
  };
}

async function pass2Values(folder: string): Promise<Found> {
  const manifest = await readArtifact(folder, MANIFEST_FILE, manifestSchema, 'pass2-write');
  const { summary: rois } = await readArtifact(folder, ROI_CHANGES_FILE, roiChangesSchema, 'pass2-write');
  const { config, summary, outputs } = manifest;
  const counts = (side: 'train' | 'test'): (readonly [string, number])[] => {
    const groups = Map.groupBy(
      outputs.filter(({ split }) => split === side),
      ({ stage }) => stage || 'no stage',
    );
    return [...groups].map(([stage, { length }]): readonly [string, number] => [stage, length]).sort();
  };
  return {
    params: configParams(config),
    metrics: [
      ['mu_hu', manifest.global_mu],
      ['sigma_hu', manifest.global_sigma],
      ['train', summary.num_train],
      ['test', summary.num_test],
      ['left_out', summary.num_excluded],
      ['flagged', summary.num_flagged],
      ['tumor_cut_off', summary.num_tumor_clipped],
      ['rois_added', rois.num_added],
      ['rois_changed', rois.num_changed],
      ['rois_changed_by_constants', rois.num_changed_by_constants],
      ['rois_removed', rois.num_removed],
      ['rois_unchanged', rois.num_unchanged],
      ...byCode('train_by_stage', counts('train')),
      ...byCode('test_by_stage', counts('test')),
    ],
    report: folder,
    isHashed: config.privacy.caseId === 'hmac',
  };
}
