import path from 'node:path';
import { assetId } from '../../workspace.ts';
import { textOf } from '../../yaml/data-type.ts';
import { boundPipelineOutput, parseBinding } from '../../yaml/expressions.ts';
import type { JobInput, JobOutput } from '../../yaml/jobs/job-values.ts';
import type { PipelineNode } from '../../yaml/pipeline.ts';
import { isRemote } from '../../yaml/remote-values.ts';
import type { JobContext, NodePlace } from './job-body.ts';

export const INPUT_MODES = {
  ro_mount: 'ReadOnlyMount',
  download: 'Download',
  direct: 'Direct',
  eval_mount: 'EvalMount',
  eval_download: 'EvalDownload',
} as const;

export const OUTPUT_MODES = {
  rw_mount: 'ReadWriteMount',
  mount: 'ReadWriteMount',
  upload: 'Upload',
  direct: 'Direct',
} as const;

/** What the inputs of a job are bound to. */
export function inputBodies({ inputs, ports }: PipelineNode, place: NodePlace) {
  return emptyToNothing(
    Object.fromEntries(
      Object.entries(inputs).map(([name, bound]) => [
        name,
        inputBody(bound, ports?.inputs[name].type, place),
      ]),
    ),
  );
}

function inputBody(bound: JobInput, type: string | undefined, place: NodePlace) {
  if (typeof bound !== 'object') return { job_input_type: 'literal', value: textOf(bound) };
  const mode = bound.mode && INPUT_MODES[bound.mode];
  if (parseBinding(bound.path) !== undefined) return { job_input_type: 'literal', value: bound.path, mode };
  const job_input_type = bound.type ?? type ?? 'uri_folder';
  const uri = uriOf(bound.path, job_input_type, path.dirname(place.pipeline.file), place);
  return { job_input_type, uri, mode };
}

/** Where the outputs of a job go. */
export function outputBodies({ outputs, ports }: PipelineNode) {
  return emptyToNothing(
    Object.fromEntries(
      Object.entries(outputs)
        .filter(
          ([, bound]) =>
            typeof bound === 'string' || bound.type !== undefined || Object.keys(bound).length > 0,
        )
        .map(([name, bound]) => [name, outputBody(bound, ports?.outputs[name].type)]),
    ),
  );
}

function outputBody(bound: JobOutput, type: string | undefined) {
  if (typeof bound === 'string') return { type: 'literal', value: bound };
  const mode = bound.mode && OUTPUT_MODES[bound.mode];
  if (bound.path !== undefined && boundPipelineOutput(bound.path) !== undefined)
    return { type: 'literal', value: bound.path, mode };
  const { path: uri, name, version } = bound;
  return { job_output_type: bound.type ?? type, mode, uri, name, version };
}

/** Where Azure ML finds what `place`, a URI or a path from `folder`, names. */
export function uriOf(
  place: string,
  type: string,
  folder: string,
  { workspace, uploads }: JobContext,
): string {
  if (place.startsWith('azureml:') && !place.startsWith('azureml://'))
    return assetId(workspace, type.endsWith('_model') ? 'models' : 'data', place);
  if (isRemote(place)) return place;
  const uri = uploads.data.get(path.resolve(folder, place));
  if (uri === undefined) throw new Error(`${place} has not been uploaded`);
  return uri;
}

export function emptyToNothing<T extends object>(map: T): T | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
