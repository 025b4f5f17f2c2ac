import { isDeepStrictEqual } from 'node:util';
import { encodeJson } from '../dataset/json.ts';
import { SPLIT_FILE, type Split } from '../dataset/split.ts';
import { type DatasetStats, STATS_FILE } from '../dataset/stats.ts';
import { UsageError } from '../errors.ts';
import { assertSameNaming, readPrevious } from '../steps/split/earlier-split.ts';
import { decodePrevious, type PreviousSplit, unitedPrevious } from '../steps/split/previous-split.ts';
import { displayUri, joinUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import { givenPlace } from './given-place.ts';

/** `--freeze-stats` for the constants of the last run that kept its state. */
export const LAST = 'last';

export interface SplitSources {
  /** An earlier split.json, or its folder. */
  readonly previous?: string | undefined;
  /** Where runs leave their split and statistics for the next; `none` or absent: nowhere. */
  readonly state?: string | undefined;
}

async function readKept(state: string, caseNaming: string): Promise<PreviousSplit | undefined> {
  const bytes = await (await openStore(state)).read(SPLIT_FILE);
  if (bytes === undefined) return undefined;
  const file = `${displayUri(state)}/${SPLIT_FILE}`;
  const kept = decodePrevious(file, bytes);
  assertSameNaming(file, kept, caseNaming);
  return kept;
}

/**
 * Who is pinned to which side: by the split that the last run kept in `state`, and by `previous`. Undefined where there is
 * neither. Throws a UsageError where one of them is no split, names patients in another way, or the two disagree.
 */
export async function earlierSplit(
  { previous, state: place }: SplitSources,
  caseNaming: string,
): Promise<PreviousSplit | undefined> {
  const state = givenPlace(place);
  const given = previous === undefined ? undefined : await readPrevious(previous, caseNaming);
  const kept = state === undefined ? undefined : await readKept(state, caseNaming);
  if (kept === undefined || kept.pins.size === 0) return given;
  return given === undefined ? kept : unitedPrevious(displayUri(state!), kept, given);
}

/**
 * Keeps a split for the next run, in one atomic write, as soon as it is made: whatever becomes of the later steps, nobody
 * in it changes sides. Nothing is written where it says the same of everybody.
 */
export async function keepSplit(place: string | undefined, split: Split): Promise<void> {
  const state = givenPlace(place);
  if (state === undefined) return;
  const store = await openStore(state);
  const bytes = encodeJson(split);
  const before = await store.read(SPLIT_FILE);
  if (before !== undefined) {
    const told = (from: Uint8Array) => {
      const { caseNaming, pins, retired } = decodePrevious(`${displayUri(state)}/${SPLIT_FILE}`, from);
      return { caseNaming, pins, retired };
    };
    if (isDeepStrictEqual(told(before), told(bytes))) return;
  }
  await store.write(SPLIT_FILE, bytes);
}

/** Keeps the statistics for the next run. Nothing is written where nothing has changed. */
export async function keepStats(place: string | undefined, stats: DatasetStats): Promise<void> {
  const state = givenPlace(place);
  if (state === undefined) return;
  const store = await openStore(state);
  const bytes = encodeJson(stats);
  const before = await store.read(STATS_FILE);
  if (before === undefined || Buffer.compare(before, bytes) !== 0) await store.write(STATS_FILE, bytes);
}

/**
 * The place of the statistics that `--freeze-stats` names, undefined for none; for `last` those that the last run kept in
 * `state`, of which a first run has none. Throws a UsageError for `last` without a state.
 */
export async function frozenPlace(
  freezeStats: string | undefined,
  place: string | undefined,
): Promise<string | undefined> {
  if (freezeStats !== LAST) return givenPlace(freezeStats);
  const state = givenPlace(place);
  if (state === undefined)
    throw new UsageError(
      `--freeze-stats ${LAST}: there is no last run without --state; give the place where runs keep their state`,
    );
  const there = await (await openStore(state)).stat(STATS_FILE);
  return there === undefined ? undefined : joinUri(state, STATS_FILE);
}
