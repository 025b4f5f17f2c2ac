import type { PipelineNode } from '../../yaml/pipeline.ts';
import { componentJob, registeredJob } from './component-job.ts';
import type { JobBody } from './job-body.ts';

type Kind = PipelineNode['kind'];
type Bodies = { readonly [K in Kind]?: JobBody<Extract<PipelineNode, { kind: K }>> };

/** How the jobs of a kind are sent. One that is not here cannot be. */
const BODIES: Bodies = {
  component: componentJob,
  registered: registeredJob,
};

/** How a job is sent; undefined where nobody here knows. */
export function jobBodyOf(node: PipelineNode): JobBody<PipelineNode> | undefined {
  return BODIES[node.kind] as JobBody<PipelineNode> | undefined;
}
