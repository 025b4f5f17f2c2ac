import { parse } from 'yaml';
import { z } from 'zod';
import { describeIssues } from '../config/issues.ts';
import { UsageError } from '../errors.ts';

const price = z
  .number({ error: 'must be a number: put in the price of your region' })
  .nonnegative('must not be negative');

/** Prices as the reader's contract and region have them. swinprep knows none. */
const pricesSchema = z.strictObject({
  /** What the numbers are in; for the output alone. */
  currency: z.string({ error: 'must name the currency' }).min(1),
  /** A core of a node for an hour: the price of the node by the number of its cores. */
  coreHour: price,
  /** A GB (2^30 bytes) of blobs for a month. */
  storageGbMonth: price,
  /** 10 000 write operations: Put Blob, Put Block, Put Block List. */
  writes10000: price,
  /** 10 000 list operations. */
  lists10000: price,
  /** 10 000 read operations. */
  reads10000: price,
  /** A GB (2^30 bytes) that leaves the region. */
  egressGb: price,
});

export type Prices = z.infer<typeof pricesSchema>;

/** Prices out of a YAML file. Throws a UsageError that names each key that is missing, unknown or not yet filled in. */
export function parsePrices(file: string, text: string): Prices {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: is no valid YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
  const parsed = pricesSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error.issues).map((line) => `\n  ${line}`);
  throw new UsageError(`${file}: the prices are wrong:${problems.join('')}`);
}
