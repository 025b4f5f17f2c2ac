import { type AutomlJob, readAutomlJob } from './automl-job.ts';
import { type CommandJob, readCommandJob } from './command-job.ts';
import { type ComponentJob, type RegisteredJob, readComponentJob } from './component-job.ts';
import type { JobBase, JobContent, JobPlace, ReadJob } from './job.ts';
import { type OtherJob, readOtherJob } from './other-job.ts';
import { type ParallelJob, readParallelJob } from './parallel-job.ts';
import { type PipelineComponentJob, readPipelineComponentJob } from './pipeline-component-job.ts';
import { readSparkJob, type SparkJob } from './spark-job.ts';
import { readSweepJob, type SweepJob } from './sweep-job.ts';

/** A job of a pipeline, by what it is. */
export type PipelineNode =
  | ComponentJob
  | RegisteredJob
  | CommandJob
  | ParallelJob
  | SweepJob
  | SparkJob
  | AutomlJob
  | PipelineComponentJob<PipelineNode>
  | OtherJob;

/** Who reads the jobs of a type. A type that is not here is kept whole, unchecked. */
const READERS: Readonly<Record<string, ReadJob<PipelineNode & JobBase>>> = {
  command: (content, place) =>
    Object.hasOwn(content, 'component') ? readComponentJob(content, place) : readCommandJob(content, place),
  parallel: readParallelJob,
  sweep: readSweepJob,
  spark: readSparkJob,
  automl: readAutomlJob,
  pipeline: (content, place) => readPipelineComponentJob(content, place, readJob),
};

/** Reads a job; one that does not say its type runs a command. */
export function readJob(content: JobContent, place: JobPlace): Promise<PipelineNode | null> {
  const type = content.type ?? 'command';
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : readOtherJob;
  return read(content, place);
}
