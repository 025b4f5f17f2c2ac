import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { dataAssetSchema, environmentSchema } from './asset.ts';
import { bindJobs, bindWithin } from './bindings/bind-jobs.ts';
import { nestedPipeline } from './bindings/nested-pipeline.ts';
import { readComponent, valuesNotKnown } from './component.ts';
import { withKnownPorts } from './components-at-hand.ts';
import { resolveInputs } from './input-value.ts';
import { readParallelComponent } from './jobs/parallel-job.ts';
import { readSparkComponent } from './jobs/spark-job.ts';
import { type PartialPipelineJob, type PipelineNode, readNested, readPipeline } from './pipeline.ts';
import { lintedValues } from './remote-values.ts';
import { readSchedule } from './schedule.ts';
import { condaFile, type JobEnvironment } from './settings/environment.ts';
import { type Report, readYaml } from './yaml-file.ts';

/** Kinds of Azure ML files, by the file name of the schema that `$schema` names. */
const KINDS = {
  'commandComponent.schema.json': 'component',
  'parallelComponent.schema.json': 'parallel component',
  'sparkComponent.schema.json': 'Spark component',
  'pipelineComponent.schema.json': 'pipeline component',
  'pipelineJob.schema.json': 'pipeline',
  'schedule.schema.json': 'schedule',
  'environment.schema.json': 'environment',
  'data.schema.json': 'data asset',
} as const;

export type AzureFileKind = (typeof KINDS)[keyof typeof KINDS];

export interface LintResult {
  /** Files that were checked, with what they are. */
  readonly checked: readonly { readonly file: string; readonly kind: AzureFileKind }[];
  /** One line each, with file and key. */
  readonly problems: readonly string[];
  /** What could not be checked, one line each, with file and job. */
  readonly unchecked: readonly string[];
}

/** Every YAML file in some folders, sorted. */
export async function yamlFilesIn(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && /\.ya?ml$/.test(entry.name)) files.push(path.join(entry.parentPath, entry.name));
    }
  }
  return files.sort();
}

/** What an Azure ML file is, by its `$schema`; otherwise a problem is reported. */
export async function kindOf(file: string, report: Report): Promise<AzureFileKind | undefined> {
  const content = await readYaml(file, z.looseObject({ $schema: z.string().optional() }), report);
  if (content === undefined) return undefined;
  const schema = content.$schema?.split('/').at(-1) ?? '';
  if (Object.hasOwn(KINDS, schema)) return KINDS[schema as keyof typeof KINDS];
  report(
    `${file}: ${content.$schema === undefined ? 'has no $schema' : `the $schema ${content.$schema} is not known`}; name one of ${Object.keys(KINDS).join(', ')}`,
  );
  return undefined;
}

/**
 * Checks Azure ML files as far as can be done without Azure: keys and values, names, commands, every binding and its
 * type, triggers. azure-ai-ml itself looks at none of the bindings. Files that a pipeline hands to its jobs are passed
 * over. Placeholders such as `<account>` may stand in values.
 */
export async function lintFiles(files: readonly string[]): Promise<LintResult> {
  const problems = new Set<string>();
  const checked: { file: string; kind: AzureFileKind }[] = [];
  const unchecked: string[] = [];
  const undecided: { file: string; problems: string[] }[] = [];
  const handed = new Set<string>();
  for (const file of files) {
    const unclear: string[] = [];
    const kind = await kindOf(file, (problem) => unclear.push(problem));
    if (kind === undefined) undecided.push({ file, problems: unclear });
    else {
      checked.push({ file, kind });
      const pipeline = await lintFile(
        file,
        kind,
        (problem) => problems.add(problem),
        (line) => unchecked.push(`${file}: ${line}`),
      );
      for (const place of filesHanded(pipeline)) handed.add(place);
      for (const line of uncheckedIn(pipeline)) unchecked.push(`${file}: ${line}`);
    }
  }
  for (const { file, problems: unclear } of undecided) {
    if (handed.has(path.resolve(file))) continue;
    for (const problem of unclear) problems.add(problem);
  }
  return { checked, problems: [...problems], unchecked };
}

/** Checks one file; what it leaves unchecked goes to `leave`. Gives the pipeline that it is or starts. */
async function lintFile(
  file: string,
  kind: AzureFileKind,
  report: Report,
  leave: Report,
): Promise<PartialPipelineJob | undefined> {
  switch (kind) {
    case 'component': {
      const component = await readComponent(file, report);
      for (const line of component === undefined ? [] : valuesNotKnown(component)) leave(line);
      return undefined;
    }
    case 'parallel component':
      await readParallelComponent(file, report);
      return undefined;
    case 'Spark component':
      await readSparkComponent(file, report);
      return undefined;
    case 'pipeline component': {
      const component = await readNested(file, report);
      const pipeline = component && nestedPipeline(component);
      const fail: Report = (problem) => report(`${file}: ${problem}`);
      if (component) await bindWithin(component, { reader: lintedValues, artifactPath }, fail);
      return pipeline;
    }
    case 'environment':
      await readYaml(file, environmentSchema, report);
      return undefined;
    case 'data asset':
      await readYaml(file, dataAssetSchema, report);
      return undefined;
    case 'schedule': {
      const started = (await readSchedule(file, report))?.pipeline;
      const pipeline = started && (await withKnownPorts(started));
      await lintBindings(file, pipeline, report);
      return pipeline;
    }
    case 'pipeline': {
      const read = await readPipeline(file, report);
      const pipeline = read && (await withKnownPorts(read));
      await lintBindings(file, pipeline, report);
      return pipeline;
    }
  }
}

async function lintBindings(
  file: string,
  pipeline: PartialPipelineJob | undefined,
  report: Report,
): Promise<void> {
  if (pipeline === undefined) return;
  const fail: Report = (problem) => report(`${file}: ${problem}`);
  const inputs = await resolveInputs(pipeline, {}, path.dirname(pipeline.file), fail, lintedValues);
  await bindJobs({ pipeline, inputs, reader: lintedValues, artifactPath }, fail);
  const written = Object.values(pipeline.jobs).map((node) => node?.written);
  const used = new Set(JSON.stringify(written).match(/(?<=\$\{\{parent\.inputs\.)\w+(?=\}\})/g));
  const unused = Object.keys(pipeline.inputs).filter((name) => !used.has(name));
  const complete = Object.values(pipeline.jobs).every((node) => node !== null);
  if (complete) for (const name of unused) fail(`inputs.${name}: no job is bound to it`);
  if (pipeline.settings.default_compute !== undefined) return;
  for (const [job, node] of Object.entries(pipeline.jobs)) {
    if (node !== null && needsCompute(node) && pipeline.compute === undefined)
      fail(`jobs.${job}: has no compute, and settings.default_compute is not set`);
  }
}

/**
 * Jobs within a pipeline component have compute of their own, and serverless Spark has resources in its place; what a job
 * of an unknown type needs is not known.
 */
function needsCompute(node: PipelineNode): boolean {
  if (node.compute !== undefined || node.kind === 'pipeline' || node.kind === 'other') return false;
  return node.kind !== 'spark' || node.resources === undefined;
}

function artifactPath(job: string, output: string): string {
  return `${job}/${output}`;
}

/** Files that a pipeline names and that are none of Azure ML's own: inputs, and what environments are made of. */
function condaFilesOf(node: PipelineNode | null, file: string): string[] {
  const conda = (environment: JobEnvironment | undefined, of: string): string[] => {
    const place = environment && condaFile(environment, of);
    return place === undefined ? [] : [place];
  };
  switch (node?.kind) {
    case 'component':
      return conda(node.component.environment, node.component.file);
    case 'command':
      return conda(node.environment, file);
    case 'sweep':
      return 'file' in node.trial ? conda(node.trial.environment, node.trial.file) : [];
    case 'parallel':
      return node.component === undefined ? conda(node.task?.environment, file) : [];
    case 'spark':
      return node.component === undefined ? conda(node.environment, file) : [];
    default:
      return [];
  }
}

function uncheckedIn(pipeline: PartialPipelineJob | undefined): string[] {
  return Object.entries(pipeline?.jobs ?? {}).flatMap(([name, node]) =>
    (node?.unchecked ?? []).map((line) => `jobs.${name}: ${line}`),
  );
}

function filesHanded(pipeline: PartialPipelineJob | undefined): string[] {
  if (pipeline === undefined) return [];
  const values = [
    ...Object.values(pipeline.inputs),
    ...Object.values(pipeline.jobs).flatMap((node) => (node === null ? [] : Object.values(node.inputs))),
  ];
  const conda = Object.values(pipeline.jobs).flatMap((node) => condaFilesOf(node, pipeline.file));
  const data = values.flatMap((value) =>
    typeof value === 'object' ? [path.resolve(path.dirname(pipeline.file), value.path)] : [],
  );
  return [...data, ...conda];
}
