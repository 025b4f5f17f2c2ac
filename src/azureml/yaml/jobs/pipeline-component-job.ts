import { z } from 'zod';
import { checkPorts, componentKeys } from '../component-ports.ts';
import { type ComponentReference, isComponentReference } from '../component-reference.ts';
import { type Report, readYaml } from '../yaml-file.ts';
import { componentPath, notAtHand, registeredComponent } from './component-job.ts';
import { checkJob, type JobBase, type JobContent, type JobPlace, sharedKeys } from './job.ts';

const pipelineComponentSchema = z.strictObject({
  ...componentKeys,
  type: z.literal('pipeline'),
  jobs: z
    .record(
      z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a job name is made of a-z, 0-9 and _'),
      z.record(z.string(), z.unknown()),
    )
    .refine((jobs) => Object.keys(jobs).length > 0, 'there is no job'),
});

/** A component that is a pipeline; a job that could not be read is null, and what is wrong has been reported. */
export interface PipelineComponent<Node extends JobBase>
  extends Omit<z.infer<typeof pipelineComponentSchema>, 'jobs'> {
  readonly file: string;
  readonly jobs: Readonly<Record<string, Node | null>>;
}

const pipelineComponentJobSchema = z.strictObject({
  ...sharedKeys,
  type: z.literal('pipeline'),
  comment: z.string().optional(),
  component: z
    .string({ error: 'is missing: a pipeline in a pipeline is a component with a file of its own' })
    .min(1),
});

/** A job that is a pipeline itself. */
export interface PipelineComponentJob<Node extends JobBase>
  extends JobBase,
    Omit<z.infer<typeof pipelineComponentJobSchema>, keyof JobBase | 'type' | 'component'> {
  readonly kind: 'pipeline';
  readonly component: PipelineComponent<Node> | ComponentReference;
}

/** Reads a job of the type pipeline, and the jobs of its component by `readJob`. */
export async function readPipelineComponentJob<Node extends JobBase>(
  written: JobContent,
  place: JobPlace,
  readJob: (content: JobContent, place: JobPlace) => Promise<Node | null>,
): Promise<PipelineComponentJob<Node> | null> {
  const content = checkJob(written, pipelineComponentJobSchema, place);
  if (content === undefined) return null;
  if (isComponentReference(content.component)) {
    const component = registeredComponent(content.component, place);
    if (component === undefined) return null;
    const unchecked = [notAtHand(component)];
    return { ...content, kind: 'pipeline', written, component, ports: undefined, unchecked };
  }
  const file = componentPath(place.file, content.component);
  if (place.within?.includes(file)) {
    place.report(`${place.file}: jobs.${place.name}.component: ${file} holds itself`);
    return null;
  }
  const component = await readPipelineComponent(file, place, readJob);
  if (component === undefined) return null;
  const unchecked = Object.entries(component.jobs).flatMap(([name, node]) =>
    (node?.unchecked ?? []).map((line) => `${file}: jobs.${name}: ${line}`),
  );
  return { ...content, kind: 'pipeline', written, component, ports: component, unchecked };
}

/** Reads a component of the type pipeline, and its jobs. What is wrong is reported, and the result is then undefined. */
export async function readPipelineComponent<Node extends JobBase>(
  file: string,
  place: JobPlace,
  readJob: (content: JobContent, place: JobPlace) => Promise<Node | null>,
): Promise<PipelineComponent<Node> | undefined> {
  const content = await readYaml(file, pipelineComponentSchema, place.report);
  if (content === undefined) return undefined;
  let sound = true;
  const report: Report = (problem) => {
    sound = false;
    place.report(problem);
  };
  checkPorts(content, (problem) => report(`${file}: ${problem}`));
  const within = [...(place.within ?? [place.file]), file];
  const jobs: Record<string, Node | null> = {};
  for (const [name, job] of Object.entries(content.jobs))
    jobs[name] = await readJob(job, { ...place, file, name, report, within });
  return sound ? { ...content, file, jobs } : undefined;
}
