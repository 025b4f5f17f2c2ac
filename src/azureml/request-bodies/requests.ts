import { UsageError } from '../../errors.ts';
import type { Workspace } from '../workspace.ts';
import { type DataAsset, dataAssetSchema, type Environment, environmentSchema } from '../yaml/asset.ts';
import { bindJobs } from '../yaml/bindings/bind-jobs.ts';
import { type InputValues, resolveInputs } from '../yaml/input-value.ts';
import type { NodeInput, PipelineJob } from '../yaml/pipeline.ts';
import { readPipeline } from '../yaml/pipeline.ts';
import { isRemote, submittedValues } from '../yaml/remote-values.ts';
import { readSchedule, type Schedule } from '../yaml/schedule.ts';
import { type Report, readYaml, throwProblems } from '../yaml/yaml-file.ts';
import { type ArmRequest, dataRequest, environmentRequest } from './asset-body.ts';
import { jobBodyOf } from './jobs/job-bodies.ts';
import type { Uploads } from './jobs/job-body.ts';
import { bodyOf, pipelineJobProperties } from './pipeline-body.ts';
import { scheduleRequest } from './schedule-body.ts';

/** A pipeline with a value for each input, checked as far as can be without Azure. */
export interface ReadyJob {
  readonly pipeline: PipelineJob;
  readonly inputs: InputValues;
}

export interface ReadySchedule extends ReadyJob {
  readonly schedule: Schedule;
}

type Settings = Readonly<Record<string, string>>;

/** Reads a pipeline for submission. Throws one UsageError with all that is wrong or not set. */
export async function readyJob(file: string, set: Settings): Promise<ReadyJob> {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  const pipeline = await readPipeline(file, report);
  const inputs = pipeline && (await valuesOf(pipeline, set, report));
  throwProblems(`${file} cannot be submitted`, problems);
  return { pipeline: pipeline as PipelineJob, inputs: inputs! };
}

/** Reads a schedule and its pipeline. Throws one UsageError with all that is wrong or not set. */
export async function readySchedule(file: string, set: Settings): Promise<ReadySchedule> {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  const schedule = await readSchedule(file, report);
  const inputs = schedule?.pipeline && (await valuesOf(schedule.pipeline, set, report));
  throwProblems(`${file} cannot be a schedule`, problems);
  return { schedule: schedule!, pipeline: schedule!.pipeline as PipelineJob, inputs: inputs! };
}

async function valuesOf(
  pipeline: NonNullable<Awaited<ReturnType<typeof readPipeline>>>,
  set: Settings,
  report: Report,
): Promise<InputValues> {
  const inputs = await resolveInputs(pipeline, set, process.cwd(), report, submittedValues);
  const artifactPath = (job: string, output: string): string => `${job}/${output}`;
  await bindJobs({ pipeline, inputs, reader: submittedValues, artifactPath }, report);
  reportDatastores('', pipeline.inputs, report);
  for (const [name, node] of Object.entries(pipeline.jobs))
    reportDatastores(`job ${name}, `, node?.inputs ?? {}, report);
  for (const [name, node] of Object.entries(pipeline.jobs)) {
    if (node === null || jobBodyOf(node) !== undefined) continue;
    report(
      `job ${name}: what Azure ML takes for the type ${node.written.type} is not known here; submit it with az ml job create --file ${pipeline.file}`,
    );
  }
  return inputs;
}

/** Reports local files that are meant for a datastore of their own: all are uploaded to one place. */
function reportDatastores(where: string, inputs: Readonly<Record<string, NodeInput>>, report: Report): void {
  for (const [name, value] of Object.entries(inputs)) {
    if (typeof value !== 'object' || value.datastore === undefined || isRemote(value.path)) continue;
    if (value.path.includes('${{')) continue;
    report(
      `${where}input ${name}: local files are not uploaded to the datastore ${value.datastore} from here; put it there yourself and give its URI`,
    );
  }
}

/** Requests that put into the workspace what the jobs of a pipeline need there, each once. */
export function componentRequests(
  { pipeline, inputs }: ReadyJob,
  workspace: Workspace,
  uploads: Uploads,
): ArmRequest[] {
  const needed = Object.entries(pipeline.jobs).flatMap(([name, node]) =>
    bodyOf(node).needs(node, { name, pipeline, workspace, inputs, uploads }),
  );
  return [...new Map(needed.map((request) => [request.path, request])).values()];
}

/** Absolute paths of the code folders that the components of a pipeline need in Azure. */
export function codeFolders({ pipeline }: ReadyJob): string[] {
  const folders = Object.values(pipeline.jobs).flatMap((node) => bodyOf(node).code?.(node, pipeline) ?? []);
  return [...new Set(folders)];
}

/** The request that starts a job. `uploads` tells where what it needs of this machine lies in Azure. */
export function jobRequest(
  { pipeline, inputs }: ReadyJob,
  id: string,
  workspace: Workspace,
  uploads: Uploads,
): ArmRequest {
  const properties = pipelineJobProperties(pipeline, { workspace, inputs, uploads });
  // As azure-ai-ml: without it Azure ML shows a name that it makes up.
  const displayName = pipeline.display_name ?? id;
  return { path: `/jobs/${encodeURIComponent(id)}`, body: { properties: { ...properties, displayName } } };
}

/** The request that puts a schedule into the workspace. */
export function readyScheduleRequest(
  { schedule, pipeline, inputs }: ReadySchedule,
  workspace: Workspace,
  uploads: Uploads,
): ArmRequest {
  return scheduleRequest(schedule, pipelineJobProperties(pipeline, { workspace, inputs, uploads }));
}

/** Reads an environment; `image` replaces the one in the file. */
export async function readEnvironmentRequest(file: string, image?: string): Promise<ArmRequest> {
  const environment = await readAsset<Environment>(file, environmentSchema);
  const chosen = image ?? environment.image;
  if (/[<>]/.test(chosen))
    throw new UsageError(
      `${file}: image: ${chosen} still holds a placeholder; give --image REGISTRY/NAME:TAG`,
    );
  return environmentRequest({ ...environment, image: chosen });
}

/** Reads a data asset; what `changes` has replaces what the file says. */
export async function readDataAsset(file: string, changes: Partial<DataAsset> = {}): Promise<DataAsset> {
  const asset = { ...(await readAsset<DataAsset>(file, dataAssetSchema)), ...changes };
  if (/[<>]/.test(asset.path))
    throw new UsageError(`${file}: path: ${asset.path} still holds a placeholder; give --path URI`);
  return asset;
}

export async function readDataRequest(file: string): Promise<ArmRequest> {
  return dataRequest(await readDataAsset(file));
}

async function readAsset<T>(file: string, schema: Parameters<typeof readYaml<T>>[1]): Promise<T> {
  const problems: string[] = [];
  const asset = await readYaml(file, schema, (problem) => problems.push(problem));
  throwProblems(`${file} cannot be registered`, problems);
  return asset!;
}
