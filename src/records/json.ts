import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { describeIssues } from '../config/issues.ts';
import { UsageError } from '../errors.ts';

/** JSON as swinprep writes it: two spaces, keys in the order the code gives, a final newline. NaN and Infinity are refused. */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(
    value,
    (key, v) => {
      if (typeof v === 'number' && !Number.isFinite(v))
        throw new RangeError(`${key} is ${v}, which JSON cannot hold`);
      return v;
    },
    2,
  );
  return new TextEncoder().encode(`${text}\n`);
}

/** Reads JSON that an earlier step wrote, checked against its schema. Throws a UsageError naming the file and the key. */
export function decodeJson<T>(file: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new UsageError(`${file}: is no valid JSON; run the step that writes it again`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new UsageError(
      `${file}: was not written by this version of swinprep (${describeIssues(parsed.error.issues)[0]}); run the step that writes it again`,
    );
  }
  return parsed.data;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, canonical((value as Record<string, unknown>)[key])]));
}

/** SHA-256 (hex) of a value's JSON with sorted keys: equal values give equal fingerprints. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');
}
