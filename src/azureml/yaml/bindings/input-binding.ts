import path from 'node:path';
import { messageOf } from '../../../errors.ts';
import { type DataType, isDataType, type LiteralType, literalProblem, textOf } from '../data-type.ts';
import { type Binding, parseBinding } from '../expressions.ts';
import { type InputValue, type InputValues, listOf, type ValueReader } from '../input-value.ts';
import type { JobInput } from '../jobs/job-values.ts';
import type { PartialPipelineJob, PipelineNode } from '../pipeline.ts';
import type { InputPort } from '../ports.ts';
import type { Report } from '../yaml-file.ts';
import { typeOfOutput } from './output-type.ts';

/** Where the bindings of a job lead. */
export interface Scope {
  readonly pipeline: PartialPipelineJob;
  readonly inputs: InputValues;
  /** Reads the values that a job has of its own. */
  readonly reader: ValueReader;
  /** Absolute path that the artifact of a job's output has. */
  readonly artifactPath: (job: string, output: string) => string;
}

/** A job's inputs as its command gets them; an optional input that is not bound is absent. */
export interface BoundNode {
  readonly inputs: ReadonlyMap<string, string>;
  readonly dependsOn: ReadonlySet<string>;
}

/**
 * Resolves what the inputs of a job are bound to, and reports what is missing, dangling or of the wrong type; the type
 * only where the job's ports are known.
 */
export async function bindNode(node: PipelineNode, scope: Scope, report: Report): Promise<BoundNode> {
  const { ports } = node;
  const inputs = new Map<string, string>();
  const dependsOn = new Set<string>();
  const free = Object.keys(node.inputs).map((name): [string, InputPort] => [name, {}]);
  for (const [name] of ports === undefined ? [] : free) {
    if (Object.hasOwn(ports!.inputs, name)) continue;
    report(`input ${name}: ${ports!.file} has no such input; it has ${listOf(Object.keys(ports!.inputs))}`);
  }
  for (const [name, rule] of ports === undefined ? free : Object.entries(ports.inputs)) {
    const fail: Report = (problem) => report(`input ${name}: ${problem}`);
    const bound = Object.hasOwn(node.inputs, name) ? node.inputs[name] : undefined;
    if (bound === undefined) {
      if (rule.default !== undefined) inputs.set(name, textOf(rule.default));
      else if (rule.optional !== true) fail(`is missing; ${ports?.file} requires it`);
      continue;
    }
    let binding: Binding | undefined;
    try {
      binding = bindingOf(bound);
    } catch (error) {
      fail(messageOf(error));
      continue;
    }
    if (binding?.kind === 'job-output') dependsOn.add(binding.job);
    const value = await (binding === undefined
      ? ownValue(bound, rule, scope, fail)
      : boundValue(binding, scope, fail));
    const problem = value && valueProblem(value, rule);
    if (problem !== undefined) fail(problem);
    else if (value !== undefined) inputs.set(name, value.text);
  }
  return { inputs, dependsOn };
}

function bindingOf(bound: JobInput): Binding | undefined {
  const text = typeof bound === 'object' ? bound.path : bound;
  return typeof text === 'string' ? parseBinding(text) : undefined;
}

/** A value written out in the job itself. */
async function ownValue(
  bound: JobInput,
  rule: InputPort,
  { pipeline, reader }: Scope,
  fail: Report,
): Promise<InputValue | undefined> {
  if (typeof bound !== 'object') return reader.literal(bound, fail);
  const type = bound.type ?? rule.type ?? 'uri_folder';
  if (isDataType(type)) return reader.data(type, bound.path, path.dirname(pipeline.file), fail);
  fail(`a ${type} is given as it is, without \`path\``);
  return undefined;
}

function boundValue(
  binding: Binding,
  { pipeline, inputs, artifactPath }: Scope,
  fail: Report,
): InputValue | undefined {
  if (binding.kind === 'pipeline-input') {
    if (!inputs.has(binding.input)) {
      fail(`the pipeline has no input ${binding.input}; it has ${listOf([...inputs.keys()])}`);
    }
    return inputs.get(binding.input);
  }
  const { job, output } = binding;
  if (!Object.hasOwn(pipeline.jobs, job)) {
    fail(`the pipeline has no job ${job}; it has ${listOf(Object.keys(pipeline.jobs))}`);
    return undefined;
  }
  const source = pipeline.jobs[job];
  if (source === null) return undefined;
  const text = artifactPath(job, output);
  if (source.ports === undefined) return { kind: 'unknown', text };
  const { outputs } = source.ports;
  if (!Object.hasOwn(outputs, output)) {
    fail(`job ${job} has no output ${output}; it has ${listOf(Object.keys(outputs))}`);
    return undefined;
  }
  return { kind: kindOf(typeOfOutput(binding, pipeline)), text };
}

function kindOf(type: LiteralType | DataType): InputValue['kind'] {
  return isDataType(type) ? type : 'literal';
}

function valueProblem({ kind, text }: InputValue, { type, ...rule }: InputPort): string | undefined {
  if (type === undefined || kind === 'unknown' || kind === type) return undefined;
  if (kind === 'literal' && !isDataType(type)) return literalProblem(text, { ...rule, type });
  return `is a ${type}, but is bound to a ${kind === 'literal' ? 'literal value' : kind}`;
}
