import { createHash } from 'node:crypto';
import { z } from 'zod';
import { byPatient, type Cases } from './cases.ts';
import type { ClinicalRow } from './clinical.ts';
import { exclusion } from './record.ts';

const member = z.strictObject({
  patient_id: z.string(),
  split: z.enum(['train', 'test']),
  stage: z.string(),
  /** Class for training: position in `stages`. */
  stage_index: z.int(),
});

/** `split.json`: every patient of the cases and of the clinical table, in exactly one of train, test, excluded. */
export const splitSchema = z.strictObject({
  swinprep_version: z.string(),
  seed: z.int(),
  train_fraction: z.number(),
  stages: z.array(z.string()),
  summary: z.strictObject({
    num_train: z.int(),
    num_test: z.int(),
    num_excluded: z.int(),
    per_stage: z.array(
      z.strictObject({ stage: z.string(), train: z.int(), test: z.int(), excluded: z.int() }),
    ),
  }),
  patients: z.array(member),
  excluded: z.array(exclusion.extend({ stage: z.string() })),
});

export type Split = z.infer<typeof splitSchema>;
export type SplitMember = z.infer<typeof member>;

export const SPLIT_FILE = 'split.json';
export const SPLIT_CSV_FILE = 'split.csv';

/** Order within a stage: a keyed hash, so that it is random, repeatable, and not moved by who else is in the cohort. */
function hashOrder(seed: number, patientId: string): string {
  return createHash('sha256').update(`${seed}:${patientId}`).digest('hex');
}

/** Test patients of a stage with n patients: the rounded share, at least one where there are two or more. */
export function testCount(n: number, trainFraction: number): number {
  if (n < 2) return 0;
  return Math.min(n - 1, Math.max(1, Math.round(n * (1 - trainFraction))));
}

function normalStage(stage: string): string {
  return stage.replaceAll(/\s+/g, '').toLowerCase();
}

/** The configured stage that a spelling means, undefined where it means none. */
function stageOf(spelling: string, stages: readonly string[]): string | undefined {
  return stages.find((stage) => normalStage(stage) === normalStage(spelling));
}

function excludedBecause(
  record: Cases['cases'][number] | undefined,
  rows: readonly ClinicalRow[],
  stages: readonly string[],
): { code: string; message: string } | undefined {
  if (record === undefined)
    return {
      code: 'no-image',
      message: 'in the clinical table, but no such patient was found in the raw data',
    };
  if (record.state === 'excluded')
    return { code: 'image-excluded', message: `excluded by convert: ${record.exclusion.message}` };
  if (rows.length === 0)
    return { code: 'not-in-clinical-table', message: 'no row in the clinical table: add one' };
  const spellings = new Set(rows.map((row) => normalStage(row.stage)));
  if (spellings.size > 1)
    return {
      code: 'conflicting-stages',
      message: `several rows with different stages: ${rows.map((r) => r.stage).join(', ')}`,
    };
  if (stageOf(rows[0].stage, stages) === undefined) {
    return { code: 'stage-unknown', message: `stage "${rows[0].stage}" is none of ${stages.join(', ')}` };
  }
  return undefined;
}

/**
 * Assigns whole patients to train and test, each stage for itself: within a stage the first patients in hash order
 * are the test patients.
 */
export function splitPatients(version: string, cases: Cases, clinical: readonly ClinicalRow[]): Split {
  const { stages, seed, trainFraction } = cases.config.split;
  const rowsOf = Map.groupBy(clinical, (row) => row.patientId);
  const recordOf = new Map(cases.cases.map((record) => [record.patient_id, record]));
  const excluded: Split['excluded'] = [];
  const members = new Map<string, string[]>(stages.map((stage) => [stage, []]));
  for (const patientId of new Set([...recordOf.keys(), ...rowsOf.keys()])) {
    const rows = rowsOf.get(patientId) ?? [];
    const stage = stageOf(rows[0]?.stage ?? '', stages);
    const reason = excludedBecause(recordOf.get(patientId), rows, stages);
    if (reason !== undefined)
      excluded.push({
        patient_id: patientId,
        step: 'split',
        ...reason,
        stage: stage ?? rows[0]?.stage ?? '',
      });
    else members.get(stage!)!.push(patientId);
  }
  const patients: SplitMember[] = [];
  const perStage: Split['summary']['per_stage'] = [];
  stages.forEach((stage, stageIndex) => {
    const ids = members.get(stage)!.sort((a, b) => (hashOrder(seed, a) < hashOrder(seed, b) ? -1 : 1));
    const test = testCount(ids.length, trainFraction);
    ids.forEach((id, i) => {
      patients.push({ patient_id: id, split: i < test ? 'test' : 'train', stage, stage_index: stageIndex });
    });
    perStage.push({
      stage,
      train: ids.length - test,
      test,
      excluded: excluded.filter((e) => e.stage === stage).length,
    });
  });
  const numTest = perStage.reduce((sum, s) => sum + s.test, 0);
  return {
    swinprep_version: version,
    seed,
    train_fraction: trainFraction,
    stages: [...stages],
    summary: {
      num_train: patients.length - numTest,
      num_test: numTest,
      num_excluded: excluded.length,
      per_stage: perStage,
    },
    patients: patients.sort(byPatient),
    excluded: excluded.sort(byPatient),
  };
}

/** A table for people: one row a patient, excluded ones with their reason. */
export function splitCsv(split: Split): string {
  const quote = (field: string): string =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  const rows = [
    ...split.patients.map((p) => [p.patient_id, p.split, p.stage, '', '']),
    ...split.excluded.map((e) => [e.patient_id, 'excluded', e.stage, e.code, e.message]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  return [['patient_id', 'split', 'stage', 'code', 'reason'], ...rows]
    .map((row) => `${row.map(quote).join(',')}\n`)
    .join('');
}
