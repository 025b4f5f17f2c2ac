import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { checkPorts, componentKeys } from '../component-ports.ts';
import { type ComponentReference, isComponentReference } from '../component-reference.ts';
import type { Ports } from '../ports.ts';
import { checkCode, codeFolder } from '../settings/code.ts';
import { identitySchema } from '../settings/identity.ts';
import {
  confProblem,
  type SparkConf,
  type SparkSettings,
  sparkResources,
  sparkSettings,
} from '../settings/spark-settings.ts';
import { type Report, readYaml } from '../yaml-file.ts';
import { componentPath, notAtHand, registeredComponent } from './component-job.ts';
import { checkJob, type JobBase, type JobContent, type JobPlace, sharedKeys } from './job.ts';
import type { JobInput, JobOutput } from './job-values.ts';
import { portsOfValues } from './own-ports.ts';

const sparkComponentSchema = z.strictObject({
  ...componentKeys,
  type: z.literal('spark'),
  ...sparkSettings,
});

/** A component that Spark runs. */
export interface SparkComponent extends z.infer<typeof sparkComponentSchema> {
  readonly file: string;
}

const settings = {
  ...sharedKeys,
  type: z.literal('spark'),
  compute: z.string().optional(),
  resources: sparkResources.optional(),
  identity: identitySchema.optional(),
};

const ofComponent = z.strictObject({
  ...settings,
  component: z.string().min(1),
  conf: sparkSettings.conf,
  comment: z.string().optional(),
});
const inline = z.strictObject({ ...settings, ...sparkSettings });

/** A job that Spark runs. */
export interface SparkJob extends JobBase, Omit<z.infer<typeof inline>, keyof JobBase | 'type'> {
  readonly kind: 'spark';
  readonly comment?: string | undefined;
  /** Undefined where the job has code of its own. */
  readonly component: SparkComponent | ComponentReference | undefined;
}

/** Reads a job of the type spark, of a component or with code of its own. */
export async function readSparkJob(written: JobContent, place: JobPlace): Promise<SparkJob | null> {
  return Object.hasOwn(written, 'component') ? readOfComponent(written, place) : readInline(written, place);
}

async function readOfComponent(written: JobContent, place: JobPlace): Promise<SparkJob | null> {
  const content = checkJob(written, ofComponent, place);
  if (content === undefined) return null;
  const { problems, fail } = reporter((problem) =>
    place.report(`${place.file}: jobs.${place.name}.${problem}`),
  );
  checkCompute(content, fail);
  if (isComponentReference(content.component)) {
    const component = registeredComponent(content.component, place);
    if (component === undefined || problems.length > 0) return null;
    const unchecked = [notAtHand(component)];
    return { ...content, kind: 'spark', written, component, ports: undefined, unchecked };
  }
  const component = await readSparkComponent(componentPath(place.file, content.component), place.report);
  if (component === undefined) return null;
  checkConf({ ...component.conf, ...content.conf }, fail);
  checkModes(content, component, fail);
  if (problems.length > 0) return null;
  return { ...content, kind: 'spark', written, component, ports: component, unchecked: [] };
}

async function readInline(written: JobContent, place: JobPlace): Promise<SparkJob | null> {
  const content = checkJob(written, inline, place);
  if (content === undefined) return null;
  const { problems, fail } = reporter((problem) =>
    place.report(`${place.file}: jobs.${place.name}.${problem}`),
  );
  const ports = portsOfValues(`the job ${place.name}`, content);
  checkCompute(content, fail);
  checkConf(content.conf, fail);
  checkModes(content, undefined, fail);
  checkArguments(content, ports, fail);
  await checkEntry(content, place.file, fail);
  if (problems.length > 0) return null;
  return { ...content, kind: 'spark', written, component: undefined, ports, unchecked: [] };
}

/** Reads a component of the type spark. What is wrong goes to `report`, and the result is then undefined. */
export async function readSparkComponent(file: string, report: Report): Promise<SparkComponent | undefined> {
  const content = await readYaml(file, sparkComponentSchema, report);
  if (content === undefined) return undefined;
  const { problems, fail } = reporter((problem) => report(`${file}: ${problem}`));
  checkPorts(content, fail);
  checkArguments(content, content, fail);
  await checkEntry(content, file, fail);
  return problems.length > 0 ? undefined : { ...content, file };
}

function reporter(report: Report): { problems: string[]; fail: Report } {
  const problems: string[] = [];
  return {
    problems,
    fail: (problem) => {
      problems.push(problem);
      report(problem);
    },
  };
}

function checkCompute({ compute, resources }: Pick<SparkJob, 'compute' | 'resources'>, fail: Report): void {
  if ((compute === undefined) === (resources === undefined))
    fail('resources: a Spark job has either compute, which is attached, or resources, which are serverless');
}

function checkConf(conf: SparkConf | undefined, fail: Report): void {
  const problem = confProblem(conf);
  if (problem !== undefined) fail(`conf: ${problem}`);
}

/** Spark reads and writes URLs: nothing is mounted for it. */
function checkModes(
  job: {
    readonly inputs: Readonly<Record<string, JobInput>>;
    readonly outputs: Readonly<Record<string, JobOutput>>;
  },
  component: SparkComponent | undefined,
  fail: Report,
): void {
  for (const side of ['inputs', 'outputs'] as const) {
    for (const [name, value] of Object.entries(job[side])) {
      if (typeof value !== 'object' || value.path?.startsWith('${{') === true) continue;
      const mode = value.mode ?? component?.[side][name]?.mode;
      if (mode === 'direct') continue;
      fail(`${side}.${name}: the mode of a Spark job is direct, not ${mode ?? 'what Azure ML would choose'}`);
    }
  }
}

function checkArguments({ args = '' }: SparkSettings, ports: Omit<Ports, 'file'>, fail: Report): void {
  for (const [whole, of, name] of args.matchAll(/\$\{\{(inputs|outputs)\.(\w+)\}\}/g)) {
    if (!Object.hasOwn(of === 'inputs' ? ports.inputs : ports.outputs, name))
      fail(`args: ${whole}: there is no such ${of.slice(0, -1)}`);
  }
}

async function checkEntry({ code, entry }: SparkSettings, file: string, fail: Report): Promise<void> {
  if (entry === undefined) {
    fail('entry: is missing');
    return;
  }
  await checkCode(code, file, fail);
  const folder = codeFolder(code, file);
  const place = folder && path.join(folder, entry.file);
  if (place !== undefined && (await stat(place).catch(() => undefined)) === undefined)
    fail(`entry: ${place} does not exist`);
}
