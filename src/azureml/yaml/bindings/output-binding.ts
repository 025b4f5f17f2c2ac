import { messageOf } from '../../../errors.ts';
import { parseOutputBinding } from '../expressions.ts';
import { listOf } from '../input-value.ts';
import type { PartialPipelineJob } from '../pipeline.ts';
import type { Report } from '../yaml-file.ts';

/**
 * Reports outputs of jobs that their components do not have or have with another type, bindings to outputs that the
 * pipeline does not have, and outputs of the pipeline to which not exactly one job is bound.
 */
export function checkOutputs(pipeline: PartialPipelineJob, report: Report): void {
  const writers = new Map<string, string[]>(Object.keys(pipeline.outputs).map((name) => [name, []]));
  for (const [job, node] of Object.entries(pipeline.jobs)) {
    if (node === null) continue;
    const { ports } = node;
    for (const [name, bound] of Object.entries(node.outputs)) {
      const fail: Report = (problem) => report(`job ${job}, output ${name}: ${problem}`);
      if (ports !== undefined && !Object.hasOwn(ports.outputs, name)) {
        fail(`${ports.file} has no such output; it has ${listOf(Object.keys(ports.outputs))}`);
        continue;
      }
      const binding = typeof bound === 'string' ? bound : bound.path;
      const isBound = typeof bound === 'string' || binding?.includes('${{parent.') === true;
      const followed = isBound ? follow(binding!, `${job}.${name}`, fail) : undefined;
      const declared = typeof bound === 'string' ? followed : (bound.type ?? followed);
      const type = ports?.outputs[name].type;
      if (declared !== undefined && type !== undefined && declared !== type)
        fail(`is a ${type} in ${ports!.file}, but a ${declared} here`);
    }
  }
  // A job that could not be read may be the one that is missing.
  const complete = Object.values(pipeline.jobs).every((node) => node !== null);
  for (const [name, { length }] of writers) {
    if (length > 1 || (length === 0 && complete))
      report(`output ${name}: ${length} jobs are bound to it, not one`);
  }

  function follow(binding: string, writer: string, fail: Report) {
    let name: string;
    try {
      name = parseOutputBinding(binding);
    } catch (error) {
      fail(messageOf(error));
      return undefined;
    }
    writers.get(name)?.push(writer);
    if (writers.has(name)) return pipeline.outputs[name].type;
    fail(`the pipeline has no output ${name}; it has ${listOf([...writers.keys()])}`);
    return undefined;
  }
}
