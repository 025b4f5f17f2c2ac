import { parse, YAMLParseError } from 'yaml';
import { UsageError } from '../errors.ts';
import { PATCHES } from './grid-and-roi.ts';
import { describeIssues } from './issues.ts';
import { PRESETS, type PresetName } from './presets.ts';
import { type Config, configSchema } from './schema.ts';

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Overrides laid over a base: mappings merge, everything else replaces. */
function merge(base: Tree, overrides: Tree): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    const under = merged[key];
    merged[key] = isTree(under) && isTree(value) ? merge(under, value) : value;
  }
  return merged;
}

function parseYaml(file: string, source: string): Tree {
  let parsed: unknown;
  try {
    parsed = parse(source);
  } catch (cause) {
    const where = cause instanceof YAMLParseError ? cause.message.split('\n')[0] : String(cause);
    throw new UsageError(`${file}: is no valid YAML: ${where}`, { cause });
  }
  if (parsed === null || parsed === undefined) return {};
  if (!isTree(parsed)) throw new UsageError(`${file}: must hold a mapping of configuration keys`);
  return parsed;
}

export interface ConfigChoice {
  readonly preset: PresetName;
  /** A YAML file's name and text, laid over the preset. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  /** Overrides `roi.patch`; `preset` leaves it alone. */
  readonly patch?: string | undefined;
}

/** The configuration that a preset, a YAML file over it and `--patch` give. Throws a UsageError that names each wrong key. */
export function resolveConfig({ preset, file, patch }: ConfigChoice): Config {
  const overrides = file === undefined ? {} : parseYaml(file.name, file.text);
  const parsed = configSchema.safeParse(merge(PRESETS[preset], overrides));
  if (!parsed.success) {
    const problems = describeIssues(parsed.error.issues).map((line) => `\n  ${line}`);
    throw new UsageError(
      `${file?.name ?? `preset ${preset}`}: the configuration is wrong:${problems.join('')}`,
    );
  }
  if (patch === undefined || patch === 'preset') return parsed.data;
  const known = PATCHES.find((name) => name === patch);
  if (known === undefined)
    throw new UsageError(`--patch ${patch}: must be one of preset, ${PATCHES.join(', ')}`);
  return { ...parsed.data, roi: { ...parsed.data.roi, patch: known } };
}
