import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { describeIssues } from '../../config/issues.ts';
import type { Config } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import { triple } from '../../records/record.ts';
import { constantsFrom, type DatasetStats, STATS_FILE } from '../../records/stats.ts';
import { displayUri, fileOrBelow } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import { frozenPlace } from './kept-for-next-run.ts';

/** What is read of the statistics of a release, perhaps of another version. */
const releaseSchema = z.object({
  swinprep_version: z.string(),
  config: z.record(z.string(), z.unknown()),
  config_after_pass1: z.object({
    global_mu: z.number(),
    global_sigma: z.number().positive(),
    min_box_mm: triple,
    max_box_mm: triple,
  }),
  pass1_summary: z.object({ num_samples_in_scope: z.int() }),
  constants_from: constantsFrom.nullable().default(null),
});

/** Constants of a release, to be used in place of those that a cohort would give. */
export interface FrozenConstants {
  readonly constants: z.infer<typeof releaseSchema>['config_after_pass1'];
  readonly from: z.infer<typeof constantsFrom>;
}

/** Keys of the configuration that decide what the constants are of: with another value they would mean something else. */
function constantKeys({ resample, intensity, roi }: Config): string[] {
  const section = (name: string, keys: readonly string[]): string[] => keys.map((key) => `${name}.${key}`);
  const spacing = resample.policy === 'fixed' ? ['spacingMm'] : ['thinMm', 'thickAboveMm', 'thickZMm'];
  const threshold = intensity.voxelRule === 'mask' ? [] : ['thresholdHu'];
  const box = ['paddingMm', 'boxPercentile', 'hardMinBoxMm', 'hardMaxBoxMm'];
  const lung = ['thresholdHu', 'erosionMm', 'closingMm', 'minVolumeMl', 'paddingMm', 'minBoxMm', 'maxBoxMm'];
  return [
    ...section('resample', ['policy', ...spacing]),
    ...section('intensity', ['windowHu', 'voxelRule', ...threshold, 'minVoxels', 'airHu']),
    ...section('stats', ['scope', 'variance']),
    'roi.source',
    ...(roi.source === 'lung' ? section('lung', lung) : []),
    ...(roi.source === 'tumor' && roi.patch === 'derived' ? section('roi', ['patch', ...box]) : []),
  ];
}

function valueAt(config: unknown, key: string): unknown {
  const step = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return key.split('.').reduce(step, config);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/**
 * Reads the constants out of the `dataset_pass1_stats.json` of a release. Throws a UsageError naming the file where it is
 * none, or was made with another configuration of what the constants are of: each key that differs is named.
 */
export function decodeFrozen(file: string, bytes: Uint8Array, config: Config): FrozenConstants {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new UsageError(`${file}: is no valid JSON; give the dataset_pass1_stats.json of a release`, {
      cause,
    });
  }
  const parsed = releaseSchema.safeParse(value);
  if (!parsed.success) {
    throw new UsageError(
      `${file}: is no dataset_pass1_stats.json (${describeIssues(parsed.error.issues)[0]}); give the one of a release`,
    );
  }
  const { data } = parsed;
  const differing = constantKeys(config).filter(
    (key) => !isDeepStrictEqual(valueAt(data.config, key), valueAt(config, key)),
  );
  if (differing.length > 0) {
    const lines = differing.map(
      (key) => `\n  ${key}: ${shown(valueAt(data.config, key))} there, ${shown(valueAt(config, key))} here`,
    );
    throw new UsageError(
      `${file}: its constants were made with another configuration; use the release's, or do not freeze them:${lines.join('')}`,
    );
  }
  const { swinprep_version, pass1_summary } = data;
  return {
    constants: data.config_after_pass1,
    from: data.constants_from ?? {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      swinprep_version,
      num_samples_in_scope: pass1_summary.num_samples_in_scope,
    },
  };
}

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
  const file = fileOrBelow(uri, STATS_FILE);
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
