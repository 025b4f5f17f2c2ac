import path from 'node:path';
import { assetId, resourceId, type Workspace, workspaceId } from '../workspace.ts';
import { isDataType, textOf } from '../yaml/data-type.ts';
import { parseBinding } from '../yaml/expressions.ts';
import type { InputValues } from '../yaml/input-value.ts';
import type { NodeInput, PipelineJob, PipelineNode } from '../yaml/pipeline.ts';
import { isRemote } from '../yaml/remote-values.ts';
import { anonymousComponentRequest } from './component-body.ts';

/** What a job's body needs beside its file. */
export interface JobContext {
  readonly workspace: Workspace;
  /** Values of the pipeline's inputs. */
  readonly inputs: InputValues;
  /** Where a local file has been uploaded to, by its absolute path. */
  readonly uploaded: ReadonlyMap<string, string>;
}

const INPUT_MODES = {
  ro_mount: 'ReadOnlyMount',
  rw_mount: 'ReadWriteMount',
  download: 'Download',
  direct: 'Direct',
} as const;
const OUTPUT_MODES = { rw_mount: 'ReadWriteMount', upload: 'Upload' } as const;
const IDENTITIES = {
  managed: 'Managed',
  managed_identity: 'Managed',
  user_identity: 'UserIdentity',
  aml_token: 'AMLToken',
} as const;

/** `PipelineJob` of Azure Resource Manager: the envelope in camelCase, the jobs in snake_case, literals as texts. */
export function pipelineJobProperties(pipeline: PipelineJob, context: JobContext) {
  const { workspace } = context;
  const { settings, identity, compute } = pipeline;
  return {
    jobType: 'Pipeline',
    displayName: pipeline.display_name,
    experimentName: pipeline.experiment_name,
    description: pipeline.description,
    tags: pipeline.tags ?? {},
    properties: {},
    isArchived: false,
    computeId: compute && resourceId(workspace, 'computes', compute),
    identity: identity && { identityType: IDENTITIES[identity.type], clientId: identity.client_id },
    inputs: Object.fromEntries(
      Object.keys(pipeline.inputs).map((name) => [name, pipelineInput(name, pipeline, context)]),
    ),
    jobs: Object.fromEntries(
      Object.entries(pipeline.jobs).map(([name, node]) => [name, nodeBody(name, node, pipeline, context)]),
    ),
    outputs: Object.fromEntries(
      Object.entries(pipeline.outputs).map(([name, { type, mode, path: uri, description }]) => [
        name,
        { jobOutputType: type ?? 'uri_folder', mode: mode && OUTPUT_MODES[mode], uri, description },
      ]),
    ),
    settings: {
      default_compute:
        settings.default_compute && resourceId(workspace, 'computes', settings.default_compute),
      default_datastore:
        settings.default_datastore && resourceId(workspace, 'datastores', settings.default_datastore),
      continue_on_step_failure: settings.continue_on_step_failure,
      force_rerun: settings.force_rerun,
      _source: 'YAML.JOB',
    },
  };
}

function pipelineInput(name: string, pipeline: PipelineJob, context: JobContext) {
  const declared = pipeline.inputs[name];
  const value = context.inputs.get(name);
  if (value === undefined) throw new Error(`input ${name} has no value`);
  if (value.kind === 'literal') return { jobInputType: 'literal', value: value.text };
  const mode = typeof declared === 'object' ? declared.mode : undefined;
  return {
    jobInputType: value.kind,
    uri: uriOf(value.text, path.dirname(pipeline.file), context),
    mode: mode && INPUT_MODES[mode],
  };
}

function nodeBody(name: string, node: PipelineNode, pipeline: PipelineJob, context: JobContext) {
  const { component, limits, compute, identity } = node;
  const { workspace } = context;
  const distribution = node.distribution ?? component.distribution;
  const outputs = Object.entries(node.outputs).map(([output, bound]) => [
    output,
    typeof bound === 'string'
      ? { type: 'literal', value: bound }
      : {
          job_output_type: bound.type ?? component.outputs[output].type,
          mode: bound.mode && OUTPUT_MODES[bound.mode],
          uri: bound.path,
        },
  ]);
  const inputs = Object.entries(node.inputs).map(([input, bound]) => [
    input,
    nodeInput(bound, component.inputs[input].type, pipeline, context),
  ]);
  const { type: _, ...processes } = distribution ?? {};
  return {
    name,
    type: 'command',
    display_name: node.display_name,
    description: node.description,
    tags: node.tags,
    computeId: compute && resourceId(workspace, 'computes', compute),
    resources: node.resources ?? component.resources,
    distribution: distribution && { distribution_type: 'PyTorch', ...processes },
    limits: limits && { job_limits_type: 'Command', timeout: isoDuration(limits.timeout) },
    environment_variables: emptyToNothing(node.environment_variables),
    identity: identity && {
      type: identity.type === 'managed' ? 'managed_identity' : identity.type,
      client_id: identity.client_id,
    },
    inputs: emptyToNothing(Object.fromEntries(inputs)),
    outputs: emptyToNothing(Object.fromEntries(outputs)),
    componentId: workspaceId(workspace) + anonymousComponentRequest(component, workspace).path,
    _source: 'YAML.COMPONENT',
  };
}

function nodeInput(bound: NodeInput, type: string, pipeline: PipelineJob, context: JobContext) {
  if (typeof bound !== 'object') return { job_input_type: 'literal', value: textOf(bound) };
  const mode = bound.mode && INPUT_MODES[bound.mode];
  if (parseBinding(bound.path) !== undefined) return { job_input_type: 'literal', value: bound.path, mode };
  return {
    job_input_type: bound.type ?? type,
    uri: uriOf(bound.path, path.dirname(pipeline.file), context),
    mode,
  };
}

function uriOf(place: string, folder: string, { workspace, uploaded }: JobContext): string {
  if (place.startsWith('azureml:') && !place.startsWith('azureml://'))
    return assetId(workspace, 'data', place);
  if (isRemote(place)) return place;
  const uri = uploaded.get(path.resolve(folder, place));
  if (uri === undefined) throw new Error(`${place} has not been uploaded`);
  return uri;
}

/** Absolute paths of the files and folders on this machine that a pipeline hands to its jobs. */
export function localData(pipeline: PipelineJob, inputs: InputValues): string[] {
  const places = [...inputs.values()].flatMap((value) =>
    value !== undefined && value.kind !== 'literal' ? [value.text] : [],
  );
  const folder = path.dirname(pipeline.file);
  for (const { inputs: bound, component } of Object.values(pipeline.jobs)) {
    for (const [name, value] of Object.entries(bound)) {
      if (typeof value !== 'object' || !isDataType(component.inputs[name].type)) continue;
      if (parseBinding(value.path) === undefined) places.push(value.path);
    }
  }
  return [...new Set(places.filter((place) => !isRemote(place)).map((place) => path.resolve(folder, place)))];
}

/** Seconds as ISO 8601 has durations: 5400 as `PT1H30M`. */
export function isoDuration(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  const time = [
    [hours, 'H'],
    [minutes, 'M'],
    [rest, 'S'],
  ].flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`]));
  return `P${days === 0 ? '' : `${days}D`}${time.length === 0 ? '' : `T${time.join('')}`}`;
}

function emptyToNothing<T extends object>(map: T): T | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
