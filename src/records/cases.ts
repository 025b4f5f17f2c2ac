import { z } from 'zod';
import { type Config, configSchema } from '../config/schema.ts';
import { type CaseRecord, caseSchema, type OkCase } from './case.ts';
import { dataAssetsSchema } from './data-assets.ts';
import { type ReviewOutcome, reviewOutcomeSchema } from './review.ts';

/** `cases.json`: what convert hands on. It carries the configuration, so that every later step runs with the same one. */
export const casesSchema = z.strictObject({
  swinprep_version: z.string(),
  config: configSchema,
  /** By what secret names are HMACs (`hmac:` and what it makes of a fixed text); absent where they are no HMACs. */
  case_naming: z.string().optional(),
  /** What became of the decisions of a review; absent where none was given. */
  review: reviewOutcomeSchema.optional(),
  /** Absent where no input was given as one, and in what a run leaves for the next. */
  data_assets: dataAssetsSchema.optional(),
  summary: z.strictObject({ num_patients: z.int(), num_ok: z.int(), num_excluded: z.int() }),
  cases: z.array(caseSchema),
});

export type Cases = z.infer<typeof casesSchema>;

export const CASES_FILE = 'cases.json';

/** Ascending by code units, which no locale changes. */
export function byPatient(a: { patient_id: string }, b: { patient_id: string }): number {
  return a.patient_id < b.patient_id ? -1 : a.patient_id > b.patient_id ? 1 : 0;
}

/** All case records in order of their patients; the order they came in does not matter. */
export function mergeCases(
  version: string,
  config: Config,
  records: readonly CaseRecord[],
  caseNaming?: string,
  review?: ReviewOutcome,
): Cases {
  const cases = [...records].sort(byPatient);
  const ok = cases.filter((record) => record.state === 'ok').length;
  return {
    swinprep_version: version,
    config,
    ...(caseNaming !== undefined && { case_naming: caseNaming }),
    ...(review !== undefined && { review }),
    summary: { num_patients: cases.length, num_ok: ok, num_excluded: cases.length - ok },
    cases,
  };
}

export function okCases({ cases }: Cases): OkCase[] {
  return cases.filter((record): record is OkCase => record.state === 'ok');
}
