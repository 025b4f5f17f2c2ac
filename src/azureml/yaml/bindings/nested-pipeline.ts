import type { ComponentInput } from '../component-ports.ts';
import { isDataType, type Literal, type LiteralType, textOf } from '../data-type.ts';
import type { InputValue, InputValues } from '../input-value.ts';
import type { PipelineInput } from '../jobs/job-values.ts';
import type { PipelineComponent } from '../jobs/pipeline-component-job.ts';
import type { PartialPipelineJob, PipelineNode } from '../pipeline.ts';

/** What stands for a literal of a type, where its value comes from outside. */
const LITERALS: Readonly<Record<LiteralType, Literal>> = {
  string: '-',
  number: 0.5,
  integer: 0,
  boolean: false,
};

/** A pipeline component as the pipeline that it is, with stand-ins of the right type for what it is handed. */
export function nestedPipeline(component: PipelineComponent<PipelineNode>): PartialPipelineJob {
  const { file, jobs, outputs, inputs } = component;
  return {
    type: 'pipeline',
    file,
    jobs,
    settings: { continue_on_step_failure: true },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, rule]) => [name, standIn(rule)])),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, { type }])),
  };
}

function standIn({ type }: ComponentInput): PipelineInput {
  return isDataType(type) ? { type, path: 'azureml:handed@latest' } : LITERALS[type];
}

/** What is known of the inputs of a pipeline component: the default, or the type alone. */
export function nestedInputs({ inputs }: PipelineComponent<PipelineNode>): InputValues {
  return new Map(Object.entries(inputs).map(([name, rule]) => [name, knownValue(rule)]));
}

function knownValue({ type, default: preset }: ComponentInput): InputValue {
  if (isDataType(type)) return { kind: type, text: 'handed' };
  return preset === undefined
    ? { kind: 'unknown', text: 'handed' }
    : { kind: 'literal', text: textOf(preset) };
}
