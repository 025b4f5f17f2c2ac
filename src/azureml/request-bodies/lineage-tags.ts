import { UsageError } from '../../errors.ts';
import { fingerprintOf } from '../../records/json.ts';
import type { Manifest } from '../../records/manifest.ts';
import type { DataAsset } from '../yaml/asset.ts';

/** What a set of ROIs was made by and of. */
export interface Lineage {
  readonly manifest: Manifest;
  /** Name of the job of Azure ML that wrote it. */
  readonly job?: string | undefined;
  /** Fingerprint of the raw data and the clinical table. */
  readonly content?: string | undefined;
  /** Name of the preset that the configuration began with. */
  readonly preset?: string | undefined;
}

/**
 * Limits that hold for tags wherever they are kept: 50 on a resource and 256 characters a value (Azure Resource Manager), 100
 * characters a name (runs of Azure ML).
 */
const LIMITS = { tags: 50, name: 100, value: 256 } as const;

/** Names of tags that lineage has for itself begin so. */
const PREFIX = 'swinprep_';

/**
 * A set of ROIs as tags: texts, of counts, constants and fingerprints, and never of a patient. Numbers are written as JSON
 * writes them, so that they read back as the same.
 */
export function lineageTags({ manifest, job, content, preset }: Lineage): Record<string, string> {
  const { summary, constants, config } = manifest;
  const tags: Record<string, string | undefined> = {
    version: manifest.swinprep_version,
    job,
    content,
    preset,
    config_sha256: fingerprintOf(config),
    mu_hu: String(manifest.global_mu),
    sigma_hu: String(manifest.global_sigma),
    window_hu: constants.window_hu.join(', '),
    constants_scope: constants.scope,
    constants_variance: constants.variance,
    constants_patients: String(constants.num_samples_in_scope),
    constants_from_sha256: constants.constants_from?.sha256,
    patients: String(summary.num_ok),
    train: String(summary.num_train),
    test: String(summary.num_test),
    excluded: String(summary.num_excluded),
    ...inputTags(manifest),
  };
  const told = Object.entries(tags).flatMap(([name, value]) =>
    value === undefined ? [] : [[PREFIX + name, value] as const],
  );
  return Object.fromEntries(told);
}

/** The data assets that inputs were: `input_raw: azureml:raw:3`. */
function inputTags({ data_assets: taken = [] }: Manifest): Record<string, string> {
  const byInput = Map.groupBy(taken, ({ input }) => input.replaceAll('-', '_'));
  return Object.fromEntries(
    [...byInput].map(([input, assets]) => {
      const all = [...new Set(assets.map(({ asset }) => asset))];
      const text = all.join(', ');
      return [`input_${input}`, text.length <= LIMITS.value ? text : `${all.length} data assets`];
    }),
  );
}

/** A data asset with lineage among its tags. Throws a UsageError where its file has tags of these names, or they are too many. */
export function withLineage(asset: DataAsset, tags: Readonly<Record<string, string>>): DataAsset {
  const own = Object.keys(asset.tags ?? {}).find((name) => Object.hasOwn(tags, name));
  if (own !== undefined)
    throw new UsageError(`tags.${own}: is written from the manifest; take it out of the file`);
  const all = { ...asset.tags, ...tags };
  const problems = [
    ...(Object.keys(all).length > LIMITS.tags
      ? [`${Object.keys(all).length} tags, ${LIMITS.tags} may be`]
      : []),
    ...Object.entries(tags).flatMap(([name, value]) =>
      name.length > LIMITS.name || value.length > LIMITS.value
        ? [`tags.${name}: a name has at most ${LIMITS.name} characters, a value ${LIMITS.value}`]
        : [],
    ),
  ];
  if (problems.length > 0) throw new UsageError(`the tags are more than Azure keeps: ${problems.join('; ')}`);
  return { ...asset, tags: all };
}
