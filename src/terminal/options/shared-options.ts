import type { Argv } from 'yargs';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import { UsageError } from '../../errors.ts';

export const URI_FORMS =
  'a local path, https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX, wasbs://..., abfss://..., azureml://datastores/D/paths/P, azureml:DATA-ASSET:VERSION or an Azurite URL';

export type Options = Parameters<Argv['options']>[0];

export const uri = (description: string) =>
  ({ type: 'string', demandOption: true, requiresArg: true, description }) as const;
export const folder = (description: string) =>
  ({ type: 'string', demandOption: true, requiresArg: true, description }) as const;
export const count = (description: string) => ({ type: 'number', requiresArg: true, description }) as const;

const COUNTS = [
  'workers',
  'limit',
  'max-excluded',
  'gather-timeout',
  'patients',
  'seed',
  'full',
  'channel',
  'dataset-id',
  'retry-preempted',
  'port',
  'series-number',
];

/** Options, and positional arguments, that may be given several times. */
const REPEATABLE = new Set(['_', 'set', 'files']);

/** yargs makes a list of an option that is given twice, whatever its type. */
export function checkOnce(argv: Record<string, unknown>): true {
  for (const [name, value] of Object.entries(argv))
    if (Array.isArray(value) && !REPEATABLE.has(name))
      throw new UsageError(`--${name}: is given ${value.length} times; give it once`);
  return true;
}

/** yargs takes any text for a number. */
export function checkNumbers(argv: Record<string, unknown>): true {
  for (const name of COUNTS) {
    const value = argv[name];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 0))
      throw new UsageError(`--${name}: must be a whole number from 0 on`);
  }
  const { threshold, poll } = argv;
  if (poll !== undefined && !(Number(poll) > 0)) throw new UsageError('--poll: must be a number above 0');
  if (threshold !== undefined && !(Number(threshold) > 0))
    throw new UsageError('--threshold: must be a number above 0, for what lies outside the ROI is 0');
  return true;
}

const SWITCHES = ['--profile', '--prune'];

/** Azure ML writes the value of a boolean input as True or False, yargs reads true and false. */
export function lowerSwitches(args: readonly string[]): string[] {
  return args.map((arg, i) =>
    SWITCHES.includes(args[i - 1]) && /^(true|false)$/i.test(arg) ? arg.toLowerCase() : arg,
  );
}

export const configuration = {
  preset: {
    choices: PRESET_NAMES,
    default: 'lung1' as PresetName,
    description: 'Configuration to start from',
  },
  config: {
    type: 'string',
    requiresArg: true,
    description: 'YAML file laid over the preset (a path or URI)',
  },
  patch: {
    choices: ['preset', '192x192x64', '160x160x64', 'adaptive'] as const,
    default: 'preset',
    description: 'ROI size in voxels; adaptive: chosen for each tumour',
  },
} as const;

const WORKSPACE = 'Azure ML workspace, for "azure", datastores and data assets:';

/** Options of every command: the workspace that the short forms of datastores and data assets mean. */
export const workspaceOptions = {
  subscription: { type: 'string', requiresArg: true, group: WORKSPACE, description: 'Subscription id' },
  group: { type: 'string', requiresArg: true, group: WORKSPACE, description: 'Resource group' },
  workspace: {
    type: 'string',
    requiresArg: true,
    group: WORKSPACE,
    description: 'Name; what is not given is taken from AZURE_*, in a job AZUREML_ARM_*, or config.json',
  },
} as const satisfies Options;

export const workers = {
  workers: { ...count('Patients worked on at a time; 0 chooses by cores and memory'), default: 0 },
} as const;
export const prune = {
  prune: {
    type: 'boolean',
    default: false,
    description:
      'Delete what swinprep wrote for patients that are gone or, of ROIs, excluded now; files it did not write are left',
  },
} as const;
export const memoryLimit = {
  'memory-limit': {
    type: 'string',
    requiresArg: true,
    default: 'auto',
    description:
      'Memory of the process, such as 4GiB or 1500MB: decides how many workers 0 is, and which patients run side by side; auto: 0.8 of what machine or container has',
  },
} as const;

export const profile = {
  profile: {
    type: 'boolean',
    default: false,
    description:
      'Print where the time went, by stage and patient, and leave profile.json beside the artifact',
  },
} as const;
export const masks = {
  type: 'string',
  requiresArg: true,
  description:
    'Where NIfTI masks lie, by mask.niftiPatterns; for mask.sources with NIFTI (default: the raw data)',
} as const;
export const maxExcluded = {
  'max-excluded': count(
    'Exit with 2 when more patients than this are excluded, those left out by a review not counted (default: any number is fine)',
  ),
} as const;

export const previous = {
  previous: {
    type: 'string',
    requiresArg: true,
    description:
      'An earlier split.json, or its folder (a path or URI): whoever it put into train or test stays there',
  },
} as const;

export const freezeStats = {
  'freeze-stats': {
    type: 'string',
    requiresArg: true,
    description:
      "A release's dataset_pass1_stats.json, or its folder (a path or URI): its normalisation constants and box sizes are used; last: those kept in --state; none: the cohort's own (default)",
  },
} as const;

export const review = {
  review: {
    type: 'string',
    requiresArg: true,
    description:
      'A review.csv, or its folder (a path or URI): patients whom it excludes are left out, flags of those it accepts count as seen; none: nobody has looked (default)',
  },
} as const;

export const state = {
  state: {
    type: 'string',
    requiresArg: true,
    description:
      'Where runs keep split.json and dataset_pass1_stats.json for the next (a path or URI), so that nobody changes sides; none: nowhere (default)',
  },
} as const;
