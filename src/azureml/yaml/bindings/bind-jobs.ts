import { parseBinding } from '../expressions.ts';
import type { PipelineComponent } from '../jobs/pipeline-component-job.ts';
import type { PipelineNode } from '../pipeline.ts';
import type { Report } from '../yaml-file.ts';
import { type BoundNode, bindNode, type Scope } from './input-binding.ts';
import { orderJobs } from './job-order.ts';
import { nestedInputs, nestedPipeline } from './nested-pipeline.ts';
import { checkOutputs } from './output-binding.ts';

/**
 * Resolves all jobs that could be read, each after those it depends on, and checks what their outputs are bound to; within
 * pipeline components too.
 */
export async function bindJobs(scope: Scope, report: Report): Promise<[string, BoundNode][]> {
  const { pipeline } = scope;
  const bound = new Map<string, BoundNode>();
  for (const [name, node] of Object.entries(pipeline.jobs)) {
    if (node === null) continue;
    bound.set(name, await bindNode(node, scope, (problem) => report(`job ${name}, ${problem}`)));
    if (node.kind === 'pipeline' && 'jobs' in node.component)
      await bindWithin(node.component, scope, (problem) => report(`job ${name}, ${problem}`));
  }
  checkOutputs(pipeline, report);
  const ordered = orderJobs(new Map([...bound].map(([name, { dependsOn }]) => [name, dependsOn])));
  if ('order' in ordered) return ordered.order.map((name) => [name, bound.get(name)!]);
  report(`jobs wait for each other: ${ordered.cycle.join(' needs ')}`);
  return [];
}

/** Checks the bindings within a pipeline component. */
export async function bindWithin(
  component: PipelineComponent<PipelineNode>,
  scope: Pick<Scope, 'reader' | 'artifactPath'>,
  report: Report,
): Promise<void> {
  const pipeline = nestedPipeline(component);
  await bindJobs({ ...scope, pipeline, inputs: nestedInputs(component) }, report);
  for (const [job, node] of Object.entries(component.jobs)) {
    for (const [name, value] of Object.entries(node?.inputs ?? {})) {
      if (node?.ports === undefined || node.ports.inputs[name]?.optional === true) continue;
      const source = handedInput(value);
      if (source !== undefined && component.inputs[source]?.optional === true)
        report(
          `job ${job}, input ${name}: must be there, but the input ${source} of ${component.file} is optional`,
        );
    }
  }
}

/** The input of the pipeline that a value is bound to. */
function handedInput(value: PipelineNode['inputs'][string]): string | undefined {
  const text = typeof value === 'object' ? value.path : value;
  try {
    const binding = typeof text === 'string' ? parseBinding(text) : undefined;
    return binding?.kind === 'pipeline-input' ? binding.input : undefined;
  } catch {
    return undefined;
  }
}
