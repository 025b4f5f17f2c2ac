import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { dataTypes, isDataType, literalProblem, literalSchema, literalTypes, textOf } from './data-type.ts';
import { type CommandTemplate, parseCommand, referencesOf } from './expressions.ts';
import { distributionSchema } from './jobs/distribution.ts';
import { environmentOfJob } from './jobs/environment.ts';
import { portName } from './jobs/job-values.ts';
import { resourcesSchema } from './jobs/resources.ts';
import { isReservedName } from './reserved-names.ts';
import { type Report, readYaml, throwProblems } from './yaml-file.ts';

const inputSchema = z.strictObject({
  type: z.enum([...literalTypes, ...dataTypes]),
  description: z.string().optional(),
  default: literalSchema.optional(),
  optional: z.boolean().optional(),
  enum: z.array(z.string()).min(1).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  mode: z.enum(['ro_mount', 'rw_mount', 'download', 'direct']).optional(),
});

const outputSchema = z.strictObject({
  type: z.enum(dataTypes),
  description: z.string().optional(),
  mode: z.enum(['rw_mount', 'upload']).optional(),
});

const componentSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'a component name is made of a-z, 0-9 and _'),
  display_name: z.string().optional(),
  version: z.union([z.string(), z.number()], { error: 'must be a text, such as 0.1.0' }).transform(String),
  type: z.literal('command'),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  is_deterministic: z.boolean().optional(),
  inputs: z.record(portName, inputSchema).default({}),
  outputs: z.record(portName, outputSchema).default({}),
  environment: environmentOfJob,
  resources: resourcesSchema.optional(),
  distribution: distributionSchema.optional(),
  command: z.string().min(1),
  /** A folder from that of the file, or a URL: what lies beside the command where it runs. */
  code: z.string().min(1).optional(),
});

export type ComponentInput = z.infer<typeof inputSchema>;

/** An Azure ML command component, as `component.yml` describes it. */
export interface Component extends z.infer<typeof componentSchema> {
  /** The file it was read from. */
  readonly file: string;
  readonly template: CommandTemplate;
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
  let sound = true;
  const fail: Report = (problem) => {
    sound = false;
    report(`${file}: ${problem}`);
  };
  checkPortNames(content, fail);
  for (const [name, input] of Object.entries(content.inputs)) checkInput(`inputs.${name}`, input, fail);
  let template: CommandTemplate = [];
  try {
    template = parseCommand(content.command);
  } catch (error) {
    fail(`command: ${messageOf(error)}`);
  }
  const component = { ...content, file, template };
  checkCommand(component, fail);
  return sound ? component : undefined;
}

/** Names that Azure ML keeps to itself, or cannot tell apart. */
function checkPortNames({ name, inputs, outputs }: z.infer<typeof componentSchema>, fail: Report): void {
  if (name === 'azureml_anonymous') fail(`name: Azure ML names components without a name ${name}`);
  for (const [of, ports] of Object.entries({ inputs, outputs })) {
    const seen = new Map<string, string>();
    for (const port of Object.keys(ports)) {
      const lower = port.toLowerCase();
      const other = seen.get(lower);
      if (other !== undefined) fail(`${of}: Azure ML cannot tell ${other} from ${port}`);
      seen.set(lower, port);
      if (isReservedName(port)) fail(`${of}.${port}: the name is one of Azure ML's own`);
    }
  }
}

function checkInput(key: string, input: ComponentInput, fail: Report): void {
  const { type, default: preset } = input;
  if (input.enum !== undefined && type !== 'string') fail(`${key}.enum: only a string can have one`);
  for (const bound of ['min', 'max'] as const) {
    if (input[bound] !== undefined && type !== 'integer' && type !== 'number') {
      fail(`${key}.${bound}: only a number can have one`);
    }
  }
  if (preset === undefined) return;
  if (isDataType(type)) {
    fail(`${key}.default: a ${type} cannot have one`);
    return;
  }
  const problem = literalProblem(textOf(preset), { ...input, type });
  if (problem !== undefined) fail(`${key}.default: ${problem}`);
}

function checkCommand({ command, template, inputs, outputs }: Component, fail: Report): void {
  if (/\\\s*$/m.test(command))
    fail('command: Azure ML knows no line continuation with `\\`; fold the lines with `>-`');
  for (const { reference, optional } of referencesOf(template)) {
    const { of, name, quoted } = reference;
    const text = `\${{${of}.${name}}}`;
    const ports = of === 'inputs' ? inputs : outputs;
    if (!Object.hasOwn(ports, name)) {
      fail(`command: ${text}: there is no such ${of === 'inputs' ? 'input' : 'output'}`);
      continue;
    }
    const isOptional = of === 'inputs' && inputs[name].optional === true;
    if (optional && !isOptional) fail(`command: ${text}: only an optional input may stand inside $[[ ]]`);
    if (!optional && isOptional) fail(`command: ${text}: an optional input may stand only inside $[[ ]]`);
    const anyText = of === 'outputs' || isDataType(inputs[name].type) || hasFreeText(inputs[name]);
    if (anyText && !quoted)
      fail(`command: ${text}: put single quotes round it, its value may hold blanks or \`&\``);
  }
}

function hasFreeText(input: ComponentInput): boolean {
  return input.type === 'string' && input.enum === undefined;
}
