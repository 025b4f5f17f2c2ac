import type { Profile } from '../records/profile.ts';
import type { Exclusion, StepName } from '../records/record.ts';
import type { Shard } from './shard.ts';

/** What patients go through one by one. */
export type TaskName = StepName | 'inspect';

/** What a step tells while it works. */
export type StepEvent =
  | { readonly kind: 'started'; readonly step: TaskName; readonly patients: number; readonly workers: number }
  | {
      readonly kind: 'patient';
      readonly step: TaskName;
      readonly patientId: string;
      readonly state: 'ok' | 'excluded' | 'failed';
      /** Found done: by an earlier run, or by an earlier step of this one. */
      readonly skipped: boolean;
      readonly message?: string | undefined;
    }
  | { readonly kind: 'note'; readonly message: string };

export type Report = (event: StepEvent) => void;

/** How a step ended. */
export interface StepOutcome {
  readonly step: StepName;
  /** Where this is what one of several ranks did, and rank 0 closes the step. */
  readonly shard?: Shard;
  readonly ok: number;
  /** Of the patients whose raw data were found. */
  readonly excluded: readonly Exclusion[];
  /** Patients found done, by an earlier run or an earlier step of this one. */
  readonly skipped: number;
  /** Facts worth a line each, such as constants. */
  readonly facts: readonly string[];
  /** Where what lies, by what it is. */
  readonly places: Readonly<Record<string, string>>;
}

/** What the closing lines are made of. */
export interface StepSummary extends StepOutcome {
  /** Where the time went. */
  readonly profile: Profile;
}

/** Patients named in a closing line; the report has all. */
const NAMED = 10;

/** A closing line that names the first of some patients. */
export function named(what: string, patients: readonly { patient_id: string }[], remark = ''): string[] {
  if (patients.length === 0) return [];
  const names = patients.slice(0, NAMED).map(({ patient_id }) => patient_id);
  const more = patients.length > NAMED ? ` and ${patients.length - NAMED} more` : '';
  return [`${what}: ${names.join(', ')}${more}${remark}`];
}
