import { fileURLToPath } from 'node:url';
import type { ResolveUri } from '../azureml/arm/resolve-uri.ts';
import { type RunEvent, type RunResult, runPipeline } from '../azureml/local/local-run.ts';
import { planPipeline } from '../azureml/local/plan.ts';
import type { TakenAssets } from '../azureml/taken-assets.ts';
import { type ConfigOptions, readConfig } from '../config/read-config.ts';
import { trackingChoice } from '../mlflow/choice.ts';
import { assertGzipEngine } from '../nifti/gzip-engine.ts';
import { caseNamingOf } from '../privacy/case-id.ts';
import { parseMemoryLimit } from '../runner/worker-count.ts';
import { readReview } from '../steps/convert/review.ts';
import { readFrozen } from '../steps/pass1-stats/frozen-constants.ts';
import { readClinical } from '../steps/split/clinical.ts';
import { earlierSplit } from '../steps/split/kept-for-next-run.ts';
import { previousFile } from '../steps/split/pinned-sides.ts';
import { displayUri } from '../storage/location.ts';
import { readObject } from '../storage/open.ts';
import { DEFAULT_PIPELINE, type OutputPlaces, outputPlaces } from './places.ts';

/** The built command line that the components' commands run. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A process that does several of its commands. */
const STEP_PROCESS = fileURLToPath(new URL('../../dist/step-process.js', import.meta.url));

export interface PipelineRunOptions {
  readonly pipeline: string;
  readonly set: Readonly<Record<string, string>>;
  readonly artifacts: string;
  /** Runs each job's command elsewhere; see RunOptions. */
  readonly inside?: string | undefined;
  /** Looks datastores and data assets up. */
  readonly resolveUri?: ResolveUri | undefined;
  /** Which of the places are data assets. */
  readonly assetPlaces?: TakenAssets | undefined;
  readonly onEvent: (event: RunEvent) => void;
  /** Takes a line for standard error. */
  readonly tell: (line: string) => void;
}

/**
 * Plans a pipeline, checking all of it, then runs it on this machine; where an MLflow server is named, the steps log there
 * under a run of the whole, which is called `name`.
 */
export async function runPipelineFile(
  { pipeline, set, artifacts, inside, resolveUri, assetPlaces, onEvent, tell }: PipelineRunOptions,
  name = 'pipeline',
): Promise<RunResult> {
  const elsewhere = inside !== undefined;
  const plan = await planPipeline(pipeline, {
    set,
    artifactsDir: artifacts,
    resolveUri,
    assetPlaces,
    elsewhere,
  });
  const run = () => runPipeline(plan, { cli: CLI, stepProcess: STEP_PROCESS, onEvent, inside });
  if (trackingChoice(process.env) === 'off') return run();
  const { withParentRun } = await import('../mlflow/parent-run.ts');
  return withParentRun({ name, tell, endingOf: ({ state }) => ENDINGS[state] }, run);
}

/** States of a run in the words of MLflow. */
const ENDINGS = { Completed: 'FINISHED', Failed: 'FAILED', Canceled: 'KILLED' } as const;

export interface PreprocessOptions extends ConfigOptions {
  readonly raw: string;
  readonly clinical: string;
  /** A folder or blob prefix: volumes go under `interim` and `roi` in it. */
  readonly out: string;
  /** An earlier split.json, or its folder: whoever it assigned keeps the side. */
  readonly previous?: string | undefined;
  /** A release's dataset_pass1_stats.json, or its folder: its constants are used. */
  readonly freezeStats?: string | undefined;
  /** Where runs leave their split and statistics for the next. */
  readonly state?: string | undefined;
  /** A review.csv, or its folder, whose decisions are obeyed. */
  readonly review?: string | undefined;
  readonly workers: number;
  /** Delete what was made of patients that are gone, and the ROIs of those excluded now. */
  readonly prune?: boolean | undefined;
  /** Of each step, such as `4GiB`; `auto`: by the machine. */
  readonly memoryLimit?: string | undefined;
  /** Leave `profile.json` beside each artifact. */
  readonly profile?: boolean | undefined;
  readonly artifacts?: string | undefined;
  /** Looks datastores and data assets up. */
  readonly resolveUri?: ResolveUri | undefined;
  /** Which of the places are data assets. */
  readonly assetPlaces?: TakenAssets | undefined;
  readonly onEvent: (event: RunEvent) => void;
  /** Takes a line for standard error. */
  readonly tell: (line: string) => void;
}

export interface PreprocessResult extends OutputPlaces {
  readonly run: RunResult;
}

/** Finds a wrong configuration, clinical table, earlier split, frozen constants or review, or an absent igzip, before the hours that convert may take, not after them. */
async function checkInputs(options: PreprocessOptions): Promise<void> {
  parseMemoryLimit(options.memoryLimit ?? 'auto');
  const config = await readConfig(options);
  await assertGzipEngine(config);
  await readClinical(displayUri(options.clinical), await readObject(options.clinical), config.split);
  await earlierSplit(options, caseNamingOf(config));
  await readFrozen(options.freezeStats, options.state, config);
  await readReview(options.review, config);
}

/** Runs the default pipeline over a cohort. */
export async function preprocess(options: PreprocessOptions): Promise<PreprocessResult> {
  await checkInputs(options);
  const { raw, clinical, out, config, patch, freezeStats, state, review } = options;
  const places = outputPlaces(out, options.artifacts);
  const { interim, roi, artifacts } = places;
  const previous = options.previous === undefined ? undefined : previousFile(options.previous);
  const earlier = options.assetPlaces?.of(options.previous ?? '');
  if (previous !== undefined && earlier !== undefined) options.assetPlaces?.add(previous, earlier);
  const set = {
    raw,
    clinical,
    interim,
    roi,
    preset: options.preset,
    workers: String(options.workers),
    prune: String(options.prune ?? false),
    memory_limit: options.memoryLimit ?? 'auto',
    profile: String(options.profile ?? false),
    ...(config === undefined ? {} : { config }),
    ...(previous === undefined ? {} : { previous }),
    ...(patch === undefined ? {} : { patch }),
    ...(state === undefined ? {} : { state }),
    ...(freezeStats === undefined ? {} : { freeze_stats: freezeStats }),
    ...(review === undefined ? {} : { review }),
  };
  const { resolveUri, assetPlaces, onEvent, tell } = options;
  const file = { pipeline: DEFAULT_PIPELINE, set, artifacts, resolveUri, assetPlaces, onEvent, tell };
  const run = await runPipelineFile(file, 'preprocess');
  return { run, ...places };
}
