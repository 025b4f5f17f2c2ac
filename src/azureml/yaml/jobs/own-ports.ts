import type { Literal, LiteralType } from '../data-type.ts';
import { parseBinding } from '../expressions.ts';
import type { InputPort, OutputPort, Ports } from '../ports.ts';
import { isTextOfFloat } from '../scalars.ts';
import type { JobInput, JobOutput } from './job-values.ts';

/** What azure-ai-ml makes of the values that a job without a component has for itself: ports of their types. */
export function portsOfValues(
  file: string,
  job: {
    readonly inputs: Readonly<Record<string, JobInput>>;
    readonly outputs: Readonly<Record<string, JobOutput>>;
  },
): Ports {
  return {
    file,
    inputs: Object.fromEntries(Object.entries(job.inputs).map(([name, value]) => [name, inputPort(value)])),
    outputs: Object.fromEntries(
      Object.entries(job.outputs).map(([name, value]) => [name, outputPort(value)]),
    ),
  };
}

function inputPort(value: JobInput): InputPort {
  if (typeof value !== 'object') return isBinding(value) ? {} : { type: literalTypeOf(value) };
  return isBinding(value.path) ? {} : { type: value.type ?? 'uri_folder' };
}

function outputPort(value: JobOutput): OutputPort {
  if (typeof value === 'string' || value.path?.includes('${{parent.outputs.') === true) return {};
  return { type: value.type ?? 'uri_folder' };
}

function isBinding(value: Literal): boolean {
  try {
    return typeof value === 'string' && parseBinding(value) !== undefined;
  } catch {
    return true;
  }
}

export function literalTypeOf(value: Literal): LiteralType {
  // Whether a file has such a text between quotes is not known any more; where it has, azure-ai-ml says string.
  if (typeof value === 'string') return isTextOfFloat(value) ? 'number' : 'string';
  if (typeof value === 'boolean') return 'boolean';
  return Number.isInteger(value) ? 'integer' : 'number';
}
