import path from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../../errors.ts';
import { type Component, valuesNotKnown } from '../component.ts';
import {
  type ComponentReference,
  isComponentReference,
  isLabelled,
  parseComponentReference,
} from '../component-reference.ts';
import { type CommandSettings, commandSettings } from './command-settings.ts';
import { checkJob, checkVariables, type JobBase, type JobContent, type JobPlace } from './job.ts';

/** A job of a component whose file is at hand. */
export interface ComponentJob extends JobBase, Omit<CommandSettings, keyof JobBase> {
  readonly kind: 'component';
  readonly component: Component;
}

/** A job of a component of a workspace or registry. */
export interface RegisteredJob extends JobBase, Omit<CommandSettings, keyof JobBase> {
  readonly kind: 'registered';
  readonly component: ComponentReference;
}

/** Keys that azure-ai-ml takes beside a component, and then leaves out: the component's own hold. */
const WITHOUT_EFFECT = {
  command: z.unknown().optional(),
  code: z.unknown().optional(),
  environment: z.unknown().optional(),
};

const componentJobSchema = z.strictObject({
  ...commandSettings,
  ...WITHOUT_EFFECT,
  component: z.string().min(1),
});

/** Reads a job of the type command that names a component. */
export async function readComponentJob(
  written: JobContent,
  place: JobPlace,
): Promise<ComponentJob | RegisteredJob | null> {
  const content = checkJob(written, componentJobSchema, place);
  if (content === undefined) return null;
  checkVariables(content.environment_variables, place);
  const idle = Object.keys(WITHOUT_EFFECT)
    .filter((key) => Object.hasOwn(content, key))
    .map((key) => `${key} is the component's own: azure-ai-ml does not send what stands here`);
  if (!isComponentReference(content.component)) {
    const component = await place.component(componentPath(place.file, content.component));
    if (component === undefined) return null;
    const values = valuesNotKnown(component).map((line) => `${component.file}: ${line}`);
    const unchecked = [...idle, ...values];
    return { ...content, kind: 'component', written, component, ports: component, unchecked };
  }
  const component = registeredComponent(content.component, place);
  if (component === undefined) return null;
  const unchecked = [...idle, notAtHand(component)];
  return { ...content, kind: 'registered', written, component, ports: undefined, unchecked };
}

/** Says that of a registered component nothing is known. */
export function notAtHand({ text }: ComponentReference): string {
  return `${text} is not at hand: neither its inputs nor its outputs`;
}

/** The component of a workspace or registry that `reference` names; what is none is reported. */
export function registeredComponent(
  reference: string,
  { file, name, report }: Pick<JobPlace, 'file' | 'name' | 'report'>,
  key: 'component' | 'trial' = 'component',
): ComponentReference | undefined {
  const at = `${file}: jobs.${name}.${key}`;
  try {
    const component = parseComponentReference(reference);
    if (component !== undefined) {
      // azure-ai-ml knows this label alone of a workspace's components.
      if (!isLabelled(component) || component.label === 'latest') return component;
      report(`${at}: the label ${component.label} of ${component.name} cannot be looked up, only latest can`);
      return undefined;
    }
    report(
      `${at}: \`${reference}\` is neither a file nor azureml:NAME:VERSION, azureml:NAME@latest or azureml://registries/REGISTRY/components/NAME/versions/VERSION`,
    );
  } catch (error) {
    report(`${at}: ${messageOf(error)}`);
  }
  return undefined;
}

/** Azure ML takes a component as a path from the pipeline's folder, with or without `file:` before it. */
export function componentPath(file: string, reference: string): string {
  const place = reference.replace(/^file:/, '');
  return path.isAbsolute(place) ? place : path.join(path.dirname(file), place);
}
