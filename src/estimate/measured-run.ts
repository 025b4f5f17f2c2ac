import { UsageError } from '../errors.ts';
import { decodeJson } from '../records/json.ts';
import { type Profile, profileSchema } from '../records/profile.ts';
import { displayUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';

const PROFILE = /(^|\/)profile(-rank-\d+)?\.json$/;
/**
 * Core minutes that a run took for a patient, by the `profile.json` that its steps (and their ranks) left anywhere below
 * `uri`. Throws a UsageError where a step has none, or where convert or pass2-write found all its patients done already.
 */
export async function measuredCoreMinutes(uri: string): Promise<number> {
  const store = await openStore(uri);
  const found: Profile[] = [];
  for await (const { key } of store.list()) {
    if (!PROFILE.test(key)) continue;
    const bytes = await store.read(key);
    if (bytes !== undefined) found.push(decodeJson(`${store.uri}/${key}`, bytes, profileSchema));
  }
  const ranksOf = (step: string): Profile[] => {
    const ranks = found.filter((profile) => profile.step === step);
    if (ranks.length > 0) return ranks;
    throw new UsageError(
      `${displayUri(uri)}: holds no profile.json of ${step}; give the artifacts of a run with --profile`,
    );
  };
  const worked = (step: string, ranks: readonly Profile[]): number => {
    const patients = workedOn(ranks).length;
    if (patients > 0) return patients;
    throw new UsageError(
      `${displayUri(uri)}: by its profile.json ${step} found every patient done by an earlier run; measure a first run`,
    );
  };
  const [convert, pass1, pass2] = ['convert', 'pass1-stats', 'pass2-write'].map(ranksOf);
  const converted = worked('convert', convert);
  const seconds =
    secondsOf(convert) / converted +
    // What convert has measured it reads alone.
    secondsOf(pass1) / (workedOn(pass1).length || converted) +
    secondsOf(pass2) / worked('pass2-write', pass2);
  return seconds / 60;
}

/** A patient that was done before is looked at and nothing is written. */
function workedOn(ranks: readonly Profile[]): Profile['patients'] {
  const wrote = ({ stages }: Profile['patients'][number]): boolean =>
    stages.some(({ stage, calls }) => stage === 'write' && calls > 0);
  return ranks.flatMap(({ patients }) => patients.filter(wrote));
}

/**
 * Of all ranks of a step. The larger of two: processor time, where one patient keeps several cores busy, and the
 * workers' time, where they wait for the store.
 */
function secondsOf(ranks: readonly Profile[]): number {
  const cpu = ranks.reduce(
    (sum, { process: { cpu_user_s, cpu_system_s } }) => sum + cpu_user_s + cpu_system_s,
    0,
  );
  return Math.max(
    cpu,
    workedOn(ranks).reduce((sum, { wall_s }) => sum + wall_s, 0),
  );
}
