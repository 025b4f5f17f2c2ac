import { z } from 'zod';
import { checkPorts, componentKeys } from '../component-ports.ts';
import { type ComponentReference, isComponentReference } from '../component-reference.ts';
import type { Ports } from '../ports.ts';
import { checkCode } from '../settings/code.ts';
import { identitySchema } from '../settings/identity.ts';
import { parallelSettings } from '../settings/parallel-settings.ts';
import { type Report, readYaml } from '../yaml-file.ts';
import { componentPath, notAtHand, registeredComponent } from './component-job.ts';
import { checkJob, checkVariables, type JobBase, type JobContent, type JobPlace, sharedKeys } from './job.ts';
import { portsOfValues } from './own-ports.ts';

const parallelComponentSchema = z.strictObject({
  ...componentKeys,
  type: z.literal('parallel'),
  ...parallelSettings,
});

/** A component whose script is handed one mini batch after another. */
export interface ParallelComponent extends z.infer<typeof parallelComponentSchema> {
  readonly file: string;
}

const settings = {
  ...sharedKeys,
  type: z.literal('parallel'),
  compute: z.string().optional(),
  environment_variables: z.record(z.string(), z.string()).default({}),
  identity: identitySchema.optional(),
  ...parallelSettings,
};

const inline = z.strictObject(settings);
const ofComponent = z.strictObject({
  ...settings,
  component: z.string().min(1),
  comment: z.string().optional(),
});

type ParallelJobSettings = Omit<z.infer<typeof inline>, 'type'>;

/** A job that hands its data to a script in mini batches, on many nodes. */
export interface ParallelJob extends JobBase, Omit<ParallelJobSettings, keyof JobBase> {
  readonly kind: 'parallel';
  readonly comment?: string | undefined;
  /** Undefined where the job has a task of its own. */
  readonly component: ParallelComponent | ComponentReference | undefined;
}

/** Reads a job of the type parallel, of a component or with a task of its own. */
export async function readParallelJob(written: JobContent, place: JobPlace): Promise<ParallelJob | null> {
  return Object.hasOwn(written, 'component') ? readOfComponent(written, place) : readInline(written, place);
}

async function readOfComponent(written: JobContent, place: JobPlace): Promise<ParallelJob | null> {
  const content = checkJob(written, ofComponent, place);
  if (content === undefined) return null;
  checkVariables(content.environment_variables, place);
  if (isComponentReference(content.component)) {
    const component = registeredComponent(content.component, place);
    if (component === undefined) return null;
    const unchecked = [notAtHand(component)];
    return { ...content, kind: 'parallel', written, component, ports: undefined, unchecked };
  }
  const file = componentPath(place.file, content.component);
  const component = await readParallelComponent(file, place.report);
  if (component === undefined) return null;
  return { ...content, kind: 'parallel', written, component, ports: component, unchecked: [] };
}

async function readInline(written: JobContent, place: JobPlace): Promise<ParallelJob | null> {
  const content = checkJob(written, inline, place);
  if (content === undefined) return null;
  const at = `${place.file}: jobs.${place.name}`;
  const ports = portsOfValues(`the job ${place.name}`, content);
  let sound = true;
  const fail: Report = (problem) => {
    sound = false;
    place.report(`${at}.${problem}`);
  };
  checkVariables(content.environment_variables, place);
  checkTask(content, ports, fail);
  await checkCode(content.task?.code, place.file, (problem) => fail(`task.${problem}`));
  return sound ? { ...content, kind: 'parallel', written, component: undefined, ports, unchecked: [] } : null;
}

/** Reads a component of the type parallel. What is wrong goes to `report`, and the result is then undefined. */
export async function readParallelComponent(
  file: string,
  report: Report,
): Promise<ParallelComponent | undefined> {
  const content = await readYaml(file, parallelComponentSchema, report);
  if (content === undefined) return undefined;
  let sound = true;
  const fail: Report = (problem) => {
    sound = false;
    report(`${file}: ${problem}`);
  };
  checkPorts(content, fail);
  checkTask(content, content, fail);
  await checkCode(content.task?.code, file, (problem) => fail(`task.${problem}`));
  return sound ? { ...content, file } : undefined;
}

/** azure-ai-ml sends a job without a task, and bindings to nothing. */
function checkTask(
  { task, input_data }: Pick<ParallelComponent, 'task' | 'input_data'>,
  { inputs, outputs }: Omit<Ports, 'file'>,
  fail: Report,
): void {
  if (task === undefined) fail('task: is missing');
  if (input_data === undefined) fail('input_data: is missing');
  const texts = {
    input_data,
    'task.program_arguments': task?.program_arguments,
    'task.append_row_to': task?.append_row_to,
  };
  for (const [key, text = ''] of Object.entries(texts)) {
    for (const [whole, of, name] of text.matchAll(/\$\{\{(inputs|outputs)\.(\w+)\}\}/g)) {
      if (!Object.hasOwn(of === 'inputs' ? inputs : outputs, name))
        fail(`${key}: ${whole}: there is no such ${of.slice(0, -1)}`);
    }
  }
}
