import path from 'node:path';
import { z } from 'zod';
import { type PartialPipelineJob, readPipeline } from './pipeline.ts';
import { checkTrigger, triggerSchema } from './trigger.ts';
import { type Report, readYaml } from './yaml-file.ts';

const scheduleSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-zA-Z0-9][\w-]{0,254}$/, 'a schedule name is made of letters, digits, _ and -'),
  display_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  trigger: triggerSchema,
  create_job: z.union([
    z.string(),
    z.strictObject({
      type: z.literal('pipeline').optional(),
      job: z.string(),
      display_name: z.string().optional(),
      experiment_name: z.string().optional(),
      description: z.string().optional(),
      tags: z.record(z.string(), z.string()).optional(),
      // Held against the schema of a pipeline once they have been laid over it.
      inputs: z.record(z.string(), z.unknown()).optional(),
      outputs: z.record(z.string(), z.unknown()).optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
  ]),
});

/** An Azure ML schedule with the pipeline that it starts, its changes in place. */
export interface Schedule extends z.infer<typeof scheduleSchema> {
  readonly file: string;
  readonly pipeline: PartialPipelineJob | undefined;
}

/** Reads the pipeline that a file is or, as a schedule, starts; what is wrong in any of the files goes to `report`. */
export async function readStarted(file: string, report: Report): Promise<PartialPipelineJob | undefined> {
  const content = await readYaml(file, z.record(z.string(), z.unknown()), report);
  if (content === undefined) return undefined;
  if (!Object.hasOwn(content, 'create_job')) return readPipeline(file, report);
  return (await readSchedule(file, report))?.pipeline;
}

/** Reads a schedule, its pipeline and its components; what is wrong in any of them goes to `report`. */
export async function readSchedule(file: string, report: Report): Promise<Schedule | undefined> {
  const content = await readYaml(file, scheduleSchema, report);
  if (content === undefined) return undefined;
  checkTrigger(content.trigger, (problem) => report(`${file}: trigger.${problem}`));
  const { create_job: action } = content;
  const { job, ...updates } = typeof action === 'string' ? { job: action } : action;
  if (job.startsWith('azureml:')) {
    report(`${file}: create_job: \`${job}\` is a job that has run; name the pipeline's file`);
    return { ...content, file, pipeline: undefined };
  }
  const pipelineFile = path.join(path.dirname(file), job.replace(/^file:/, ''));
  return { ...content, file, pipeline: await readPipeline(pipelineFile, report, updates) };
}
