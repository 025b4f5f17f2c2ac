import type { Profile, StageRow } from '../records/profile.ts';
import type { StepSummary } from '../runner/report.ts';
import { distinctParts, LIMITS } from './names.ts';

/** Names and values of metrics, the most telling first. */
export type Metrics = readonly (readonly [name: string, value: number])[];

/** Values by a code, a stage of a tumour or a stage of the work: `NAME/CODE`. */
export function byCode(name: string, values: Iterable<readonly [code: string, value: number]>): Metrics {
  const entries = [...values];
  const parts = distinctParts(entries.map(([code]) => code));
  return entries.map(([, value], i) => [`${name}/${parts[i]}`, value]);
}

const largestFirst = (a: readonly [string, number], b: readonly [string, number]): number => b[1] - a[1];

/** How many patients ended how in a step. */
export function patientMetrics({ ok, excluded, skipped }: StepSummary): Metrics {
  return [
    ['patients_ok', ok],
    ['patients_excluded', excluded.length],
    ['patients_done_before', skipped],
  ];
}

/** Excluded patients by code, the most frequent first. */
export function exclusionMetrics({ excluded }: StepSummary): Metrics {
  const groups = Map.groupBy(excluded, ({ code }) => code);
  const counts = [...groups].map(([code, { length }]) => [code, length] as const);
  return byCode('excluded_by_code', counts.sort(largestFirst));
}

const MEGABYTE = 1e6;

function rowsOf({ main, pool }: Profile): StageRow[] {
  return [...main.stages, ...(pool?.stages ?? [])];
}

const bytesOf = (rows: readonly StageRow[], stage: string): number =>
  rows.filter((row) => row.stage === stage).reduce((sum, { bytes }) => sum + bytes, 0);

/** What the step took of the machine that closes it: wall and processor time, memory, and what it read and wrote. */
export function useMetrics({ profile }: StepSummary): Metrics {
  const { cpu_user_s, cpu_system_s, peak_rss_bytes } = profile.process;
  const rows = rowsOf(profile);
  return [
    ['seconds', profile.main.wall_s],
    ['cpu_seconds', cpu_user_s + cpu_system_s],
    ['peak_memory_mb', peak_rss_bytes / MEGABYTE],
    ['mb_read', bytesOf(rows, 'fetch') / MEGABYTE],
    ['mb_written', bytesOf(rows, 'write') / MEGABYTE],
  ];
}

/** Seconds by stage of the work, of the main thread and of all workers together, the longest first. */
export function stageMetrics({ profile }: StepSummary): Metrics {
  const groups = Map.groupBy(rowsOf(profile), ({ stage }) => stage);
  const sums = [...groups].map(
    ([stage, rows]) => [stage, rows.reduce((sum, { seconds }) => sum + seconds, 0)] as const,
  );
  return byCode('seconds_by_stage', sums.sort(largestFirst));
}

/** The step before each name, which keeps apart what several steps log into one run. What exceeds the limit is left out. */
export function ofStep(step: string, metrics: Metrics): Metrics {
  return metrics
    .filter(([, value]) => Number.isFinite(value))
    .slice(0, LIMITS.metrics)
    .map(([name, value]) => [`${step}/${name}`, value]);
}
