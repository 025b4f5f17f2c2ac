import { type CommandJob, readCommandJob } from './command-job.ts';
import { type ComponentJob, type RegisteredJob, readComponentJob } from './component-job.ts';
import type { JobBase, JobContent, JobPlace, ReadJob } from './job.ts';
import { type OtherJob, readOtherJob } from './other-job.ts';

/** A job of a pipeline, by what it is. */
export type PipelineNode = ComponentJob | RegisteredJob | CommandJob | OtherJob;

/** Who reads the jobs of a type. A type that is not here is kept whole, unchecked. */
const READERS: Readonly<Record<string, ReadJob<PipelineNode & JobBase>>> = {
  command: (content, place) =>
    Object.hasOwn(content, 'component') ? readComponentJob(content, place) : readCommandJob(content, place),
};

/** Reads a job; one that does not say its type runs a command. */
export function readJob(content: JobContent, place: JobPlace): Promise<PipelineNode | null> {
  const type = content.type ?? 'command';
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : readOtherJob;
  return read(content, place);
}
