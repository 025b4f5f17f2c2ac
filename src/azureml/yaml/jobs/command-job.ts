import { z } from 'zod';
import { messageOf } from '../../../errors.ts';
import { type CommandTemplate, parseCommand, referencesOf } from '../expressions.ts';
import { checkCode } from '../settings/code.ts';
import { checkEnvironment, environmentOfJob, type JobEnvironment } from '../settings/environment.ts';
import type { Report } from '../yaml-file.ts';
import { type CommandSettings, commandSettings } from './command-settings.ts';
import { checkJob, checkVariables, type JobBase, type JobContent, type JobPlace } from './job.ts';
import { portsOfValues } from './own-ports.ts';

/** A command written out in the pipeline itself. */
export interface CommandJob extends JobBase, Omit<CommandSettings, keyof JobBase> {
  readonly kind: 'command';
  readonly command: string;
  readonly template: CommandTemplate;
  readonly environment: JobEnvironment;
  /** A folder from the pipeline's folder, or a URL: what lies beside the command where it runs. */
  readonly code?: string | undefined;
}

const { comment: _, ...ownSettings } = commandSettings;

const commandJobSchema = z.strictObject({
  $schema: z.string().optional(),
  ...ownSettings,
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
  const { file, name, report } = place;
  const fail: Report = (problem) => report(`${file}: jobs.${name}.${problem}`);
  await checkCode(content.code, file, fail);
  await checkEnvironment(content.environment, file, fail);
  if (!sound) return null;
  const ports = portsOfValues(`the job ${place.name}`, content);
  return { ...content, kind: 'command', written, template, ports, unchecked: [] };
}
