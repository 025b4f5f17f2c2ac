import { workspaceId } from '../../workspace.ts';
import { typeOfOutput } from '../../yaml/bindings/output-type.ts';
import { textOf } from '../../yaml/data-type.ts';
import { boundPipelineOutput, parseBinding } from '../../yaml/expressions.ts';
import type { CommandJob } from '../../yaml/jobs/command-job.ts';
import type { JobInput, JobOutput } from '../../yaml/jobs/job-values.ts';
import type { PipelineJob } from '../../yaml/pipeline.ts';
import type { ArmRequest } from '../asset-body.ts';
import { anonymousRequest } from '../component-body.ts';
import { environmentReference, environmentRequests } from '../environment-body.ts';
import { commandSettingsBody } from './command-settings.ts';
import type { JobBody, NodePlace } from './job-body.ts';
import { emptyToNothing, inputBodies, outputBodies } from './job-values.ts';

/** A job with a command of its own: azure-ai-ml makes a component without a name of it. */
export const commandJob: JobBody<CommandJob> = {
  needs: (node, place) => [...environmentRequests(node.environment), componentOf(node, place)],
  body: (node, place) => {
    // Of the component.
    const { resources, distribution, ...settings } = node;
    return {
      name: place.name,
      ...commandSettingsBody(settings, place.workspace, { resources, distribution }),
      inputs: inputBodies(node, place),
      outputs: outputBodies(node),
      componentId: workspaceId(place.workspace) + componentOf(node, place).path,
      _source: 'YAML.JOB',
    };
  },
};

function componentOf(node: CommandJob, { pipeline, workspace, uploads }: NodePlace): ArmRequest {
  const { description, tags, resources } = node;
  return anonymousRequest(
    {
      description,
      tags,
      type: 'command',
      is_deterministic: true,
      inputs: emptyToNothing(
        Object.fromEntries(
          Object.entries(node.inputs).map(([name, value]) => [name, inputSpec(value, pipeline)]),
        ),
      ),
      outputs: emptyToNothing(
        Object.fromEntries(
          Object.entries(node.outputs).map(([name, value]) => [name, outputSpec(value, pipeline)]),
        ),
      ),
      environment: environmentReference(node.environment, workspace, uploads),
      // As azure-ai-ml, which leaves the properties to the job.
      resources: resources && { ...resources, properties: undefined },
      distribution: node.distribution,
      command: node.command,
      _source: 'YAML.JOB',
    },
    { description, tags },
  );
}

/** What a value makes the input that it is bound to: its type, the way it is read, a default. */
function inputSpec(value: JobInput, pipeline: PipelineJob) {
  if (typeof value !== 'object') {
    const binding = typeof value === 'string' ? parseBinding(value) : undefined;
    if (binding !== undefined) return bindingSpec(value as string, pipeline);
    return { type: literalType(value), default: textOf(value) };
  }
  return { type: value.type ?? 'uri_folder', mode: value.mode };
}

function bindingSpec(text: string, pipeline: PipelineJob) {
  const binding = parseBinding(text)!;
  if (binding.kind === 'job-output') return { type: typeOfOutput(binding, pipeline) };
  const source = pipeline.inputs[binding.input];
  if (typeof source !== 'object') return { type: literalType(source) };
  return { type: source.type, mode: source.mode };
}

function literalType(value: string | number | boolean): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return Number.isInteger(value) ? 'integer' : 'number';
}

function outputSpec(value: JobOutput, pipeline: PipelineJob) {
  if (typeof value !== 'string') return { type: value.type ?? 'uri_folder', mode: value.mode };
  const bound = pipeline.outputs[boundPipelineOutput(value)!];
  return { type: bound.type ?? 'uri_folder', mode: bound.mode };
}
