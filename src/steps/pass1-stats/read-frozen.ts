import type { Config } from '../../config/schema.ts';
import { type DatasetStats, STATS_FILE } from '../../records/stats.ts';
import { displayUri, joinUri, parseLocation } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import { decodeFrozen, type FrozenConstants } from './frozen-stats.ts';
import { frozenPlace } from './kept-stats.ts';

/**
 * The constants that `--freeze-stats` names: the `dataset_pass1_stats.json` of a release, or its folder; or
 * `last` for that of the last run in `state`. Throws a UsageError where they do not fit the configuration, a StorageError
 * where there is no such file.
 */
export async function readFrozen(
  freezeStats: string | undefined,
  state: string | undefined,
  config: Config,
): Promise<FrozenConstants | undefined> {
  const uri = await frozenPlace(freezeStats, state);
  if (uri === undefined) return undefined;
  parseLocation(uri);
  const file = /\.json$/i.test(displayUri(uri)) ? uri : joinUri(uri, STATS_FILE);
  return decodeFrozen(displayUri(file), await readObject(file), config);
}

/** Closing lines on constants that are frozen; none where they are not. */
export function frozenFacts({
  constants_from: from,
  config_after_pass1,
  pass1_summary,
}: DatasetStats): string[] {
  if (from === null) return [];
  const { global_mu: mu, global_sigma: sigma } = config_after_pass1;
  const { global_mu: ownMu, global_sigma: ownSigma } = pass1_summary;
  return [
    `constants are frozen: mu ${mu.toFixed(4)} HU, sigma ${sigma.toFixed(4)} HU of ${from.num_samples_in_scope} patients (statistics ${from.sha256.slice(0, 12)}, version ${from.swinprep_version})`,
    `this cohort would give mu ${ownMu.toFixed(4)} HU, sigma ${ownSigma.toFixed(4)} HU`,
  ];
}
