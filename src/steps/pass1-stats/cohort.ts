import { stringify } from 'yaml';
import { measureBytesOf, usualMeasureBytes, voxelsOf } from '../../both-passes/patient-memory.ts';
import { UsageError } from '../../errors.ts';
import { measureFingerprint } from '../../measures/measures-file.ts';
import { CASES_FILE, casesSchema, okCases } from '../../records/cases.ts';
import { dataAssetsOf, type TakenAsset } from '../../records/data-assets.ts';
import { encodeJson } from '../../records/json.ts';
import { CONFIG_FILE } from '../../records/manifest.ts';
import { SPLIT_FILE, splitSchema } from '../../records/split.ts';
import { type MeasuresFile, measuresFileSchema, type Pass1Case, STATS_FILE } from '../../records/stats.ts';
import { readArtifact, writeArtifacts } from '../../runner/artifact.ts';
import { runShard, type ShardOptions } from '../../runner/ranks/run-rank.ts';
import type { Report, StepOutcome, StepSummary } from '../../runner/report.ts';
import { type StepWatch, watched } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { VERSION } from '../../version.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { datasetStats } from './dataset-stats.ts';
import { frozenFacts, readFrozen } from './frozen-constants.ts';
import { keepStats } from './kept-for-next-run.ts';
import { findMeasured, type MeasureTask } from './patient.ts';

export interface Pass1Options extends ShardOptions, MemoryOptions {
  readonly cases: string;
  readonly split: string;
  readonly interim: string;
  /** A release's dataset_pass1_stats.json or its folder, whose constants are used; `last`: that of the last run in `state`; `none` or absent: the cohort's own. */
  readonly freezeStats?: string | undefined;
  /** Where the statistics are kept for the next run; `none` or absent: nowhere. */
  readonly state?: string | undefined;
  /** Local folder of the `dataset_pass1_stats.json` artifact. */
  readonly stats: string;
  /** The data assets that inputs were given as. */
  readonly dataAssets?: (() => readonly TakenAsset[]) | undefined;
  readonly report: Report;
}

/**
 * The pass1-stats step: measures the patients of the split that convert has not measured by this configuration, and
 * derives the constants from those in scope.
 */
export function pass1Stats(options: Pass1Options): Promise<StepSummary> {
  return watched('pass1-stats', options, options.stats, (watch) => measureCohort(options, watch));
}

async function measureCohort(options: Pass1Options, watch: StepWatch): Promise<StepOutcome> {
  const { interim } = options;
  const cases = await readArtifact(options.cases, CASES_FILE, casesSchema, 'convert');
  const split = await readArtifact(options.split, SPLIT_FILE, splitSchema, 'split');
  const { config } = cases;
  const frozen = await readFrozen(options.freezeStats, options.state, config);
  const memberOf = new Map(split.patients.map((member) => [member.patient_id, member]));
  const tasks = okCases(cases)
    .filter((record) => memberOf.has(record.patient_id))
    .map(
      (record): MeasureTask => ({
        step: 'pass1-stats',
        patientId: record.patient_id,
        interim,
        record,
        config,
      }),
    );
  const done = await runShard<MeasureTask, MeasuresFile>(tasks, {
    ...options,
    step: 'pass1-stats',
    work: moduleBeside(import.meta.url, 'patient'),
    usual: { bytes: usualMeasureBytes(config), what: USUAL_CT },
    onCrash: (exclusion) => ({ state: 'excluded', fingerprint: '', exclusion }),
    findDone: (task) => findMeasured(task, watch.clock),
    prepare: (task) => ({ task, bytes: measureBytesOf(task.record, config) }),
    weigh: async () =>
      tasks.map((task) => ({
        patientId: task.patientId,
        weight: voxelsOf(task.record),
        fingerprint: measureFingerprint(task.record, config),
      })),
    place: interim,
    schema: measuresFileSchema,
    watch,
  });
  if (!done.whole) return done.outcome;
  const { records, skipped } = done;
  const measured = records.flatMap((file): Pass1Case[] => {
    if (file.state === 'excluded') return [];
    const { split: side, stage } = memberOf.get(file.record.patient_id)!;
    return [{ record: { ...file.record, split: side, stage }, tallies: file.tallies }];
  });
  const excluded = records.flatMap((file) => (file.state === 'excluded' ? [file.exclusion] : []));
  if (!measured.some(({ record }) => config.stats.scope === 'all' || record.split === 'train')) {
    throw new UsageError(
      `${options.split}/${SPLIT_FILE}: no usable patient is in the ${config.stats.scope === 'all' ? 'split' : 'train split'}, so there is nothing to take constants from; see its excluded list`,
    );
  }
  const stats = watch.clock.time('merge', 0, () => datasetStats(VERSION, config, measured, excluded, frozen));
  await watch.clock.time('merge', 0, () =>
    writeArtifacts(options.stats, {
      [CONFIG_FILE]: new TextEncoder().encode(stringify(config)),
      [STATS_FILE]: encodeJson({ ...stats, ...dataAssetsOf('pass1-stats', options.dataAssets?.()) }),
    }),
  );
  await done.clear();
  await keepStats(options.state, stats);
  const summary = stats.pass1_summary;
  return {
    step: 'pass1-stats',
    ok: measured.length,
    excluded,
    skipped,
    facts: [
      ...frozenFacts(stats),
      `mu ${summary.global_mu.toFixed(4)} HU, sigma ${summary.global_sigma.toFixed(4)} HU (${summary.variance} variance, ${summary.num_samples_in_scope} patients: ${summary.scope})`,
      `p${summary.bbox_percentile} of the padded tumour boxes ${summary.bbox_percentile_mm.map((mm) => mm.toFixed(1)).join(' x ')} mm`,
    ],
    places: { stats: `${options.stats}/${STATS_FILE}` },
  };
}
