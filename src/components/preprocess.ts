import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunEvent, type RunResult, runPipeline } from '../azureml/local-run.ts';
import { planPipeline } from '../azureml/plan.ts';
import { parseClinical } from '../dataset/clinical.ts';
import { displayUri, joinUri, parseLocation } from '../storage/location.ts';
import { readObject } from '../storage/open.ts';
import { type ConfigOptions, readConfig } from './configuration.ts';

/** The default pipeline, as it is submitted to Azure ML. */
export const DEFAULT_PIPELINE = fileURLToPath(new URL('../../pipelines/preprocess.yml', import.meta.url));

/** The built command line that the components' commands run. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface PipelineRunOptions {
  readonly pipeline: string;
  readonly set: Readonly<Record<string, string>>;
  readonly artifacts: string;
  readonly onEvent: (event: RunEvent) => void;
}

/** Plans a pipeline, checking all of it, then runs it on this machine. */
export async function runPipelineFile({
  pipeline,
  set,
  artifacts,
  onEvent,
}: PipelineRunOptions): Promise<RunResult> {
  const plan = await planPipeline(pipeline, { set, artifactsDir: artifacts });
  return runPipeline(plan, { cli: CLI, onEvent });
}

export interface PreprocessOptions extends ConfigOptions {
  readonly raw: string;
  readonly clinical: string;
  /** A folder or blob prefix: volumes go under `interim` and `roi` in it. */
  readonly out: string;
  readonly workers: number;
  readonly artifacts?: string | undefined;
  readonly onEvent: (event: RunEvent) => void;
}

export interface PreprocessResult {
  readonly run: RunResult;
  readonly interim: string;
  readonly roi: string;
  readonly artifacts: string;
  /** Folder of `manifest.json`. */
  readonly manifest: string;
}

/** Finds a wrong configuration or clinical table before the hours that convert may take, not after them. */
async function checkInputs(options: PreprocessOptions): Promise<void> {
  const { split } = await readConfig(options);
  parseClinical(displayUri(options.clinical), await readObject(options.clinical), split);
}

/** Runs the default pipeline over a cohort. */
export async function preprocess(options: PreprocessOptions): Promise<PreprocessResult> {
  await checkInputs(options);
  const { raw, clinical, out, config, patch } = options;
  const interim = joinUri(out, 'interim');
  const roi = joinUri(out, 'roi');
  const location = parseLocation(out);
  const artifacts =
    options.artifacts ??
    (location.kind === 'folder' ? join(location.path, 'artifacts') : 'swinprep-artifacts');
  const set = {
    raw,
    clinical,
    interim,
    roi,
    preset: options.preset,
    workers: String(options.workers),
    ...(config === undefined ? {} : { config }),
    ...(patch === undefined ? {} : { patch }),
  };
  const run = await runPipelineFile({ pipeline: DEFAULT_PIPELINE, set, artifacts, onEvent: options.onEvent });
  return { run, interim, roi, artifacts, manifest: join(artifacts, 'pass2_write', 'manifest') };
}
