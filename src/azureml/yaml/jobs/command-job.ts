import { z } from 'zod';
import { messageOf } from '../../../errors.ts';
import type { DataType, Literal, LiteralType } from '../data-type.ts';
import { type CommandTemplate, parseBinding, parseCommand, referencesOf } from '../expressions.ts';
import type { InputPort, OutputPort } from '../ports.ts';
import { type CommandSettings, commandSettings } from './command-settings.ts';
import { environmentOfJob, type JobEnvironment } from './environment.ts';
import { checkJob, checkVariables, type JobBase, type JobContent, type JobPlace } from './job.ts';
import type { JobInput, JobOutput } from './job-values.ts';

/** A command written out in the pipeline itself. */
export interface CommandJob extends JobBase, Omit<CommandSettings, keyof JobBase> {
  readonly kind: 'command';
  readonly command: string;
  readonly template: CommandTemplate;
  readonly environment: JobEnvironment;
  /** A folder from the pipeline's folder, or a URL: what lies beside the command where it runs. */
  readonly code?: string | undefined;
}

const commandJobSchema = z.strictObject({
  $schema: z.string().optional(),
  ...commandSettings,
  command: z.string().min(1),
  environment: environmentOfJob,
  code: z.string().min(1).optional(),
  parent_job_name: z.string().optional(),
});

/** Reads a job of the type command that has a command of its own. */
export async function readCommandJob(written: JobContent, place: JobPlace): Promise<CommandJob | null> {
  const content = checkJob(written, commandJobSchema, place);
  if (content === undefined) return null;
  checkVariables(content.environment_variables, place);
  const at = `${place.file}: jobs.${place.name}.command`;
  let template: CommandTemplate;
  try {
    template = parseCommand(content.command);
  } catch (error) {
    place.report(`${at}: ${messageOf(error)}`);
    return null;
  }
  const { inputs, outputs } = content;
  let sound = true;
  for (const { reference } of referencesOf(template)) {
    if (Object.hasOwn(reference.of === 'inputs' ? inputs : outputs, reference.name)) continue;
    sound = false;
    const text = `\${{${reference.of}.${reference.name}}}`;
    place.report(`${at}: ${text}: there is no such ${reference.of === 'inputs' ? 'input' : 'output'}`);
  }
  if (!sound) return null;
  const ports = {
    file: `the job ${place.name}`,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, inputPort(value)])),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, outputPort(value)])),
  };
  return { ...content, kind: 'command', written, template, ports, unchecked: [] };
}

/** What azure-ai-ml makes of a value that a job has for itself: an input of that type. */
function inputPort(value: JobInput): InputPort {
  if (typeof value !== 'object') return isBinding(value) ? {} : { type: literalTypeOf(value) };
  return isBinding(value.path) ? {} : { type: value.type ?? 'uri_folder' };
}

function outputPort(value: JobOutput): OutputPort {
  if (typeof value === 'string' || value.path?.includes('${{parent.outputs.') === true) return {};
  return { type: (value.type ?? 'uri_folder') satisfies DataType };
}

function isBinding(value: Literal): boolean {
  try {
    return typeof value === 'string' && parseBinding(value) !== undefined;
  } catch {
    return true;
  }
}

function literalTypeOf(value: Literal): LiteralType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return Number.isInteger(value) ? 'integer' : 'number';
}
