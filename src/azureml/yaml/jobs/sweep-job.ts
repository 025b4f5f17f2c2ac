import { z } from 'zod';
import { type Component, checkedCommand, commandKeys, valuesNotKnown } from '../component.ts';
import { componentInputSchema, componentOutputSchema } from '../component-ports.ts';
import { type ComponentReference, isComponentReference } from '../component-reference.ts';
import type { Ports } from '../ports.ts';
import { checkCode } from '../settings/code.ts';
import { sweepSettings } from '../settings/sweep-settings.ts';
import { checkContent, type Report } from '../yaml-file.ts';
import { componentPath, notAtHand, registeredComponent } from './component-job.ts';
import { checkJob, type JobBase, type JobContent, type JobPlace, sharedKeys } from './job.ts';
import { portName } from './job-values.ts';

const sweepJobSchema = z.strictObject({
  ...sharedKeys,
  type: z.literal('sweep'),
  compute: z.string().optional(),
  comment: z.string().optional(),
  trial: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  ...sweepSettings,
});

const inlineTrialSchema = z.strictObject({
  type: z.literal('command').default('command'),
  display_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  is_deterministic: z.boolean().optional(),
  inputs: z.record(portName, componentInputSchema).default({}),
  outputs: z.record(portName, componentOutputSchema).default({}),
  ...commandKeys,
});

/** A job that runs a component again and again with other parameters. */
export interface SweepJob extends JobBase, Omit<z.infer<typeof sweepJobSchema>, keyof JobBase | 'trial'> {
  readonly kind: 'sweep';
  readonly trial: Component | ComponentReference;
  /** Whether the trial is written out in the job. */
  readonly isInline: boolean;
}

/** Reads a job of the type sweep. */
export async function readSweepJob(written: JobContent, place: JobPlace): Promise<SweepJob | null> {
  const content = checkJob(written, sweepJobSchema, place);
  if (content === undefined) return null;
  if (typeof content.trial === 'string' && isComponentReference(content.trial)) {
    const trial = registeredComponent(content.trial, place, 'trial');
    if (trial === undefined) return null;
    const unchecked = [notAtHand(trial)];
    return { ...content, kind: 'sweep', written, trial, isInline: false, ports: undefined, unchecked };
  }
  const trial =
    typeof content.trial === 'string'
      ? await place.component(componentPath(place.file, content.trial))
      : await readTrial(content.trial, place);
  if (trial === undefined) return null;
  const isInline = typeof content.trial !== 'string';
  const ports = { ...trial, file: isInline ? `the trial of ${place.name}` : trial.file };
  const searched = Object.keys(content.search_space ?? {});
  for (const name of searched) {
    if (Object.hasOwn(trial.inputs, name)) continue;
    place.report(
      `${place.file}: jobs.${place.name}.search_space.${name}: ${ports.file} has no such input to put a value into`,
    );
    return null;
  }
  return {
    ...content,
    kind: 'sweep',
    written,
    trial,
    isInline,
    ports: without(ports, searched),
    unchecked: valuesNotKnown(trial).map((line) => (isInline ? `trial.${line}` : `${trial.file}: ${line}`)),
  };
}

/** A trial that is written out in the job: a component without a name, whose paths are those of the pipeline. */
async function readTrial(
  written: JobContent,
  { file, name, report }: JobPlace,
): Promise<Component | undefined> {
  const content = checkContent(written, file, inlineTrialSchema, report, ['jobs', name, 'trial']);
  if (content === undefined) return undefined;
  const component = { ...content, name: 'trial', version: '1', file };
  const fail: Report = (problem) => report(`${file}: jobs.${name}.trial.${problem}`);
  await checkCode(content.code, file, fail);
  return checkedCommand(component, fail);
}

/** The inputs that the search space leaves to the job. */
function without({ file, inputs, outputs }: Ports, searched: readonly string[]): Ports {
  const left = Object.entries(inputs).filter(([name]) => !searched.includes(name));
  return { file, inputs: Object.fromEntries(left), outputs };
}
