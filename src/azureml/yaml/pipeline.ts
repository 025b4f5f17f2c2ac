import path from 'node:path';
import { z } from 'zod';
import { type Component, distributionSchema, portName, readComponent, resourcesSchema } from './component.ts';
import { dataTypes, literalSchema } from './data-type.ts';
import { isReservedName, isReservedVariable } from './reserved-names.ts';
import { checkContent, type Report, readYaml, throwProblems } from './yaml-file.ts';

const inputMode = z.enum(['ro_mount', 'rw_mount', 'download', 'direct']);
const outputMode = z.enum(['rw_mount', 'upload']);

const notAValue = { error: 'must be a text, a number, true/false, or a file or folder with its `path`' };

const pipelineInputSchema = z.union(
  [
    literalSchema,
    z.strictObject({ type: z.enum(dataTypes), path: z.string().min(1), mode: inputMode.optional() }),
  ],
  notAValue,
);

const nodeInputSchema = z.union(
  [
    literalSchema,
    z.strictObject({
      type: z.enum(dataTypes).optional(),
      path: z.string().min(1),
      mode: inputMode.optional(),
    }),
  ],
  notAValue,
);

const outputSchema = z.strictObject({
  type: z.enum(dataTypes).optional(),
  mode: outputMode.optional(),
  path: z.string().optional(),
  description: z.string().optional(),
});

const identitySchema = z.strictObject({
  type: z.enum(['managed', 'managed_identity', 'user_identity', 'aml_token']),
  client_id: z.string().optional(),
});

const nodeSchema = z.strictObject({
  type: z.literal('command').optional(),
  display_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  component: z.string().min(1),
  compute: z.string().optional(),
  resources: resourcesSchema.optional(),
  distribution: distributionSchema.optional(),
  limits: z.strictObject({ timeout: z.int().min(1) }).optional(),
  environment_variables: z.record(z.string(), z.string()).default({}),
  identity: identitySchema.optional(),
  inputs: z.record(portName, nodeInputSchema).default({}),
  outputs: z.record(portName, z.union([z.string(), outputSchema])).default({}),
});

const pipelineSchema = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('pipeline'),
  name: z.string().optional(),
  display_name: z.string().optional(),
  experiment_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  compute: z.string().optional(),
  identity: identitySchema.optional(),
  settings: z
    .strictObject({
      default_compute: z.string().optional(),
      default_datastore: z.string().optional(),
      // Azure ML goes on after a failure where nothing is said.
      continue_on_step_failure: z.boolean().default(true),
      force_rerun: z.boolean().optional(),
    })
    .default({ continue_on_step_failure: true }),
  inputs: z.record(portName, pipelineInputSchema).default({}),
  outputs: z.record(portName, outputSchema).default({}),
  jobs: z
    .record(z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a job name is made of a-z, 0-9 and _'), nodeSchema)
    .refine((jobs) => Object.keys(jobs).length > 0, 'there is no job'),
});

export type NodeInput = z.infer<typeof nodeInputSchema>;

/** A job of a pipeline: a component with what its inputs and outputs are bound to. */
export interface PipelineNode extends Omit<z.infer<typeof nodeSchema>, 'component'> {
  readonly component: Component;
}

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
  const components = new Map<string, Promise<Component | undefined>>();
  const jobs: Record<string, PipelineNode | null> = {};
  for (const [name, node] of Object.entries(content.jobs)) {
    const componentFile = componentPath(file, node.component);
    if (componentFile === undefined) {
      report(
        `${file}: jobs.${name}.component: \`${node.component}\` is not a path; a local run needs the component.yml`,
      );
      jobs[name] = null;
      continue;
    }
    const reading = components.get(componentFile) ?? readComponent(componentFile, report);
    components.set(componentFile, reading);
    const component = await reading;
    jobs[name] = component === undefined ? null : { ...node, component };
  }
  return { ...content, file, jobs };
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
  for (const [job, node] of Object.entries(jobs)) {
    for (const name of Object.keys(node.environment_variables)) {
      if (isReservedVariable(name)) {
        fail(`jobs.${job}.environment_variables.${name}: Azure ML sets this variable itself`);
      }
    }
  }
}

/** Azure ML takes a component as a path from the pipeline's folder, with or without `file:` before it. */
function componentPath(file: string, reference: string): string | undefined {
  if (reference.startsWith('azureml:') || reference.includes('://')) return undefined;
  const place = reference.replace(/^file:/, '');
  return path.isAbsolute(place) ? place : path.join(path.dirname(file), place);
}
