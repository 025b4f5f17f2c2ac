import { UsageError } from '../errors.ts';
import { decodeJson } from '../records/json.ts';
import { type Profile, profileSchema } from '../records/profile.ts';
import { displayUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';

const PROFILE = /(^|\/)profile(-rank-\d+)?\.json$/;
/** Steps whose work grows with the patients. */
const STEPS = ['convert', 'pass1-stats', 'pass2-write'];

/**
 * Core minutes that a run took for a patient, by the `profile.json` that its steps (and their ranks) left anywhere below
 * `uri`. Throws a UsageError where a step has none, or found all its patients done already.
 */
export async function measuredCoreMinutes(uri: string): Promise<number> {
  const store = await openStore(uri);
  const found: Profile[] = [];
  for await (const { key } of store.list()) {
    if (!PROFILE.test(key)) continue;
    const bytes = await store.read(key);
    if (bytes !== undefined) found.push(decodeJson(`${store.uri}/${key}`, bytes, profileSchema));
  }
  const seconds = STEPS.map((step) =>
    secondsAPatient(
      step,
      found.filter((profile) => profile.step === step),
      displayUri(uri),
    ),
  );
  return seconds.reduce((sum, one) => sum + one, 0) / 60;
}

/**
 * Of all ranks of a step. The larger of two: processor time, where one patient keeps several cores busy, and the
 * workers' time, where they wait for the store.
 */
function secondsAPatient(step: string, ranks: readonly Profile[], uri: string): number {
  if (ranks.length === 0)
    throw new UsageError(
      `${uri}: holds no profile.json of ${step}; give the artifacts of a run with --profile`,
    );
  const worked = ranks.flatMap(({ patients }) => patients.filter(wasWorkedOn));
  if (worked.length === 0)
    throw new UsageError(
      `${uri}: by its profile.json ${step} found every patient done by an earlier run; measure a first run`,
    );
  const cpu = ranks.reduce(
    (sum, { process: { cpu_user_s, cpu_system_s } }) => sum + cpu_user_s + cpu_system_s,
    0,
  );
  const workers = worked.reduce((sum, { wall_s }) => sum + wall_s, 0);
  return Math.max(cpu, workers) / worked.length;
}

/** A patient that was done before is looked at and nothing is written. */
function wasWorkedOn({ stages }: Profile['patients'][number]): boolean {
  return stages.some(({ stage, calls }) => stage === 'write' && calls > 0);
}
