import { isDeepStrictEqual } from 'node:util';
import { encodeJson } from '../../records/json.ts';
import { SPLIT_FILE, type Split } from '../../records/split.ts';
import { givenPlace } from '../../runner/given-place.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import {
  assertSameNaming,
  decodePrevious,
  type PreviousSplit,
  readPrevious,
  unitedPrevious,
} from './pinned-sides.ts';

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
