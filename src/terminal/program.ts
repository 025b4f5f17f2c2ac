import { join } from 'node:path';
import yargs from 'yargs';
import { type ResolveUri, resolveOptions, uriResolver } from '../azureml/arm/resolve-uri.ts';
import { exitCodeOf, type RunEvent, tooManyExcluded } from '../azureml/local/local-run.ts';
import { parseSettings } from '../azureml/yaml/input-value.ts';
import { describeConfig } from '../config/describe.ts';
import { readConfig } from '../config/read.ts';
import { encodeJson } from '../dataset/json.ts';
import { demo } from '../demo/demo.ts';
import { writePhantom } from '../demo/write-phantom.ts';
import { ArmError, messageOf, StorageError, UnfinishedError, UsageError } from '../errors.ts';
import { exportNnunet } from '../layouts/export-nnunet.ts';
import { excludedWithImage, readCohortResult } from '../pipeline/cohort-result.ts';
import { DEFAULT_PIPELINE, preprocess, runPipelineFile } from '../pipeline/preprocess.ts';
import { parseMemoryLimit } from '../runner/memory.ts';
import type { StepSummary } from '../runner/report.ts';
import { shardOf } from '../runner/shard.ts';
import { StepWatch } from '../runner/step-watch.ts';
import { convert } from '../steps/convert/cohort.ts';
import { inspect } from '../steps/inspect/cohort.ts';
import { mapBackPredictions } from '../steps/map-back/cohort.ts';
import { pass1Stats } from '../steps/pass1-stats/cohort.ts';
import { pass2Write } from '../steps/pass2-write/cohort.ts';
import { split } from '../steps/split/cohort.ts';
import { displayUri } from '../storage/location.ts';
import { VERSION } from '../version.ts';
import { cohortLines, cohortTable, mappedLines, nnunetLines, stepLines } from './lines/closing.ts';
import { inspectionLines } from './lines/inspection.ts';
import { profileLines } from './lines/profile.ts';
import { progressReport } from './lines/progress.ts';
import {
  COMPONENT_OPTIONS,
  demoOptions,
  inspectOptions,
  mapBackOptions,
  nnunetOptions,
  phantomOptions,
  preprocessOptions,
  runOptions,
  shardOptions,
} from './options/options.ts';
import {
  checkNumbers,
  configuration,
  lowerSwitches,
  URI_FORMS,
  workspaceOptions,
} from './options/shared-options.ts';

const say = (line: string): void => console.log(line);

const EXIT_CODES =
  'Exit codes: 0 all well, 2 finished with more patients excluded than --max-excluded, 1 failed.';

interface ClosingOptions {
  readonly maxExcluded?: number | undefined;
  readonly profile?: boolean | undefined;
}

/** Says how a step ended and where its time went. */
function closeStep(summary: StepSummary, { maxExcluded: most, profile }: ClosingOptions): number {
  for (const line of stepLines(summary)) say(line);
  for (const line of profileLines(summary.profile, profile)) say(line);
  // Rank 0 judges by the patients of all ranks.
  if (most === undefined || summary.shard !== undefined || summary.excluded.length <= most) return 0;
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

/** Runs a command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const report = progressReport();
  let resolveUri: ResolveUri | undefined;
  const program = yargs(lowerSwitches(args))
    .scriptName('swinprep')
    .usage('$0 COMMAND\n\nRaw CT studies with tumour contours in, model-ready tumour ROIs out.')
    // First in --help, before the workspace.
    .group(['help', 'version'], 'Options:')
    .options(workspaceOptions)
    .middleware(async (argv) => {
      resolveUri = uriResolver(argv);
      Object.assign(argv, await resolveOptions(argv, resolveUri));
    })
    .command(
      'preprocess',
      'Run the default pipeline on a cohort',
      (y) => y.options(preprocessOptions),
      async (argv) => {
        const result = await preprocess({ ...argv, resolveUri, onEvent: announce });
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
      'Run an Azure ML pipeline file on this machine, or the pipeline of a schedule once',
      (y) =>
        y
          .positional('pipeline', {
            type: 'string',
            demandOption: true,
            description: `Pipeline or schedule YAML, such as ${DEFAULT_PIPELINE}`,
          })
          .options(runOptions),
      async (argv) => {
        const run = await runPipelineFile({
          pipeline: argv.pipeline,
          set: { ...parseSettings(argv.set), ...(argv.profile ? { profile: 'true' } : {}) },
          artifacts: argv.artifacts,
          inside: argv.inside,
          resolveUri,
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
      (y) => y.options({ ...COMPONENT_OPTIONS.convert, ...shardOptions }),
      async (argv) => {
        const shard = shardOf(argv.shard);
        exitCode = closeStep(
          await convert({
            ...argv,
            memoryLimit: parseMemoryLimit(argv.memoryLimit),
            shard,
            resolveUri,
            report,
          }),
          argv,
        );
      },
    )
    .command(
      'split',
      'Component: patients to train and test',
      (y) => y.options(COMPONENT_OPTIONS.split),
      async (argv) => {
        const { rank, ranks } = shardOf(undefined);
        if (rank > 0) say(`split: rank 0 of ${ranks} does it, this is rank ${rank}`);
        else exitCode = closeStep(await split(argv), argv);
      },
    )
    .command(
      'pass1-stats',
      'Component: constants of the data set',
      (y) => y.options({ ...COMPONENT_OPTIONS['pass1-stats'], ...shardOptions }),
      async (argv) => {
        const shard = shardOf(argv.shard);
        exitCode = closeStep(
          await pass1Stats({ ...argv, memoryLimit: parseMemoryLimit(argv.memoryLimit), shard, report }),
          argv,
        );
      },
    )
    .command(
      'pass2-write',
      'Component: the ROI set and its manifest',
      (y) => y.options({ ...COMPONENT_OPTIONS['pass2-write'], ...shardOptions }),
      async (argv) => {
        const shard = shardOf(argv.shard);
        exitCode = closeStep(
          await pass2Write({ ...argv, memoryLimit: parseMemoryLimit(argv.memoryLimit), shard, report }),
          argv,
        );
      },
    )
    .command('export', 'The ROI set in the layout of another program', (y) =>
      y
        .command(
          'nnunet',
          'nnU-Net v2: images and labels, dataset.json, splits_final.json',
          (nnunet) => nnunet.options(nnunetOptions),
          async (argv) => {
            for (const line of nnunetLines(await exportNnunet(argv))) say(line);
          },
        )
        .demandCommand(1, 1, 'Give a layout: export nnunet.'),
    )
    .command(
      'inspect <uri>',
      'Show what is in a cohort or a patient and what convert would do, from headers alone',
      (y) =>
        y
          .positional('uri', {
            type: 'string',
            demandOption: true,
            description: `Cohort (PATIENT/ or PATIENT.zip below it, or a table patient_id,ct,mask) or one patient (a folder of DICOM files, a .zip): ${URI_FORMS}`,
          })
          .options(inspectOptions),
      async (argv) => {
        const watch = new StepWatch('inspect');
        const found = await inspect({
          ...argv,
          memoryLimit: parseMemoryLimit(argv.memoryLimit),
          resolveUri,
          report,
          watch,
        });
        if (argv.json) say(new TextDecoder().decode(encodeJson(found)).trimEnd());
        else for (const line of inspectionLines(found)) say(line);
        // Beside the findings, which may go into a file.
        for (const line of profileLines(watch.read(), argv.profile)) console.error(line);
      },
    )
    .command(
      'map-back',
      'Label or probability maps from ROIs onto the original CT grid',
      (y) => y.options(mapBackOptions),
      async (argv) => {
        const { threshold, channel, compare } = argv;
        const watch = new StepWatch('map-back');
        const done = await mapBackPredictions({
          ...argv,
          memoryLimit: parseMemoryLimit(argv.memoryLimit),
          threshold,
          channel,
          compare,
          report,
          watch,
        });
        const profile = watch.read();
        if ('step' in done) exitCode = closeStep({ ...done, profile }, argv);
        else
          for (const line of [
            ...mappedLines(done, displayUri(argv.out)),
            ...profileLines(profile, argv.profile),
          ])
            say(line);
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
    .command(
      'azure',
      'Azure ML: check files, register, submit, watch, schedule, estimate costs',
      async (y) => {
        // Imported only now: every worker starts this program, and the packages behind it take time to load.
        const [{ azureCommands }, { estimateCommand }] = await Promise.all([
          import('./commands/azure.ts'),
          import('./commands/estimate.ts'),
        ]);
        const others = azureCommands(y, (code) => {
          exitCode = code;
        });
        return estimateCommand(others, say);
      },
    )
    .demandCommand(1, 1, 'Give a command; --help lists them.')
    .strict()
    .check(checkNumbers)
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
    const expected = [UsageError, StorageError, UnfinishedError, ArmError].some(
      (kind) => thrown instanceof kind,
    );
    console.error(expected ? `swinprep: ${messageOf(thrown)}` : thrown);
    return 1;
  }
}
