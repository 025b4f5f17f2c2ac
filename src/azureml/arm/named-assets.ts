import { ArmError, UsageError } from '../../errors.ts';
import { parseAssetReference } from '../asset-reference.ts';
import type { ReadyJob } from '../request-bodies/requests.ts';
import { bindJobs } from '../yaml/bindings/bind-jobs.ts';
import { type ComponentReference, isLabelled } from '../yaml/component-reference.ts';
import { dataTypes, literalTypes } from '../yaml/data-type.ts';
import type { ParallelComponent } from '../yaml/jobs/parallel-job.ts';
import type { SparkComponent } from '../yaml/jobs/spark-job.ts';
import type { PipelineNode } from '../yaml/pipeline.ts';
import type { InputPort, Ports } from '../yaml/ports.ts';
import { submittedValues } from '../yaml/remote-values.ts';
import { throwProblems } from '../yaml/yaml-file.ts';
import type { WorkspaceClient } from './client.ts';
import { findAsset } from './find-asset.ts';
import { type ComponentPort, type ComponentSpec, resolveComponent } from './registered-component.ts';

/**
 * Looks up what a pipeline names of its workspace: the ARM id of each component and environment that is named by a label,
 * by the reference. What its jobs are bound to is held against the components that were found. Throws one UsageError with
 * all that does not fit, or for an asset that is not there; a component that this identity may not look up is passed over
 * where its version is known.
 */
export async function lookUpAssets(
  client: WorkspaceClient,
  { pipeline, inputs }: ReadyJob,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const jobs = await lookedUpJobs(client, pipeline.jobs, ids);
  if (Object.entries(jobs).every(([name, { ports }]) => ports === pipeline.jobs[name].ports)) return ids;
  const problems: string[] = [];
  const artifactPath = (job: string, output: string): string => `${job}/${output}`;
  const scope = { pipeline: { ...pipeline, jobs }, inputs, reader: submittedValues, artifactPath };
  await bindJobs(scope, (problem) => problems.push(problem));
  throwProblems(`${pipeline.file} cannot be submitted`, problems);
  return ids;
}

/** The jobs with the ports of those components that were found; ids of what is named by a label are put into `ids`. */
async function lookedUpJobs(
  client: WorkspaceClient,
  jobs: Readonly<Record<string, PipelineNode>>,
  ids: Map<string, string>,
): Promise<Record<string, PipelineNode>> {
  const found: Record<string, PipelineNode> = {};
  for (const [name, node] of Object.entries(jobs)) {
    const reference = referenceOf(node);
    const ports = reference && (await lookedUp(client, reference, ids));
    found[name] = ports === undefined ? node : { ...node, ports: portsLeft(node, ports) };
    for (const environment of environmentsOf(node)) {
      if (typeof environment !== 'string' || ids.has(environment)) continue;
      const named = parseAssetReference(environment, 'environments');
      if (named?.label === undefined || named.home !== undefined) continue;
      ids.set(environment, (await findAsset(client, named, client.workspace)).id);
    }
    if (node.kind === 'pipeline' && 'jobs' in node.component)
      await lookedUpJobs(client, node.component.jobs as Record<string, PipelineNode>, ids);
  }
  return found;
}

/** The component of a workspace or registry that a job names. */
function referenceOf(node: PipelineNode): ComponentReference | undefined {
  if (node.kind === 'registered') return node.component;
  if (node.kind === 'sweep') return 'file' in node.trial ? undefined : node.trial;
  if (node.kind !== 'parallel' && node.kind !== 'spark' && node.kind !== 'pipeline') return undefined;
  return node.component === undefined || 'file' in node.component ? undefined : node.component;
}

/** What a job with a component of its own, or with none, runs in. */
function environmentsOf(node: PipelineNode): unknown[] {
  switch (node.kind) {
    case 'component':
      return [node.component.environment];
    case 'command':
      return [node.environment];
    case 'sweep':
      return 'file' in node.trial ? [node.trial.environment] : [];
    case 'parallel':
      return referenceOf(node) === undefined
        ? [((node.component as ParallelComponent) ?? node).task?.environment]
        : [];
    case 'spark':
      return referenceOf(node) === undefined
        ? [((node.component as SparkComponent) ?? node).environment]
        : [];
    default:
      return [];
  }
}

/** The search space of a sweep has values for some of its inputs. */
function portsLeft(node: PipelineNode, ports: Ports): Ports {
  if (node.kind !== 'sweep') return ports;
  const left = Object.entries(ports.inputs).filter(([name]) => !Object.hasOwn(node.search_space ?? {}, name));
  return { ...ports, inputs: Object.fromEntries(left) };
}

async function lookedUp(
  client: WorkspaceClient,
  reference: ComponentReference,
  ids: Map<string, string>,
): Promise<Ports | undefined> {
  const { text } = reference;
  try {
    const { id, spec } = await resolveComponent(client, text);
    if (isLabelled(reference)) ids.set(text, id);
    return portsOf(text, spec);
  } catch (error) {
    const mayNot =
      error instanceof UsageError && error.cause instanceof ArmError && error.cause.status === 403;
    if (mayNot && !isLabelled(reference)) return undefined;
    throw error;
  }
}

/** What a component takes and makes, by its spec. A type that is not known here takes anything. */
function portsOf(file: string, { inputs, outputs }: ComponentSpec): Ports {
  return {
    file,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, port]) => [name, inputPort(port)])),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, port]) => [name, { type: knownType(port.type) }]),
    ),
  };
}

/** Azure ML answers numbers and truths as texts. */
function inputPort(port: ComponentPort): InputPort {
  const { default: preset, optional, min, max } = port;
  const bound = (value: unknown): number | undefined =>
    value === undefined || value === null ? undefined : Number(value);
  return {
    type: knownType(port.type),
    default:
      typeof preset === 'string' || typeof preset === 'number' || typeof preset === 'boolean'
        ? preset
        : undefined,
    optional: String(optional).toLowerCase() === 'true',
    enum: Array.isArray(port.enum) ? port.enum.map(String) : undefined,
    min: bound(min),
    max: bound(max),
  };
}

function knownType(type: string): InputPort['type'] {
  const known = type.toLowerCase();
  return [...literalTypes, ...dataTypes].find((name) => name === known);
}
