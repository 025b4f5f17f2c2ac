import { displayUri } from '../storage/location.ts';
import { readObject } from '../storage/open.ts';
import { resolveConfig } from './load.ts';
import type { PresetName } from './presets.ts';
import type { Config } from './schema.ts';

export interface ConfigOptions {
  readonly preset: PresetName;
  /** A YAML file laid over the preset: a path or URI. */
  readonly config?: string | undefined;
  /** Overrides `roi.patch`; `preset` leaves it alone. */
  readonly patch?: string | undefined;
}

/** The configuration that the options of the command line ask for. Throws a UsageError that names each wrong key. */
export async function readConfig({ preset, config, patch }: ConfigOptions): Promise<Config> {
  const file =
    config === undefined
      ? undefined
      : { name: displayUri(config), text: new TextDecoder().decode(await readObject(config)) };
  return resolveConfig({ preset, file, patch });
}
