import { z } from 'zod';
import { type Component, readComponent } from './component.ts';
import { type PipelineNode, readJob } from './jobs/job-types.ts';
import { outputSchema, type PipelineOutput, pipelineInputSchema, portName } from './jobs/job-values.ts';
import { type PipelineComponent, readPipelineComponent } from './jobs/pipeline-component-job.ts';
import { isReservedName } from './reserved-names.ts';
import { identitySchema } from './settings/identity.ts';
import { servicesSchema } from './settings/services.ts';
import { checkContent, type Report, readYaml, throwProblems } from './yaml-file.ts';

const pipelineSchema = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('pipeline'),
  name: z.string().optional(),
  display_name: z.string().optional(),
  experiment_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.string()).optional(),
  compute: z.string().optional(),
  services: servicesSchema.optional(),
  identity: identitySchema.optional(),
  settings: z
    .strictObject({
      default_compute: z.string().optional(),
      default_datastore: z.string().optional(),
      // Azure ML goes on after a failure where nothing is said.
      continue_on_step_failure: z.boolean().optional(),
      force_rerun: z.boolean().optional(),
      continue_run_on_failed_optional_input: z.boolean().optional(),
      on_init: z.string().optional(),
      on_finalize: z.string().optional(),
    })
    .default({}),
  inputs: z.record(portName, pipelineInputSchema).default({}),
  outputs: z
    .record(portName, z.union([outputSchema, z.null().transform((): PipelineOutput => ({}))]))
    .default({}),
  jobs: z
    .record(
      z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a job name is made of a-z, 0-9 and _'),
      z.record(z.string(), z.unknown()),
    )
    .refine((jobs) => Object.keys(jobs).length > 0, 'there is no job'),
});

export type { PipelineNode } from './jobs/job-types.ts';
export type { JobInput as NodeInput } from './jobs/job-values.ts';

/** An Azure ML pipeline job with the components it names. */
export interface PipelineJob extends Omit<z.infer<typeof pipelineSchema>, 'jobs'> {
  /** The file it was read from; paths written in it are relative to its folder. */
  readonly file: string;
  readonly jobs: Readonly<Record<string, PipelineNode>>;
}

/** A pipeline of which some components could not be read: those jobs are null, and what is wrong has been reported. */
export interface PartialPipelineJob extends Omit<PipelineJob, 'jobs'> {
  readonly jobs: Readonly<Record<string, PipelineNode | null>>;
}

/** Reads a pipeline and its components. Throws one UsageError with everything that is wrong in any of the files. */
export async function loadPipeline(file: string): Promise<PipelineJob> {
  const problems: string[] = [];
  const pipeline = await readPipeline(file, (problem) => problems.push(problem));
  throwProblems(`${file} is not a pipeline that can run`, problems);
  return pipeline as PipelineJob;
}

/**
 * As `loadPipeline`, but what is wrong goes to `report`. `updates`, from a schedule, are laid over what the file says.
 * Undefined where the pipeline file itself cannot be used.
 */
export async function readPipeline(
  file: string,
  report: Report,
  updates: Readonly<Record<string, unknown>> = {},
): Promise<PartialPipelineJob | undefined> {
  const written = await readYaml(file, z.record(z.string(), z.unknown()), report);
  const content = written && checkContent(merged(written, updates), file, pipelineSchema, report);
  if (content === undefined) return undefined;
  checkNames(content, (problem) => report(`${file}: ${problem}`));
  const component = componentReader(report);
  const jobs: Record<string, PipelineNode | null> = {};
  for (const [name, job] of Object.entries(content.jobs)) {
    jobs[name] = await readJob(job, { file, name, component, report });
  }
  return { ...content, file, jobs };
}

/** Reads a component that is a pipeline. What is wrong goes to `report`, and the result is then undefined. */
export function readNested(
  file: string,
  report: Report,
): Promise<PipelineComponent<PipelineNode> | undefined> {
  const place = { file, name: '', component: componentReader(report), report };
  return readPipelineComponent(file, place, readJob);
}

/** Reads each file once. */
function componentReader(report: Report): (file: string) => Promise<Component | undefined> {
  const components = new Map<string, Promise<Component | undefined>>();
  return (file) => {
    const reading = components.get(file) ?? readComponent(file, report);
    components.set(file, reading);
    return reading;
  };
}

/** Maps are merged key by key, as azure-ai-ml merges what a schedule changes; all else is replaced. */
function merged(
  base: Readonly<Record<string, unknown>>,
  updates: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(updates)) {
    const before = result[key];
    result[key] = isMap(before) && isMap(value) ? merged(before, value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkNames({ jobs, inputs, outputs }: z.infer<typeof pipelineSchema>, fail: Report): void {
  for (const [of, names] of Object.entries({ jobs, inputs, outputs })) {
    for (const name of Object.keys(names)) {
      if (isReservedName(name)) fail(`${of}.${name}: the name is one of Azure ML's own`);
    }
  }
}
