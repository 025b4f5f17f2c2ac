import type { Argv } from 'yargs';
import type { WorkspaceOptions } from '../../azureml/arm/find-workspace.ts';
import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { tooManyExcluded } from '../../azureml/local/exit-code.ts';
import type { TakenAssets } from '../../azureml/taken-assets.ts';
import { trackingChoice } from '../../mlflow/choice.ts';
import type { StepOptions } from '../../mlflow/step-values.ts';
import type { TakenAsset } from '../../records/data-assets.ts';
import { REVIEW_CODE } from '../../records/review.ts';
import type { Report, StepSummary } from '../../runner/report.ts';
import { stepLines } from '../lines/closing.ts';
import { profileLines } from '../lines/profile.ts';

/** What a command has round it. */
export interface Surroundings {
  readonly report: Report;
  /** Looks up datastores and data assets in the workspace that the options name. */
  readonly resolveUri: ResolveUri;
  /** Which places are data assets. */
  readonly assetPlaces: TakenAssets;
  /** The data assets that have been taken, by option; those that a list of raw data names once they are looked up. */
  readonly dataAssets: () => readonly TakenAsset[];
  /** Takes the exit code. */
  readonly end: (exitCode: number) => void;
}

/** Adds commands to the command line. `around` is to be called when one of them runs: the workspace is known only then. */
export type AddCommand = (y: Argv<WorkspaceOptions>, around: () => Surroundings) => Argv<WorkspaceOptions>;

/** Prints a line of the result. */
export const say = (line: string): void => console.log(line);
/** Prints a line beside the result, to stderr. */
export const tell = (line: string): void => console.error(line);

interface ClosingOptions extends StepOptions {
  readonly maxExcluded?: number | undefined;
  readonly profile?: boolean | undefined;
}

/** Says how a step ended and where its time went, and logs it where a server is named for that. Returns the exit code. */
export async function closeStep(summary: StepSummary, options: ClosingOptions): Promise<number> {
  const exitCode = sayClosing(summary, options);
  // Rank 0 closes the step, and has what all of them did.
  if (summary.shard === undefined && trackingChoice(process.env) !== 'off') {
    const { logStep } = await import('../../mlflow/log-step.ts');
    await logStep(summary, exitCode, options, { tell });
  }
  return exitCode;
}

function sayClosing(summary: StepSummary, { maxExcluded: most, profile }: ClosingOptions): number {
  for (const line of stepLines(summary)) say(line);
  for (const line of profileLines(summary.profile, profile)) say(line);
  // Whom a review leaves out is left out as was wanted. Rank 0 judges by the patients of all ranks.
  const excluded = summary.excluded.filter(({ code }) => code !== REVIEW_CODE).length;
  if (most === undefined || summary.shard !== undefined || excluded <= most) return 0;
  tell(`${summary.step}: ${excluded} patients are excluded, --max-excluded allows ${most}`);
  return tooManyExcluded;
}
