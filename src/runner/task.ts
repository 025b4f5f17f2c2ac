import type { StageClock, StageTimes } from '../timing/stage-clock.ts';
import type { TaskName } from './report.ts';

/** A patient's work, as it is sent to a worker thread. */
export interface CaseTask {
  readonly step: TaskName;
  readonly patientId: string;
}

/** What became of one patient in a worker thread. */
export type CaseOutcome<R> =
  | {
      readonly state: 'ok' | 'excluded';
      readonly record: R;
      readonly skipped: boolean;
      readonly message?: string;
    }
  /** A place to read or write failed, or a program: nothing is known of the patient. */
  | { readonly state: 'failed'; readonly message: string };

/** What a worker thread answers: what became of the patient, and where the time went. */
export interface TimedOutcome<R> {
  readonly outcome: CaseOutcome<R>;
  readonly times: StageTimes;
  /** Of the patient's memory, what the worker has kept for the next one. */
  readonly keptBytes: number;
}

/** A step's work on one patient: the default export of the module that a worker thread loads. */
export type PatientWork<T extends CaseTask, R> = (task: T, clock: StageClock) => Promise<CaseOutcome<R>>;

/** What is sent to a worker thread: a task, and the URL of the module with the work on it. */
export interface Errand<T extends CaseTask> {
  readonly task: T;
  readonly module: string;
  /** The most of a patient's memory that the worker may keep for the next one. */
  readonly mostKeptBytes: number;
}

/** The URL of the module `name` that lies beside the one at `url`, as source or as built. */
export function moduleBeside(url: string, name: string): string {
  return new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url).href;
}
