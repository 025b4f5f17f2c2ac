import { encodeJson } from '../records/json.ts';
import { type Profile, profileFile, type StageRow } from '../records/profile.ts';
import { addTimes, STAGE_MEANINGS, type Stage, StageClock, type StageTimes } from '../timing/stage-clock.ts';
import { VERSION } from '../version.ts';
import { writeArtifacts } from './artifact.ts';
import { processUse } from './process-use.ts';
import type { StepOutcome, StepSummary, TaskName } from './report.ts';
import { EVERYTHING, type Shard } from './shard.ts';

/** What a pool of workers has spent. */
export interface PoolTimes {
  readonly workers: number;
  readonly wallSeconds: number;
  readonly patients: readonly { readonly patientId: string; readonly times: StageTimes }[];
}

function rowsOf({ stages, otherSeconds }: StageTimes): StageRow[] {
  const rows = (Object.keys(STAGE_MEANINGS) as Stage[]).flatMap((stage) => {
    const found = stages[stage];
    return found === undefined ? [] : [{ stage, ...found }];
  });
  return [...rows, { stage: 'other', seconds: otherSeconds, bytes: 0, calls: 0 }];
}

/** Waiting and start of the workers, and patients whose worker died. */
function idleRow({ workers, wallSeconds }: PoolTimes, busySeconds: number): StageRow {
  return { stage: 'idle', seconds: Math.max(0, workers * wallSeconds - busySeconds), bytes: 0, calls: 0 };
}

/** Watches where the time of one step goes, in its own thread and in its workers. */
export class StepWatch {
  /** Of the thread that hands out patients and writes artifacts. */
  readonly clock = new StageClock();
  readonly #step: TaskName;
  readonly #shard: Shard;
  #pool: PoolTimes | undefined;

  constructor(step: TaskName, shard: Shard = EVERYTHING) {
    this.#step = step;
    this.#shard = shard;
  }

  /** To be told what the workers spent. */
  readonly sawPool = (times: PoolTimes): void => {
    this.#pool = times;
  };

  /** All that has been seen until now; CPU time and peak memory are the whole process's. */
  read(): Profile {
    const main = this.clock.read();
    const pool = this.#pool;
    const sum = addTimes(pool?.patients.map(({ times }) => times) ?? []);
    return {
      swinprep_version: VERSION,
      step: this.#step,
      rank: this.#shard.rank,
      ranks: this.#shard.ranks,
      process: processUse(),
      main: { wall_s: main.wallSeconds, stages: rowsOf(main) },
      pool:
        pool === undefined
          ? null
          : {
              workers: pool.workers,
              wall_s: pool.wallSeconds,
              stages: [...rowsOf(sum), idleRow(pool, sum.wallSeconds)],
              num_patients: pool.patients.length,
            },
      patients: (pool?.patients ?? []).map(({ patientId, times }) => ({
        patient_id: patientId,
        wall_s: times.wallSeconds,
        stages: rowsOf(times),
      })),
    };
  }
}

/** Options of every step that is watched. */
export interface WatchOptions {
  readonly shard?: Shard;
  /** Leave `profile.json` beside the step's artifact. */
  readonly profile?: boolean | undefined;
}

/** Does a step's work under watch: its summary then tells where the time went. `dir` is the artifact's folder. */
export async function watched(
  step: StepOutcome['step'],
  { shard, profile }: WatchOptions,
  dir: string,
  work: (watch: StepWatch) => Promise<StepOutcome>,
): Promise<StepSummary> {
  const watch = new StepWatch(step, shard);
  const outcome = await work(watch);
  const seen = watch.read();
  if (profile) await writeArtifacts(dir, { [profileFile(seen.rank)]: encodeJson(seen) });
  return { ...outcome, profile: seen };
}
