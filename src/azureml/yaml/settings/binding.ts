import { z } from 'zod';

/** `${{parent.inputs.NAME}}` in place of a value: azure-ai-ml takes it for most settings of a job. */
function bindingText(error: string) {
  return z.string().regex(/^\$\{\{.+\}\}$/, error);
}

/** Any value, or a binding; `what` is the value in words, for the message. */
export function orBinding<T extends z.ZodType>(value: T, what: string) {
  const error = `must be ${what}, or a binding`;
  return z.union([value, bindingText(error)], { error });
}

/** A whole number of at least `least`, or a binding. */
export function wholeNumberOrBinding(least?: number) {
  const number = least === undefined ? z.int() : z.int().min(least);
  return z.preprocess(readDigits, orBinding(number, 'a whole number'));
}

/** A whole number, which azure-ai-ml takes as a text too. */
export const wholeNumber = z.preprocess(readDigits, z.int('must be a whole number'));

function readDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
}
