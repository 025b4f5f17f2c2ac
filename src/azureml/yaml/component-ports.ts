import { z } from 'zod';
import {
  dataTypes,
  decimalSchema,
  isDataType,
  literalProblem,
  literalSchema,
  literalTypes,
  textOf,
} from './data-type.ts';
import { portName } from './jobs/job-values.ts';
import { isReservedName } from './reserved-names.ts';
import type { Report } from './yaml-file.ts';

export const componentInputSchema = z.strictObject({
  type: z.enum([...literalTypes, ...dataTypes]),
  description: z.string().optional(),
  default: literalSchema.optional(),
  optional: z.boolean().optional(),
  enum: z.array(z.string()).min(1).optional(),
  min: decimalSchema.optional(),
  max: decimalSchema.optional(),
  mode: z.enum(['ro_mount', 'rw_mount', 'download', 'direct', 'eval_mount', 'eval_download']).optional(),
});

export const componentOutputSchema = z.strictObject({
  type: z.enum(dataTypes),
  description: z.string().optional(),
  mode: z.enum(['rw_mount', 'upload', 'direct']).optional(),
});

/** Keys of a component of any type. */
export const componentKeys = {
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'a component name is made of a-z, 0-9 and _'),
  display_name: z.string().optional(),
  version: z.union([z.string(), z.number()], { error: 'must be a text, such as 0.1.0' }).transform(String),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  is_deterministic: z.boolean().optional(),
  inputs: z.record(portName, componentInputSchema).default({}),
  outputs: z.record(portName, componentOutputSchema).default({}),
};

const head = z.object(componentKeys);

export type ComponentHead = z.infer<typeof head>;
export type ComponentInput = z.infer<typeof componentInputSchema>;
export type ComponentOutput = z.infer<typeof componentOutputSchema>;

/** Reports names and defaults of inputs and outputs that azure-ai-ml lets pass and Azure ML does not. */
export function checkPorts(component: ComponentHead, fail: Report): void {
  checkPortNames(component, fail);
  for (const [name, input] of Object.entries(component.inputs)) checkInput(`inputs.${name}`, input, fail);
}

/** Names that Azure ML keeps to itself, or cannot tell apart. */
function checkPortNames({ name, inputs, outputs }: ComponentHead, fail: Report): void {
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
