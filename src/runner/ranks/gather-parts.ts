import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UnfinishedError } from '../../errors.ts';
import { decodeJson, encodeJson } from '../../records/json.ts';
import type { StepName } from '../../records/record.ts';
import type { Store } from '../../storage/store.ts';
import type { Report } from '../report.ts';
import type { Shard } from '../shard.ts';

/**
 * Where the parts of one run of a step lie. Not the artifact's folder: each node mounts that for itself, with a cache of
 * its own, or uploads its copy at the end. The store of the volumes is the one place that all ranks see alike.
 */
export interface PartsPlace {
  readonly store: Store;
  readonly step: StepName;
  /** The same for all ranks of a run and for no other work: parts that an earlier run left are not taken for this one's. */
  readonly run: string;
}

/** What one rank hands to rank 0: the records of its patients, as they were dealt. */
export interface Part<R> {
  readonly records: R[];
  readonly skipped: number;
  /** What it took for inputs whose names may come to mean something else while a run goes on; absent: for none. */
  readonly taken?: readonly string[] | undefined;
}

/** Waits between two looks, from the first to the longest. */
const LOOK_MS = { first: 200, longest: 5000 };

function partSchema<R>(record: z.ZodType<R>) {
  return z.strictObject({
    records: z.array(record),
    skipped: z.int(),
    taken: z.array(z.string()).optional(),
  });
}

/** No patient's name begins with a dot, so that a part is never taken for one. */
function partKey({ step, run }: PartsPlace, { rank, ranks }: Shard): string {
  return `.part-${step}-${run}-${rank}-of-${ranks}.json`;
}

/** Hands a rank's part to rank 0. */
export async function writePart<R>(place: PartsPlace, shard: Shard, part: Part<R>): Promise<void> {
  await place.store.write(partKey(place, shard), encodeJson(part));
}

/** Takes a rank's part away; none there is no error. */
export async function deletePart(place: PartsPlace, shard: Shard): Promise<void> {
  await place.store.delete(partKey(place, shard));
}

export interface GatherOptions<R> {
  readonly schema: z.ZodType<R>;
  /** Seconds to wait for the next part before giving up. */
  readonly timeoutS: number;
  readonly report: Report;
  /** What rank 0 took itself, as in a part. */
  readonly taken?: readonly string[] | undefined;
}

/**
 * The parts of ranks 1 to `ranks - 1`, waited for. A rank that took something else by the same names, with the same content,
 * is reported; with another content its part is none of this run. Throws an UnfinishedError that names the ranks whose parts are
 * missing when none has come for `timeoutS` seconds.
 */
export async function gatherParts<R>(
  place: PartsPlace,
  ranks: number,
  { schema, timeoutS, report, taken = [] }: GatherOptions<R>,
): Promise<Map<number, Part<R>>> {
  const { store, step } = place;
  const parts = new Map<number, Part<R>>();
  const missing = (): number[] =>
    Array.from({ length: ranks - 1 }, (_, i) => i + 1).filter((rank) => !parts.has(rank));
  let lookMs = LOOK_MS.first;
  let lastCame = performance.now();
  let told = '';
  for (;;) {
    const before = parts.size;
    await Promise.all(
      missing().map(async (rank) => {
        const key = partKey(place, { rank, ranks });
        const bytes = await store.read(key);
        if (bytes !== undefined)
          parts.set(rank, decodeJson(`${store.uri}/${key}`, bytes, partSchema(schema)));
      }),
    );
    const left = missing();
    if (left.length === 0) {
      for (const note of differences(step, taken, parts)) report({ kind: 'note', message: note });
      return parts;
    }
    if (parts.size > before) [lastCame, lookMs] = [performance.now(), LOOK_MS.first];
    const names = `${left.length === 1 ? 'rank' : 'ranks'} ${left.join(', ')} of ${ranks}`;
    if (names !== told) report({ kind: 'note', message: `${step}: rank 0 waits for ${names}` });
    told = names;
    const leftMs = timeoutS * 1000 - (performance.now() - lastCame);
    if (leftMs <= 0) {
      throw new UnfinishedError(
        `${step}: nothing came from ${names} in ${timeoutS} s (--gather-timeout). See what they logged and start them and rank 0 again, what is done is kept; all ranks must have the same inputs, configuration and version${taken.length === 0 ? '' : ` (rank 0 took ${taken.join(', ')})`}. Looked for in ${store.uri}: ${left.map((rank) => partKey(place, { rank, ranks })).join(', ')}`,
      );
    }
    await sleep(Math.min(lookMs, leftMs));
    lookMs = Math.min(2 * lookMs, LOOK_MS.longest);
  }
}

function differences<R>(
  step: StepName,
  own: readonly string[],
  parts: ReadonlyMap<number, Part<R>>,
): string[] {
  const wanted = own.join(', ');
  return [...parts].flatMap(([rank, { taken = [] }]) =>
    taken.join(', ') === wanted
      ? []
      : [
          `${step}: rank ${rank} took ${taken.join(', ') || 'no data asset'}, rank 0 took ${wanted || 'none'}; both hold the same, and the artifact tells of rank 0`,
        ],
  );
}
