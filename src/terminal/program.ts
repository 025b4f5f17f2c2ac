import { join } from 'node:path';
import yargs, { type Argv } from 'yargs';
import { parseSettings } from '../azureml/input-value.ts';
import { exitCodeOf, type RunEvent, tooManyExcluded } from '../azureml/local-run.ts';
import { excludedWithImage, readCohortResult } from '../components/cohort-result.ts';
import { readConfig } from '../components/configuration.ts';
import { convert } from '../components/convert.ts';
import { demo } from '../components/demo.ts';
import { pass1Stats } from '../components/pass1-stats.ts';
import { pass2Write } from '../components/pass2-write.ts';
import { writePhantom } from '../components/phantom.ts';
import { DEFAULT_PIPELINE, preprocess, runPipelineFile } from '../components/preprocess.ts';
import type { StepSummary } from '../components/report.ts';
import { split } from '../components/split.ts';
import { describeConfig } from '../config/describe.ts';
import { PRESET_NAMES, type PresetName } from '../config/presets.ts';
import { StorageError, UnfinishedError, UsageError } from '../errors.ts';
import { displayUri } from '../storage/location.ts';
import { VERSION } from '../version.ts';
import { cohortLines, cohortTable, stepLines } from './closing.ts';
import { progressReport } from './progress.ts';

const say = (line: string): void => console.log(line);

const EXIT_CODES =
  'Exit codes: 0 all well, 2 finished with more patients excluded than --max-excluded, 1 failed.';

const URI_FORMS =
  'a local path, https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX, wasbs://..., abfss://... or an Azurite URL';

type Options = Parameters<Argv['options']>[0];

const uri = (description: string) =>
  ({ type: 'string', demandOption: true, requiresArg: true, description }) as const;
const folder = (description: string) =>
  ({ type: 'string', demandOption: true, requiresArg: true, description }) as const;
const count = (description: string) => ({ type: 'number', requiresArg: true, description }) as const;

const COUNTS = ['workers', 'max-excluded', 'patients', 'seed', 'full'];

/** yargs takes any text for a number. */
function checkCounts(argv: Record<string, unknown>): true {
  for (const name of COUNTS) {
    const value = argv[name];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 0))
      throw new UsageError(`--${name}: must be a whole number from 0 on`);
  }
  return true;
}

const configuration = {
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
    choices: ['preset', '192x192x64', '160x160x64'] as const,
    default: 'preset',
    description: 'ROI size in voxels',
  },
} as const;

const workers = {
  workers: { ...count('Patients worked on at a time; 0 chooses by cores and memory'), default: 0 },
} as const;
const maxExcluded = {
  'max-excluded': count(
    'Exit with 2 when more patients than this are excluded (default: any number is fine)',
  ),
} as const;

/** The options of each component; a test holds them equal to components/STEP/component.yml. */
export const COMPONENT_OPTIONS = {
  convert: {
    raw: uri(`Raw data, PATIENT/ or PATIENT.zip below it: ${URI_FORMS}`),
    interim: uri('Where PATIENT/{ct.nii.gz,tumor.nii.gz,case.json} are written'),
    cases: folder('Folder for the cases.json artifact'),
    ...configuration,
    ...workers,
    ...maxExcluded,
  },
  split: {
    cases: folder('Folder of the cases.json artifact'),
    clinical: uri('Clinical CSV with a row a patient'),
    split: folder('Folder for the split.json artifact'),
    ...maxExcluded,
  },
  'pass1-stats': {
    cases: folder('Folder of the cases.json artifact'),
    split: folder('Folder of the split.json artifact'),
    interim: uri('Where convert wrote the volumes'),
    stats: folder('Folder for the dataset_pass1_stats.json artifact'),
    ...workers,
    ...maxExcluded,
  },
  'pass2-write': {
    cases: folder('Folder of the cases.json artifact'),
    split: folder('Folder of the split.json artifact'),
    stats: folder('Folder of the dataset_pass1_stats.json artifact'),
    interim: uri('Where convert wrote the volumes'),
    roi: uri('Where PATIENT/{ct_roi_norm.nii.gz,tumor_roi.nii.gz,...,meta.json} are written'),
    manifest: folder('Folder for the manifest.json artifact'),
    ...workers,
    ...maxExcluded,
  },
} as const satisfies Record<string, Options>;

function closeStep(summary: StepSummary, most: number | undefined): number {
  for (const line of stepLines(summary)) say(line);
  if (most === undefined || summary.excluded.length <= most) return 0;
  console.error(
    `${summary.step}: ${summary.excluded.length} patients are excluded, --max-excluded allows ${most}`,
  );
  return tooManyExcluded;
}

function announce(event: RunEvent): void {
  if (event.type === 'job-started') console.error(`--- ${event.job}`);
  else if (event.state !== 'Completed')
    console.error(`--- ${event.job}: ${event.state}${event.error === undefined ? '' : `: ${event.error}`}`);
}

const cohort = {
  raw: uri(`Raw data, PATIENT/ or PATIENT.zip below it: ${URI_FORMS}`),
  clinical: uri('Clinical CSV with a row a patient'),
} as const;

const runOptions = {
  set: {
    type: 'string',
    array: true,
    requiresArg: true,
    nargs: 1,
    default: [] as string[],
    description: 'Value of a pipeline input: NAME=VALUE, repeatable',
  },
  artifacts: folder('Folder for the artifacts: JOB/OUTPUT/ below it'),
} as const;

const preprocessOptions = {
  ...cohort,
  out: uri('Where the outputs go: volumes under interim/ and roi/'),
  ...configuration,
  artifacts: {
    type: 'string',
    requiresArg: true,
    description: 'Folder for the artifacts (default: OUT/artifacts where OUT is a folder)',
  },
  ...workers,
  ...maxExcluded,
} as const;

const demoOptions = {
  raw: {
    ...cohort.raw,
    demandOption: false,
    description: 'Real raw data, uploaded to the embedded Azurite in place of the synthetic cohort',
  },
  clinical: { ...cohort.clinical, demandOption: false },
  patients: { ...count('Patients of the synthetic cohort'), default: 12 },
  out: {
    type: 'string',
    default: 'demo-output',
    requiresArg: true,
    description: 'Folder for the result; artifacts/ and roi/ in it are replaced',
  },
  ...configuration,
  ...workers,
} as const;

const phantomOptions = {
  patients: { ...count('How many patients'), demandOption: true },
  out: uri('Where raw/PATIENT/... and clinical.csv are written'),
  seed: { ...count('Seed of the cohort'), default: 1 },
  full: count('How many of the first patients get full 512x512 slices (default 2)'),
} as const;

/** Runs a command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const report = progressReport();
  const program = yargs(args)
    .scriptName('swinprep')
    .usage('$0 COMMAND\n\nRaw CT studies with tumour contours in, model-ready tumour ROIs out.')
    .command(
      'preprocess',
      'Run the default pipeline on a cohort',
      (y) => y.options(preprocessOptions),
      async (argv) => {
        const result = await preprocess({ ...argv, onEvent: announce });
        exitCode = exitCodeOf(result.run);
        if (result.run.state !== 'Completed') return;
        const found = await readCohortResult(result.manifest);
        const places = {
          volumes: displayUri(result.interim),
          rois: displayUri(result.roi),
          artifacts: result.artifacts,
          manifest: join(result.manifest, 'manifest.json'),
        };
        for (const line of ['', ...cohortLines(found, places)]) say(line);
        const excluded = excludedWithImage(found);
        if (argv.maxExcluded !== undefined && excluded > argv.maxExcluded) {
          console.error(`${excluded} patients are excluded, --max-excluded allows ${argv.maxExcluded}`);
          exitCode = tooManyExcluded;
        }
      },
    )
    .command(
      'run <pipeline>',
      'Run an Azure ML pipeline file on this machine',
      (y) =>
        y
          .positional('pipeline', {
            type: 'string',
            demandOption: true,
            description: `Pipeline YAML, such as ${DEFAULT_PIPELINE}`,
          })
          .options(runOptions),
      async (argv) => {
        const run = await runPipelineFile({
          pipeline: argv.pipeline,
          set: parseSettings(argv.set),
          artifacts: argv.artifacts,
          onEvent: announce,
        });
        for (const job of run.jobs) say(`${job.job}: ${job.state}`);
        say(`artifacts: ${argv.artifacts}`);
        exitCode = exitCodeOf(run);
      },
    )
    .command(
      'convert',
      'Component: raw DICOM to CT volume and tumour mask',
      (y) => y.options(COMPONENT_OPTIONS.convert),
      async (argv) => {
        exitCode = closeStep(await convert({ ...argv, report }), argv.maxExcluded);
      },
    )
    .command(
      'split',
      'Component: patients to train and test',
      (y) => y.options(COMPONENT_OPTIONS.split),
      async (argv) => {
        exitCode = closeStep(await split(argv), argv.maxExcluded);
      },
    )
    .command(
      'pass1-stats',
      'Component: constants of the data set',
      (y) => y.options(COMPONENT_OPTIONS['pass1-stats']),
      async (argv) => {
        exitCode = closeStep(await pass1Stats({ ...argv, report }), argv.maxExcluded);
      },
    )
    .command(
      'pass2-write',
      'Component: the ROI set and its manifest',
      (y) => y.options(COMPONENT_OPTIONS['pass2-write']),
      async (argv) => {
        exitCode = closeStep(await pass2Write({ ...argv, report }), argv.maxExcluded);
      },
    )
    .command(
      'config',
      'Print the configuration as YAML, every key explained',
      (y) => y.options(configuration),
      async (argv) => say(describeConfig(await readConfig(argv)).trimEnd()),
    )
    .command(
      'phantom',
      'Write a synthetic chest CT cohort as DICOM',
      (y) => y.options(phantomOptions),
      async (argv) => {
        const { full } = argv;
        const written = await writePhantom(argv.out, {
          patients: argv.patients,
          seed: argv.seed,
          ...(full === undefined ? {} : { full }),
        });
        say(
          `phantom: ${argv.patients} patients, ${written.files} files, ${(written.bytes / 1e6).toFixed(0)} MB in ${displayUri(argv.out)}`,
        );
      },
    )
    .command(
      'demo',
      'Run the default pipeline on an embedded Azurite',
      (y) => y.options(demoOptions),
      async (argv) => {
        const result = await demo({ ...argv, say, onEvent: announce });
        exitCode = result.exitCode;
        if (result.cohort === undefined) return;
        const places = {
          rois: join(argv.out, 'roi'),
          artifacts: join(argv.out, 'artifacts'),
          'contact sheet': join(argv.out, 'contact_sheet.png'),
        };
        for (const line of ['', cohortTable(result.cohort), '', ...cohortLines(result.cohort, places)])
          say(line);
      },
    )
    .demandCommand(1, 1, 'Give a command; --help lists them.')
    .strict()
    .check(checkCounts)
    .recommendCommands()
    .version(VERSION)
    .help()
    .epilogue(EXIT_CODES)
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(`${message}\nRun with --help for the options.`);
    });
  try {
    await program.parseAsync();
    return exitCode;
  } catch (thrown) {
    const expected =
      thrown instanceof UsageError || thrown instanceof StorageError || thrown instanceof UnfinishedError;
    console.error(expected ? `swinprep: ${thrown.message}` : thrown);
    return 1;
  }
}
