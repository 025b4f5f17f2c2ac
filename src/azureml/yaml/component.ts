import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { type ComponentInput, checkPorts, componentKeys } from './component-ports.ts';
import { isDataType } from './data-type.ts';
import { type CommandTemplate, parseCommand, referencesOf } from './expressions.ts';
import { checkCode } from './settings/code.ts';
import { distributionSchema } from './settings/distribution.ts';
import { checkEnvironment, environmentOfJob } from './settings/environment.ts';
import { resourcesSchema } from './settings/resources.ts';
import { type Report, readYaml, throwProblems } from './yaml-file.ts';

/** Keys of a component that runs a command. */
export const commandKeys = {
  environment: environmentOfJob,
  resources: resourcesSchema.optional(),
  distribution: distributionSchema.optional(),
  command: z.string().min(1),
  /** A folder from that of the file, or a URL: what lies beside the command where it runs. */
  code: z.string().min(1).optional(),
};

const componentSchema = z.strictObject({ ...componentKeys, type: z.literal('command'), ...commandKeys });

/** An Azure ML command component, as `component.yml` describes it. */
export interface Component extends z.infer<typeof componentSchema> {
  /** The file it was read from. */
  readonly file: string;
  readonly template: CommandTemplate;
  /** Inputs and outputs, as the command has them, of which not every value may stand where they do. */
  readonly unquoted: readonly string[];
}

/**
 * Reads a `component.yml`. Throws one UsageError with everything that is wrong: unknown keys, a default outside its own
 * rule, references to inputs that do not exist, optional inputs outside `$[[ ]]` (azure-ai-ml lets these pass).
 */
export async function loadComponent(file: string): Promise<Component> {
  const problems: string[] = [];
  const component = await readComponent(file, (problem) => problems.push(problem));
  throwProblems(`${file} is not a component that can run`, problems);
  return component!;
}

/** As `loadComponent`, but what is wrong goes to `report`, and the result is then undefined. */
export async function readComponent(file: string, report: Report): Promise<Component | undefined> {
  const content = await readYaml(file, componentSchema, report);
  if (content === undefined) return undefined;
  const fail: Report = (problem) => report(`${file}: ${problem}`);
  await checkCode(content.code, file, fail);
  await checkEnvironment(content.environment, file, fail);
  return checkedCommand({ ...content, file }, fail);
}

/** A component whose ports and command have been checked; undefined where something is wrong, which goes to `report`. */
export function checkedCommand(
  content: Omit<Component, 'template' | 'unquoted'>,
  report: Report,
): Component | undefined {
  let sound = true;
  const fail: Report = (problem) => {
    sound = false;
    report(problem);
  };
  checkPorts(content, fail);
  let template: CommandTemplate = [];
  try {
    template = parseCommand(content.command);
  } catch (error) {
    fail(`command: ${messageOf(error)}`);
  }
  const component = { ...content, template, unquoted: unquotedOf(content, template) };
  checkCommand(component, fail);
  return sound ? component : undefined;
}

function checkCommand({ command, template, inputs, outputs }: Component, fail: Report): void {
  if (/\\\s*$/m.test(command))
    fail('command: Azure ML knows no line continuation with `\\`; fold the lines with `>-`');
  for (const { reference, optional } of referencesOf(template)) {
    const { of, name } = reference;
    const text = `\${{${of}.${name}}}`;
    const ports = of === 'inputs' ? inputs : outputs;
    if (!Object.hasOwn(ports, name)) {
      fail(`command: ${text}: there is no such ${of === 'inputs' ? 'input' : 'output'}`);
      continue;
    }
    const isOptional = of === 'inputs' && inputs[name].optional === true;
    if (optional && !isOptional) fail(`command: ${text}: only an optional input may stand inside $[[ ]]`);
    if (!optional && isOptional) fail(`command: ${text}: an optional input may stand only inside $[[ ]]`);
  }
}

/** Many a component that was written for values without blanks does well so: what is wrong is the value that has some. */
function unquotedOf(
  { inputs, outputs }: Pick<Component, 'inputs' | 'outputs'>,
  template: CommandTemplate,
): string[] {
  return referencesOf(template).flatMap(({ reference: { of, name, quotes } }) => {
    if (quotes === "'" || !Object.hasOwn(of === 'inputs' ? inputs : outputs, name)) return [];
    const anyText = of === 'outputs' || isDataType(inputs[name].type) || hasFreeText(inputs[name]);
    return anyText ? [`\${{${of}.${name}}}`] : [];
  });
}

/** Says that it is not known whether the values of a component's inputs may stand where they do in its command. */
export function valuesNotKnown({ unquoted }: Component): string[] {
  if (unquoted.length === 0) return [];
  return [
    `command: whether the values of ${unquoted.join(', ')} hold blanks or signs of the shell; between single quotes any may stand`,
  ];
}

function hasFreeText(input: ComponentInput): boolean {
  return input.type === 'string' && input.enum === undefined;
}
