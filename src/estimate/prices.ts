import { parse } from 'yaml';
import { z } from 'zod';
import { describeIssues } from '../config/issues.ts';
import { UsageError } from '../errors.ts';

const price = z
  .number({ error: 'must be a number: put in the price of your region' })
  .nonnegative('must not be negative');

/** What a run may be given to work on: a cluster of dedicated or of low-priority nodes, or serverless Spot nodes. */
export const COMPUTES = ['dedicated', 'lowPriority', 'serverlessSpot'] as const;
export type Compute = (typeof COMPUTES)[number];

/** A core for an hour, of each compute that is to be compared. */
const byCompute = z
  .strictObject({
    dedicated: price.optional(),
    lowPriority: price.optional(),
    serverlessSpot: price.optional(),
  })
  .refine((prices) => Object.keys(prices).length > 0, `must have one of ${COMPUTES.join(', ')}`);

const common = {
  /** What the numbers are in; for the output alone. */
  currency: z.string({ error: 'must name the currency' }).min(1),
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
};

/** Prices of one compute. */
const runSchema = z.strictObject({
  ...common,
  /** A core of a node for an hour: the price of the node by the number of its cores. */
  coreHour: price,
});

/** Prices of several. */
const comparedSchema = z.strictObject({
  ...common,
  coreHour: byCompute,
  /** What a cluster costs in a month in which nothing runs: its load balancer. */
  clusterMonth: price.optional(),
});

/** Prices as the reader's contract and region have them. swinprep knows none. */
export type RunPrices = z.infer<typeof runSchema>;
export type ComparedPrices = z.infer<typeof comparedSchema>;
export type Prices = RunPrices | ComparedPrices;

export function areCompared(prices: Prices): prices is ComparedPrices {
  return typeof prices.coreHour === 'object';
}

/** Prices out of a YAML file. Throws a UsageError that names each key that is missing, unknown or not yet filled in. */
export function parsePrices(file: string, text: string): Prices {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: is no valid YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
  const { coreHour } = Object(value) as { coreHour?: unknown };
  const schema: z.ZodType<Prices> = typeof coreHour === 'object' ? comparedSchema : runSchema;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error.issues).map((line) => `\n  ${line}`);
  throw new UsageError(`${file}: the prices are wrong:${problems.join('')}`);
}
