import type { PipelineNode } from '../../yaml/pipeline.ts';
import { automlJob } from './automl-job.ts';
import { commandJob } from './command-job.ts';
import { componentJob, registeredJob } from './component-job.ts';
import type { JobBody } from './job-body.ts';
import { parallelJob } from './parallel-job.ts';
import { pipelineComponentJob } from './pipeline-component-job.ts';
import { sparkJob } from './spark-job.ts';
import { sweepJob } from './sweep-job.ts';

type Kind = PipelineNode['kind'];
type Bodies = { readonly [K in Kind]?: JobBody<Extract<PipelineNode, { kind: K }>> };

/** How the jobs of a kind are sent. One that is not here cannot be. */
const BODIES: Bodies = {
  component: componentJob,
  registered: registeredJob,
  command: commandJob,
  parallel: parallelJob,
  sweep: sweepJob,
  spark: sparkJob,
  automl: automlJob,
  pipeline: pipelineComponentJob(jobBodyOf),
};

/** How a job is sent; undefined where nobody here knows, of it or of a job within it. */
export function jobBodyOf(node: PipelineNode): JobBody<PipelineNode> | undefined {
  const within = node.kind === 'pipeline' && 'jobs' in node.component ? node.component.jobs : {};
  if (Object.values(within).some((job) => job !== null && jobBodyOf(job) === undefined)) return undefined;
  return BODIES[node.kind] as JobBody<PipelineNode> | undefined;
}
