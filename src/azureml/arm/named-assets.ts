import { ArmError, UsageError } from '../../errors.ts';
import { parseAssetReference } from '../asset-reference.ts';
import type { ReadyJob } from '../request-bodies/requests.ts';
import { bindJobs } from '../yaml/bindings/bind-jobs.ts';
import { isLabelled } from '../yaml/component-reference.ts';
import { dataTypes, literalTypes } from '../yaml/data-type.ts';
import type { RegisteredJob } from '../yaml/jobs/component-job.ts';
import type { PipelineNode } from '../yaml/pipeline.ts';
import type { InputPort, Ports } from '../yaml/ports.ts';
import { submittedValues } from '../yaml/remote-values.ts';
import { throwProblems } from '../yaml/yaml-file.ts';
import { findAsset } from './assets/find-asset.ts';
import type { WorkspaceClient } from './client.ts';
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
  const jobs: Record<string, PipelineNode> = {};
  for (const [name, node] of Object.entries(pipeline.jobs)) {
    jobs[name] = node.kind === 'registered' ? await lookedUp(client, node, ids) : node;
    const environment = environmentOf(node);
    if (typeof environment === 'string' && !ids.has(environment)) {
      const reference = parseAssetReference(environment, 'environments');
      if (reference?.label === undefined || reference.home !== undefined) continue;
      ids.set(environment, (await findAsset(client, reference, client.workspace)).id);
    }
  }
  if (Object.values(jobs).every(({ kind, ports }) => kind !== 'registered' || ports === undefined))
    return ids;
  const problems: string[] = [];
  const artifactPath = (job: string, output: string): string => `${job}/${output}`;
  const scope = { pipeline: { ...pipeline, jobs }, inputs, reader: submittedValues, artifactPath };
  await bindJobs(scope, (problem) => problems.push(problem));
  throwProblems(`${pipeline.file} cannot be submitted`, problems);
  return ids;
}

function environmentOf(node: PipelineNode): unknown {
  if (node.kind === 'component') return node.component.environment;
  return node.kind === 'command' ? node.environment : undefined;
}

async function lookedUp(
  client: WorkspaceClient,
  node: RegisteredJob,
  ids: Map<string, string>,
): Promise<RegisteredJob> {
  const { text } = node.component;
  try {
    const { id, spec } = await resolveComponent(client, text);
    if (isLabelled(node.component)) ids.set(text, id);
    return { ...node, ports: portsOf(text, spec) };
  } catch (error) {
    const mayNot =
      error instanceof UsageError && error.cause instanceof ArmError && error.cause.status === 403;
    if (mayNot && !isLabelled(node.component)) return node;
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
