import { typeOfOutput } from '../../yaml/bindings/output-type.ts';
import type { ComponentHead, ComponentInput } from '../../yaml/component-ports.ts';
import { textOf } from '../../yaml/data-type.ts';
import { boundPipelineOutput, parseBinding } from '../../yaml/expressions.ts';
import type { JobInput, JobOutput } from '../../yaml/jobs/job-values.ts';
import { literalTypeOf } from '../../yaml/jobs/own-ports.ts';
import type { PipelineJob, PipelineNode } from '../../yaml/pipeline.ts';
import { emptyToNothing } from './job-values.ts';

/** What a component of any type says of itself, but for its name and version. */
export function headOfComponent(component: ComponentHead & { readonly type: string }) {
  const { $schema, display_name, description, tags, type, outputs } = component;
  return {
    $schema,
    display_name,
    description,
    tags,
    type,
    is_deterministic: component.is_deterministic ?? true,
    inputs: emptyToNothing(
      Object.fromEntries(Object.entries(component.inputs).map(([name, rule]) => [name, inputSpec(rule)])),
    ),
    outputs: emptyToNothing(outputs),
  };
}

/** An input of a component as YAML has it, with texts for numbers. */
export function inputSpec(rule: ComponentInput) {
  const { type, description, default: preset, optional, min, max, mode } = rule;
  return {
    type,
    description,
    default: preset === undefined ? undefined : textOf(preset),
    optional: optional === true ? true : undefined,
    enum: rule.enum,
    min: min === undefined ? undefined : textOf(min),
    max: max === undefined ? undefined : textOf(max),
    mode,
  };
}

/** The ports that azure-ai-ml gives the component that it makes of a job: of the values that the job has. */
export function specsOfValues({ inputs, outputs }: PipelineNode, pipeline: PipelineJob) {
  return {
    inputs: emptyToNothing(
      Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, specOfInput(value, pipeline)])),
    ),
    outputs: emptyToNothing(
      Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, specOfOutput(value, pipeline)]),
      ),
    ),
  };
}

/** What a value makes the input that it is bound to: its type, the way it is read, a default. */
function specOfInput(value: JobInput, pipeline: PipelineJob) {
  if (typeof value === 'object') return { type: value.type ?? 'uri_folder', mode: value.mode };
  const binding = typeof value === 'string' ? parseBinding(value) : undefined;
  if (binding === undefined) return { type: literalTypeOf(value), default: textOf(value) };
  if (binding.kind === 'job-output') return { type: typeOfOutput(binding, pipeline) };
  const source = pipeline.inputs[binding.input];
  if (typeof source !== 'object') return { type: literalTypeOf(source) };
  return { type: source.type, mode: source.mode };
}

function specOfOutput(value: JobOutput, pipeline: PipelineJob) {
  if (typeof value !== 'string') return { type: value.type ?? 'uri_folder', mode: value.mode };
  const bound = pipeline.outputs[boundPipelineOutput(value)!];
  return { type: bound.type ?? 'uri_folder', mode: bound.mode };
}
