import { z } from 'zod';
import { environmentOfJob } from './environment.ts';

/** Files that go with the code, each named once. */
const names = z
  .array(z.string())
  .refine((all) => new Set(all).size === all.length, 'names a file twice')
  .optional();

/** Short names of properties of Spark, which azure-ai-ml puts in their place. */
export const CONF_NAMES: Readonly<Record<string, string>> = {
  driver_cores: 'spark.driver.cores',
  driver_memory: 'spark.driver.memory',
  executor_cores: 'spark.executor.cores',
  executor_memory: 'spark.executor.memory',
  executor_instances: 'spark.executor.instances',
  dynamic_allocation_enabled: 'spark.dynamicAllocation.enabled',
  dynamic_allocation_min_executors: 'spark.dynamicAllocation.minExecutors',
  dynamic_allocation_max_executors: 'spark.dynamicAllocation.maxExecutors',
};

const confSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .transform((conf) =>
    Object.fromEntries(Object.entries(conf).map(([name, value]) => [CONF_NAMES[name] ?? name, value])),
  );

/** What Spark runs: of a component, or of a job. */
export const sparkSettings = {
  code: z.string().min(1).optional(),
  entry: z.strictObject({ file: z.string().min(1) }).optional(),
  py_files: names,
  jars: names,
  files: names,
  archives: names,
  conf: confSchema.optional(),
  environment: environmentOfJob.optional(),
  args: z.string().optional(),
};

/** Sizes that serverless Spark has, in any case. */
export const sparkResources = z.strictObject({
  instance_type: z
    .string()
    .transform((size) => size.toLowerCase())
    .refine((size) => /^standard_e(?:4|8|16|32|64)s_v3$/.test(size), {
      error: 'must be standard_e4s_v3, e8s, e16s, e32s or e64s',
    }),
  runtime_version: z.union([z.string(), z.number()]).transform(String),
});

const settings = z.object(sparkSettings);

export type SparkSettings = z.infer<typeof settings>;
export type SparkConf = NonNullable<SparkSettings['conf']>;

/** What is wrong with the properties that Spark is started with, or undefined where nothing is. */
export function confProblem(conf: SparkConf = {}): string | undefined {
  const missing = (names: readonly string[]) => names.filter((name) => conf[name] === undefined);
  const isDynamic = String(conf['spark.dynamicAllocation.enabled']).toLowerCase() === 'true';
  const [least, most] = ['min', 'max'].map((end) => `spark.dynamicAllocation.${end}Executors`);
  const sizes = ['driver.cores', 'driver.memory', 'executor.cores', 'executor.memory'];
  const absent = missing([
    ...sizes.map((name) => `spark.${name}`),
    ...(isDynamic ? [least, most] : ['spark.executor.instances']),
  ]);
  if (absent.length > 0) return `${absent.join(', ')} must be set`;
  if (!isDynamic) {
    return missing([least, most]).length === 2 ? undefined : `${least} and ${most} are of dynamic allocation`;
  }
  if (Number(conf[least]) > 0 && Number(conf[least]) <= Number(conf[most])) return undefined;
  return `${least} must be above 0 and at most ${most}`;
}
