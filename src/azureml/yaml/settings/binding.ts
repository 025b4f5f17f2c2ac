import { z } from 'zod';

/** `${{parent.inputs.NAME}}` in place of a value: azure-ai-ml takes it for most settings of a job. */
export const bindingText = z.string().regex(/^\$\{\{.+\}\}$/);

export function orBinding<T extends z.ZodType>(value: T) {
  return z.union([value, bindingText]);
}
