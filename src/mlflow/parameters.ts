import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Config, configSchema } from '../config/schema.ts';
import { LIMITS } from './names.ts';

/** Names and values of parameters, in order. */
export type Params = readonly (readonly [name: string, value: string])[];

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const PLAIN_TYPES = new Set(['number', 'integer', 'boolean', 'null']);

/** What lets letters of any kind into a pattern: `.`, `\w`, `[^...]`, `[a-z]`. */
const FREE = /\.|\\[wWDS]|\[\^|\[[^\]]*[A-Za-z]/;

/** Whether a pattern allows some words and digits alone, as that of `192x192x64` does. */
const isClosed = (pattern: string): boolean => /^\^.*\$$/.test(pattern) && !FREE.test(pattern);

/** Whether a value is a number, a switch or one of some words, or is made of such: free text may name anybody. */
function isPlain(schema: JsonSchema): boolean {
  if (schema.enum !== undefined || schema.const !== undefined) return true;
  const parts = partsOf(schema);
  if (parts !== undefined) return parts.length > 0 && parts.every(isPlain);
  if (schema.pattern !== undefined && isClosed(schema.pattern)) return true;
  const types = [schema.type ?? 'anything'].flat();
  return types.every((type) => PLAIN_TYPES.has(type));
}

function partsOf({ type, anyOf, items, prefixItems = [], properties = {} }: JsonSchema) {
  if (anyOf !== undefined) return anyOf;
  if (type === 'array') return [...prefixItems, ...(typeof items === 'object' ? [items] : [])];
  return type === 'object' ? Object.values(properties) : undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The configuration as parameters, by the names that it has in `config.yml`: `roi.patch`, `intensity.windowHu`, `split.seed`.
 * Patterns, names of columns and of stages are left out; `config_sha256` differs where they do.
 */
export function configParams(config: Config): Params {
  const { properties = {} } = z.toJSONSchema(configSchema) as JsonSchema;
  const plain = Object.entries(properties).flatMap(([section, { properties: keys = {} }]) => {
    const values: Readonly<Record<string, unknown>> = config[section as keyof Config];
    return Object.entries(keys)
      .filter(([, schema]) => isPlain(schema))
      .map(([key]) => [`${section}.${key}`, textOf(values[key])] as const);
  });
  const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex');
  return [['config_sha256', hash], ...plain.filter(([, value]) => value.length <= LIMITS.valueLength)];
}
