import { orderJobs } from './job-order.ts';
import { type BoundNode, bindNode, type Scope } from './node-binding.ts';
import { checkOutputs } from './output-binding.ts';
import type { Report } from './yaml-file.ts';

/** Resolves all jobs that could be read, each after those it depends on, and checks what their outputs are bound to. */
export async function bindJobs(scope: Scope, report: Report): Promise<[string, BoundNode][]> {
  const { pipeline } = scope;
  const bound = new Map<string, BoundNode>();
  for (const [name, node] of Object.entries(pipeline.jobs)) {
    if (node === null) continue;
    bound.set(name, await bindNode(node, scope, (problem) => report(`job ${name}, ${problem}`)));
  }
  checkOutputs(pipeline, report);
  const ordered = orderJobs(new Map([...bound].map(([name, { dependsOn }]) => [name, dependsOn])));
  if ('order' in ordered) return ordered.order.map((name) => [name, bound.get(name)!]);
  report(`jobs wait for each other: ${ordered.cycle.join(' needs ')}`);
  return [];
}
