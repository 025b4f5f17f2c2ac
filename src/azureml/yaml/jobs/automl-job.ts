import { z } from 'zod';
import { identitySchema } from '../settings/identity.ts';
import { queueSettingsSchema } from '../settings/queue-settings.ts';
import { resourcesSchema } from '../settings/resources.ts';
import { checkJob, type JobBase, type JobContent, type JobPlace } from './job.ts';
import { type JobOutput, jobOutputSchema, portName } from './job-values.ts';
import { type OtherJob, readOtherJob } from './other-job.ts';

const NO_BINDING = {
  error:
    'bind it to an input of the pipeline or an output of a job: azure-ai-ml sends data that are written out here as the text of a Python dict',
};
const binding = z
  .string(NO_BINDING)
  .regex(/^\$\{\{parent\.(?:inputs\.\w+|jobs\.\w+\.outputs\.\w+)\}\}$/, NO_BINDING);

/** Keys that every task has, and those of tables that are simple; all others are kept. */
const shared = {
  $schema: z.string().optional(),
  type: z.literal('automl'),
  name: z.string().optional(),
  display_name: z.string().optional(),
  description: z.string().optional(),
  experiment_name: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.string()).optional(),
  compute: z.string().optional(),
  identity: identitySchema.optional(),
  environment_variables: z.record(z.string(), z.string()).optional(),
  resources: resourcesSchema.optional(),
  queue_settings: queueSettingsSchema.optional(),
  log_verbosity: z.enum(['not_set', 'debug', 'info', 'warning', 'error', 'critical']).optional(),
  primary_metric: z.string().optional(),
  target_column_name: z.string().optional(),
  training_data: binding,
  validation_data: binding.optional(),
  test_data: binding.optional(),
  outputs: z.record(portName, jobOutputSchema).default({}),
};

const TASKS = ['classification', 'regression', 'forecasting'] as const;

const tableJobSchema = z.strictObject({
  ...shared,
  task: z.enum(TASKS),
  target_column_name: z.string(),
  limits: z
    .strictObject({
      enable_early_termination: z.boolean().optional(),
      exit_score: z.number().optional(),
      max_concurrent_trials: z.int().optional(),
      max_cores_per_trial: z.int().optional(),
      max_nodes: z.int().optional(),
      max_trials: z.int().optional(),
      timeout_minutes: z.int().optional(),
      trial_timeout_minutes: z.int().optional(),
    })
    .optional(),
  validation_data_size: z.number().optional(),
  test_data_size: z.number().optional(),
  cv_split_column_names: z.array(z.string()).optional(),
  n_cross_validations: z.union([z.literal('auto'), z.int()]).optional(),
  weight_column_name: z.string().optional(),
  positive_label: z.string().optional(),
  featurization: z.record(z.string(), z.unknown()).optional(),
  training: z.record(z.string(), z.unknown()).optional(),
  forecasting: z.record(z.string(), z.unknown()).optional(),
});

/** A job that looks for a model of a table. */
export interface AutomlJob extends JobBase {
  readonly kind: 'automl';
  readonly task: (typeof TASKS)[number];
  readonly settings: z.infer<typeof tableJobSchema>;
}

/**
 * Reads a job of the type automl. Of tables its keys are checked, but for those within `training`, `featurization` and
 * `forecasting`; a job on pictures or texts is kept whole.
 */
export async function readAutomlJob(
  written: JobContent,
  place: JobPlace,
): Promise<AutomlJob | OtherJob | null> {
  const isOfTable = (TASKS as readonly unknown[]).includes(written.task);
  if (!isOfTable) {
    const other = await readOtherJob(written, place);
    return other && { ...other, unchecked: [`the task ${written.task} of AutoML is not known here`] };
  }
  const settings = checkJob(written, tableJobSchema, place);
  if (settings === undefined) return null;
  const { task, display_name, compute, outputs } = settings;
  const unchecked = (['training', 'featurization', 'forecasting'] as const)
    .filter((key) => settings[key] !== undefined)
    .map((key) => `${key}: the settings within`);
  const data = (['training_data', 'validation_data', 'test_data'] as const).flatMap((key) => {
    const value = settings[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    kind: 'automl',
    task,
    settings,
    display_name,
    compute,
    written,
    inputs: Object.fromEntries(data),
    outputs,
    ports: {
      file: 'AutoML',
      inputs: Object.fromEntries(data.map(([key]) => [key, {}])),
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, outputPort(value)])),
    },
    unchecked,
  };
}

function outputPort(value: JobOutput) {
  return typeof value === 'string' ? {} : { type: value.type };
}
