import type { DataType, LiteralType } from '../data-type.ts';
import { boundPipelineOutput } from '../expressions.ts';
import type { PartialPipelineJob } from '../pipeline.ts';

/**
 * What azure-ai-ml takes a job's output for: what its component says, or else the job, or the pipeline's output that it is
 * bound to; a folder where none says it.
 */
export function typeOfOutput(
  { job, output }: { readonly job: string; readonly output: string },
  pipeline: PartialPipelineJob,
): DataType | LiteralType {
  const source = pipeline.jobs[job];
  const known = source?.ports?.outputs[output]?.type;
  if (known !== undefined) return known;
  const bound = source?.outputs[output];
  if (typeof bound === 'object' && bound.type !== undefined) return bound.type;
  const name = bound && boundPipelineOutput(typeof bound === 'string' ? bound : (bound.path ?? ''));
  return (name && pipeline.outputs[name]?.type) || 'uri_folder';
}
