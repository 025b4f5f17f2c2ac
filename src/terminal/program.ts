import yargs, { type Argv } from 'yargs';
import type { WorkspaceOptions } from '../azureml/arm/find-workspace.ts';
import { type ResolveUri, uriResolver } from '../azureml/arm/resolve-uri.ts';
import { TakenAssets } from '../azureml/taken-assets.ts';
import { ArmError, messageOf, StorageError, UnfinishedError, UsageError } from '../errors.ts';
import type { TakenAsset } from '../records/data-assets.ts';
import { VERSION } from '../version.ts';
import type { AddCommand, Surroundings } from './commands/command.ts';
import { configCommand } from './commands/config.ts';
import { exportCommand } from './commands/export.ts';
import { inspectCommand } from './commands/inspect.ts';
import { mapBackCommand } from './commands/map-back.ts';
import { phantomCommand } from './commands/phantom.ts';
import { demoCommand, pipelineCommands } from './commands/pipelines.ts';
import { reportCommand } from './commands/report.ts';
import { reviewCommand } from './commands/review.ts';
import { stepCommands } from './commands/steps.ts';
import { progressReport } from './lines/progress.ts';
import { resolveOptions } from './options/place-options.ts';
import { checkNumbers, checkOnce, lowerSwitches, workspaceOptions } from './options/shared-options.ts';

const EXIT_CODES =
  'Exit codes: 0 all well, 2 finished with more patients excluded than --max-excluded, 1 failed.';

const azureCommand: AddCommand = (y, around) =>
  y.command(
    'azure',
    'Azure ML: check files, register, submit, watch, schedule, estimate costs',
    async (azure) => {
      // Imported only now: every step is a process of this program, and the packages behind it take time to load.
      const [{ azureCommands }, { estimateCommand }] = await Promise.all([
        import('./commands/azure.ts'),
        import('./commands/estimate.ts'),
      ]);
      return estimateCommand(azureCommands(azure, (code) => around().end(code)));
    },
  );

/** In the order of --help. */
const COMMANDS: readonly AddCommand[] = [
  pipelineCommands,
  stepCommands,
  reviewCommand,
  exportCommand,
  inspectCommand,
  mapBackCommand,
  reportCommand,
  configCommand,
  phantomCommand,
  demoCommand,
  azureCommand,
];

/** What yargs keeps to itself, as far as it has it. */
interface WithUsage {
  getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage?: () => void } };
}

/**
 * yargs (18.2) renders the help of every command that it runs, for `showHelp` within the command, which none of ours calls. It
 * takes a fifth of the processor time in which a command starts.
 */
function withoutCachedHelp(program: object): void {
  const usage = (program as WithUsage).getInternalMethods?.().getUsageInstance?.();
  if (usage?.cacheHelpMessage !== undefined) usage.cacheHelpMessage = () => {};
}

function addOnce(taken: TakenAsset[], { input, asset }: TakenAsset): void {
  if (!taken.some((other) => other.input === input && other.asset === asset)) taken.push({ input, asset });
}

/** Runs a command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const report = progressReport();
  let resolveUri: ResolveUri = uriResolver();
  const assetPlaces = new TakenAssets(process.env);
  const taken: TakenAsset[] = [];
  const around = (): Surroundings => ({
    report,
    resolveUri,
    assetPlaces,
    dataAssets: () => taken,
    end: (code) => {
      exitCode = code;
    },
  });
  const bare: Argv<WorkspaceOptions> = yargs(lowerSwitches(args))
    .scriptName('swinprep')
    .usage('$0 COMMAND\n\nRaw CT studies with tumour contours in, model-ready tumour ROIs out.')
    // First in --help, before the workspace.
    .group(['help', 'version'], 'Options:')
    .options(workspaceOptions)
    .middleware(async (argv) => {
      const resolver = uriResolver(argv);
      const { options, assets } = await resolveOptions(argv, resolver, assetPlaces);
      Object.assign(argv, options);
      taken.push(...assets);
      // What a command looks up later stands in a list or table of raw data.
      resolveUri = (uri, wish) =>
        resolver(uri, { taken: (asset) => addOnce(taken, { input: 'raw', asset }), ...wish });
    });
  const program = COMMANDS.reduce((y, add) => add(y, around), bare)
    .demandCommand(1, 1, 'Give a command; --help lists them.')
    .strict()
    .check(checkOnce)
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
  withoutCachedHelp(program);
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
