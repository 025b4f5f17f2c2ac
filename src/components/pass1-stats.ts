import { stringify } from 'yaml';
import { CASES_FILE, casesSchema, okCases } from '../dataset/cases.ts';
import { encodeJson } from '../dataset/json.ts';
import { CONFIG_FILE } from '../dataset/manifest.ts';
import { SPLIT_FILE, splitSchema } from '../dataset/split.ts';
import { datasetStats, type MeasuresFile, type Pass1Case, STATS_FILE } from '../dataset/stats.ts';
import { UsageError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { readArtifact, writeArtifacts } from './artifact.ts';
import { runCases } from './case-pool.ts';
import type { MeasureTask } from './pass1-case.ts';
import type { Report, StepSummary } from './report.ts';

export interface Pass1Options {
  readonly cases: string;
  readonly split: string;
  readonly interim: string;
  /** Local folder of the `dataset_pass1_stats.json` artifact. */
  readonly stats: string;
  readonly workers: number;
  readonly report: Report;
}

/** The pass1-stats step: measures every patient of the split, derives the constants from those in scope. */
export async function pass1Stats(options: Pass1Options): Promise<StepSummary> {
  const { interim, report } = options;
  const cases = await readArtifact(options.cases, CASES_FILE, casesSchema, 'convert');
  const split = await readArtifact(options.split, SPLIT_FILE, splitSchema, 'split');
  const { config } = cases;
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
  const { records, skipped } = await runCases<MeasureTask, MeasuresFile>(tasks, {
    workers: options.workers,
    report,
    onCrash: (exclusion) => ({ state: 'excluded', fingerprint: '', exclusion }),
  });
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
  const stats = datasetStats(VERSION, config, measured, excluded);
  await writeArtifacts(options.stats, {
    [CONFIG_FILE]: new TextEncoder().encode(stringify(config)),
    [STATS_FILE]: encodeJson(stats),
  });
  const summary = stats.pass1_summary;
  return {
    step: 'pass1-stats',
    ok: measured.length,
    excluded,
    skipped,
    facts: [
      `mu ${summary.global_mu.toFixed(4)} HU, sigma ${summary.global_sigma.toFixed(4)} HU (${summary.variance} variance, ${summary.num_samples_in_scope} patients: ${summary.scope})`,
      `p${summary.bbox_percentile} of the padded tumour boxes ${summary.bbox_percentile_mm.map((mm) => mm.toFixed(1)).join(' x ')} mm`,
    ],
    places: { stats: `${options.stats}/${STATS_FILE}` },
  };
}
