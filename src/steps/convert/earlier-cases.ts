import { configSchema } from '../../config/schema.ts';
import { CASES_FILE, type Cases } from '../../dataset/cases.ts';
import {
  type Changes,
  changesBetween,
  type EarlierCases,
  earlierCasesSchema,
} from '../../dataset/changes.ts';
import { encodeJson, fingerprintOf } from '../../dataset/json.ts';
import type { Pruned } from '../../dataset/record.ts';
import type { Store } from '../../storage/store.ts';
import { convertRules } from './patient.ts';

/** The `cases.json` that the last finished run left beside the volumes, and what it tells. */
export interface EarlierRun {
  readonly bytes: Uint8Array | undefined;
  readonly cases: EarlierCases | undefined;
}

/** Reads what the last finished run left in `interim`. What cannot be read as such counts as no run. */
export async function readEarlierRun(interim: Store): Promise<EarlierRun> {
  const bytes = await interim.read(CASES_FILE);
  if (bytes === undefined) return { bytes, cases: undefined };
  try {
    return { bytes, cases: earlierCasesSchema.parse(JSON.parse(new TextDecoder().decode(bytes))) };
  } catch {
    return { bytes, cases: undefined };
  }
}

export function changesSince({ cases: earlier }: EarlierRun, now: Cases, pruned: Pruned | null): Changes {
  const config = configSchema.safeParse(earlier?.config);
  const sameRules =
    config.success && fingerprintOf(convertRules(config.data)) === fingerprintOf(convertRules(now.config));
  return changesBetween(earlier, now, sameRules, pruned);
}

/** Leaves this run's list for the next one to compare with. Nothing is written where nothing has changed. */
export async function leaveRun(interim: Store, { bytes }: EarlierRun, now: Cases): Promise<void> {
  const left = encodeJson(now);
  if (bytes === undefined || Buffer.compare(bytes, left) !== 0) await interim.write(CASES_FILE, left);
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

/** Closing lines on what has changed since the last run; none where there was none. */
export function changeFacts({ previous, summary, added, changed, removed, pruned }: Changes): string[] {
  if (previous === null) return [];
  if (summary.num_added + summary.num_changed + summary.num_removed === 0)
    return ['nothing has changed since the last run'];
  return [
    `since the last run: ${summary.num_added} added, ${summary.num_changed} changed, ${summary.num_removed} removed, ${summary.num_unchanged} unchanged`,
    ...named('added', added),
    ...named('changed', changed),
    ...named(
      'removed',
      removed,
      pruned === null ? ': no longer in the artifacts; the volumes made of them are kept' : '',
    ),
  ];
}
