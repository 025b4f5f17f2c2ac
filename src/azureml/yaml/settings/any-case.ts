import { z } from 'zod';

/** One of some words in lower case. As azure-ai-ml, it takes them in capitals too: `Spot` for `spot`. */
export function anyCase<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess(lower, z.enum(words));
}

/** A map of which these keys are words in lower case, that may be written in capitals. */
export function withAnyCase<T extends z.ZodType>(keys: readonly string[], schema: T) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, word]) => [key, keys.includes(key) ? lower(word) : word]),
    );
  }, schema);
}

/** `UserIdentity` is `user_identity`, `Spot` is `spot`. */
export function snakeCase(value: unknown): unknown {
  return typeof value === 'string'
    ? value
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
        .toLowerCase()
    : value;
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
