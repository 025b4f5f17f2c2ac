import type { z } from 'zod';
import { UnfinishedError } from '../../errors.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Exclusion, StepName } from '../../records/record.ts';
import { openStore } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { type PoolOptions, type PoolResult, runCases } from '../pool.ts';
import type { StepOutcome } from '../report.ts';
import type { Shard } from '../shard.ts';
import type { StepWatch, WatchOptions } from '../step-watch.ts';
import type { CaseTask } from '../task.ts';
import { deal, gathered, type Weighed } from './deal.ts';
import { deletePart, gatherParts, type PartsPlace, writePart } from './gather-parts.ts';

/** Options of the steps that many nodes can share. */
export interface ShardOptions extends WatchOptions {
  readonly shard: Shard;
  /** Seconds that rank 0 waits for the next part of another rank. */
  readonly gatherTimeout: number;
}

/** What a step's record of a patient has to tell here. */
type CaseState = { readonly state: 'ok' } | { readonly state: 'excluded'; readonly exclusion: Exclusion };

export type ShardResult<R> =
  | (PoolResult<R> & {
      /** Of all patients. */
      readonly whole: true;
      /** Removes the parts that the records were gathered from; to be called once the artifact is written. */
      readonly clear: () => Promise<void>;
    })
  /** The work of one rank is done and handed to rank 0. */
  | { readonly whole: false; readonly outcome: StepOutcome };

export interface ShardRunOptions<T extends CaseTask, R>
  extends ShardOptions,
    Omit<PoolOptions<T, R>, 'onTimes'> {
  readonly step: StepName & T['step'];
  /** Every task's weight and fingerprint, in their order; the same on every rank. */
  readonly weigh: () => Promise<Weighed[]>;
  /** URI of the store that the step writes its volumes to. */
  readonly place: string;
  readonly schema: z.ZodType<R>;
  readonly watch: StepWatch;
  /** The data assets that inputs were given as. */
  readonly dataAssets?: (() => readonly { readonly input: string; readonly asset: string }[]) | undefined;
}

/**
 * Runs this rank's share of the tasks. Rank 0 then gathers what the others made, and has the records of all tasks in
 * their order, as if it had run them alone. A run is known by the fingerprints of all its patients: a part that lies
 * there under it says what this run says, whenever it was written.
 */
export async function runShard<T extends CaseTask, R extends CaseState>(
  tasks: readonly T[],
  { shard, gatherTimeout, step, weigh, schema, watch, dataAssets, ...options }: ShardRunOptions<T, R>,
): Promise<ShardResult<R>> {
  const { rank, ranks } = shard;
  const runOwn = (own: readonly T[]): Promise<PoolResult<R>> =>
    watch.clock.time('patients', 0, () => runCases<T, R>(own, { ...options, onTimes: watch.sawPool }));
  if (ranks === 1) return { ...(await runOwn(tasks)), whole: true, clear: async () => {} };
  const weighed = await watch.clock.time('list', 0, weigh);
  const hands = deal(weighed, ranks);
  const run = fingerprintOf({ version: VERSION, hands, weighed }).slice(0, 16);
  const place: PartsPlace = { store: await openStore(options.place), step, run };
  // One that this rank left when it ran before may list a patient that has crashed and now will not.
  if (rank > 0) await deletePart(place, shard);
  const names = dataAssets?.().map(({ input, asset }) => `${input} ${asset}`) ?? [];
  const taken = names.length === 0 ? undefined : names;
  const own = await runOwn(hands[rank].map((i) => tasks[i]));
  if (rank > 0) {
    await writePart(place, shard, { ...own, taken });
    return { whole: false, outcome: partOutcome(step, shard, own, place) };
  }
  const parts = await watch.clock.time('gather', 0, () =>
    gatherParts(place, ranks, { schema, timeoutS: gatherTimeout, report: options.report, taken }),
  );
  const partOf = (from: number) => (from === 0 ? own : parts.get(from)!);
  let skipped = 0;
  for (const [from, hand] of hands.entries()) {
    const part = partOf(from);
    if (part.records.length !== hand.length)
      throw new UnfinishedError(
        `${step}: rank ${from} hands over ${part.records.length} of ${hand.length} patients; start it again`,
      );
    skipped += part.skipped;
  }
  const records = gathered(hands, (from) => partOf(from).records);
  const clear = async (): Promise<void> => {
    await Promise.all([...parts.keys()].map((from) => deletePart(place, { rank: from, ranks })));
  };
  return { records, skipped, whole: true, clear };
}

function partOutcome(
  step: StepName,
  shard: Shard,
  { records, skipped }: PoolResult<CaseState>,
  { store }: PartsPlace,
): StepOutcome {
  const excluded = records.flatMap((record) => (record.state === 'excluded' ? [record.exclusion] : []));
  return {
    step,
    shard,
    ok: records.length - excluded.length,
    excluded,
    skipped,
    facts: ['rank 0 gathers them into the artifact'],
    places: { volumes: store.uri },
  };
}
