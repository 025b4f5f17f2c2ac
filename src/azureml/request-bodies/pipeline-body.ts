import path from 'node:path';
import { resourceId } from '../workspace.ts';
import { isDataType } from '../yaml/data-type.ts';
import { parseBinding } from '../yaml/expressions.ts';
import type { InputValues } from '../yaml/input-value.ts';
import type { PipelineJob, PipelineNode } from '../yaml/pipeline.ts';
import { isRemote } from '../yaml/remote-values.ts';
import { computeId, pipelineIdentityBody } from './jobs/command-settings.ts';
import { jobBodyOf } from './jobs/job-bodies.ts';
import type { JobBody, JobContext } from './jobs/job-body.ts';
import { INPUT_MODES, OUTPUT_MODES, uriOf } from './jobs/job-values.ts';
import { pipelineServicesBody } from './jobs/services.ts';

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
    properties: pipeline.properties ?? {},
    isArchived: false,
    computeId: compute && computeId(compute, workspace),
    identity: identity && pipelineIdentityBody(identity),
    services: pipeline.services && pipelineServicesBody(pipeline.services),
    inputs: Object.fromEntries(
      Object.keys(pipeline.inputs).map((name) => [name, pipelineInput(name, pipeline, context)]),
    ),
    jobs: Object.fromEntries(
      Object.entries(pipeline.jobs).map(([name, node]) => [
        name,
        bodyOf(node).body(node, { ...context, name, pipeline }),
      ]),
    ),
    outputs: Object.fromEntries(
      Object.entries(pipeline.outputs).map(([name, { type, mode, path: uri, name: assetName, version }]) => [
        name,
        {
          jobOutputType: type ?? 'uri_folder',
          mode: mode && OUTPUT_MODES[mode],
          uri,
          assetName,
          assetVersion: version,
        },
      ]),
    ),
    settings: {
      default_compute: settings.default_compute && computeId(settings.default_compute, workspace),
      default_datastore:
        settings.default_datastore && resourceId(workspace, 'datastores', settings.default_datastore),
      continue_on_step_failure: settings.continue_on_step_failure,
      force_rerun: settings.force_rerun,
      continue_run_on_failed_optional_input: settings.continue_run_on_failed_optional_input,
      on_init: settings.on_init,
      on_finalize: settings.on_finalize,
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
    uri: uriOf(value.text, value.kind, path.dirname(pipeline.file), context),
    mode: mode && INPUT_MODES[mode],
  };
}

/** How a job is sent that has been found to be of a known kind. */
export function bodyOf(node: PipelineNode): JobBody<PipelineNode> {
  const body = jobBodyOf(node);
  if (body === undefined) throw new Error(`nobody knows the body of a job of the kind ${node.kind}`);
  return body;
}

/** Absolute paths of the files and folders on this machine that a pipeline hands to its jobs. */
export function localData(pipeline: PipelineJob, inputs: InputValues): string[] {
  const places = [...inputs.values()].flatMap((value) =>
    value !== undefined && value.kind !== 'literal' ? [value.text] : [],
  );
  const folder = path.dirname(pipeline.file);
  for (const { inputs: bound, ports } of Object.values(pipeline.jobs)) {
    for (const [name, value] of Object.entries(bound)) {
      if (typeof value !== 'object') continue;
      const type = value.type ?? ports?.inputs[name].type;
      if ((type === undefined || isDataType(type)) && parseBinding(value.path) === undefined)
        places.push(value.path);
    }
  }
  return [...new Set(places.filter((place) => !isRemote(place)).map((place) => path.resolve(folder, place)))];
}
