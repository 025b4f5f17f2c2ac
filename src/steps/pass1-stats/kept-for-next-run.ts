import { UsageError } from '../../errors.ts';
import { encodeJson } from '../../records/json.ts';
import { type DatasetStats, STATS_FILE } from '../../records/stats.ts';
import { givenPlace } from '../../runner/given-place.ts';
import { joinUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';

/** `--freeze-stats` for the constants of the last run that kept its state. */
const LAST = 'last';

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
