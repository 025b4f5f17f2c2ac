import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { isAzureMlUri } from '../../azureml/datastore-uri.ts';
import type { TakenAssets } from '../../azureml/taken-assets.ts';
import type { DataType } from '../../azureml/yaml/data-type.ts';
import type { TakenAsset } from '../../records/data-assets.ts';

/** Options whose value goes to Azure ML as it is. */
const HANDED_ON = new Set(['path', 'pipeline', 'file', 'job']);

/** What a data asset has to be for an option; others take a folder or a file. */
const TYPES: Readonly<Record<string, DataType>> = {
  clinical: 'uri_file',
  config: 'uri_file',
  segments: 'uri_file',
  interim: 'uri_folder',
  state: 'uri_folder',
};
/** Commands whose `roi` is where the ROI set lies; that of map-back may be one map. */
const ROI_SET = new Set(['pass2-write', 'review', 'report', 'export']);

function typeFor(option: string, command: unknown): DataType | undefined {
  if (option === 'roi') return ROI_SET.has(String(command)) ? 'uri_folder' : undefined;
  return Object.hasOwn(TYPES, option) ? TYPES[option] : undefined;
}

export interface ResolvedOptions {
  /** Options with URLs in place of `azureml:` references, so that nothing behind the command line knows of them. */
  readonly options: Record<string, unknown>;
  readonly assets: readonly TakenAsset[];
}

/**
 * Looks up what the options of a command name in Azure ML, datastores and data assets, which go on as URLs: the same places,
 * fingerprints and messages as with the URLs themselves. `known`: assets whose URLs or copies this process was given by the
 * run that started it; those found here are added.
 */
export async function resolveOptions(
  argv: Readonly<Record<string, unknown>>,
  resolveUri: ResolveUri,
  known: TakenAssets,
): Promise<ResolvedOptions> {
  const options: Record<string, unknown> = {};
  const assets: TakenAsset[] = [];
  const [command] = (argv._ ?? []) as unknown[];
  for (const [name, value] of Object.entries(argv)) {
    if (typeof value !== 'string' || HANDED_ON.has(name)) continue;
    // yargs has an option of several words twice.
    const isAlias = /[A-Z]/.test(name);
    if (!isAzureMlUri(value)) {
      const asset = known.of(value);
      if (asset !== undefined && !isAlias) assets.push({ input: name, asset });
      continue;
    }
    let asset: string | undefined;
    const taken = (found: string): void => {
      asset = found;
    };
    const url = await resolveUri(value, { type: typeFor(name, command), taken });
    options[name] = url;
    if (asset === undefined) continue;
    known.add(url, asset);
    if (!isAlias) assets.push({ input: name, asset });
  }
  return { options, assets };
}
