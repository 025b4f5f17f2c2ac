import { z } from 'zod';
import { decimalSchema } from '../data-type.ts';
import { wholeNumberOrBinding } from './binding.ts';
import { queueSettingsSchema } from './queue-settings.ts';
import { resourcesSchema } from './resources.ts';

const range = { min_value: decimalSchema, max_value: decimalSchema };
const bell = { mu: decimalSchema, sigma: decimalSchema };

/** Values that a parameter may take. */
const distributionOfParameter = z.discriminatedUnion('type', [
  // A value may be a map with distributions of its own, which azure-ai-ml sends as it stands.
  z.strictObject({
    type: z.literal('choice'),
    values: z.array(z.union([z.string(), z.number(), z.record(z.string(), z.unknown())])).min(1),
  }),
  z.strictObject({ type: z.enum(['uniform', 'loguniform']), ...range }),
  z.strictObject({ type: z.enum(['quniform', 'qloguniform']), ...range, q: decimalSchema }),
  z.strictObject({ type: z.enum(['normal', 'lognormal']), ...bell }),
  z.strictObject({ type: z.enum(['qnormal', 'qlognormal']), ...bell, q: decimalSchema }),
  z.strictObject({ type: z.literal('randint'), upper: z.int() }),
]);

const samplingNames = ['random', 'grid', 'bayesian'] as const;

const samplingAlgorithm = z.union([
  z.enum(samplingNames),
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('random'),
      seed: z.int().optional(),
      rule: z.enum(['random', 'sobol']).optional(),
      logbase: z.union([z.number(), z.string()]).optional(),
    }),
    z.strictObject({ type: z.literal('grid') }),
    z.strictObject({ type: z.literal('bayesian') }),
  ]),
]);

const intervals = { evaluation_interval: z.int().optional(), delay_evaluation: z.int().optional() };

/** When a trial is given up. */
const earlyTermination = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bandit'),
    ...intervals,
    slack_factor: z.number().optional(),
    slack_amount: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('median_stopping'), ...intervals }),
  z.strictObject({ type: z.literal('truncation_selection'), ...intervals, truncation_percentage: z.int() }),
]);

/** What is tried, by which measure, and how often. */
export const sweepSettings = {
  sampling_algorithm: samplingAlgorithm.optional(),
  search_space: z.record(z.string(), distributionOfParameter).optional(),
  objective: z.strictObject({ goal: z.enum(['minimize', 'maximize']), primary_metric: z.string() }),
  early_termination: earlyTermination.optional(),
  limits: z.strictObject({
    max_total_trials: wholeNumberOrBinding(1),
    max_concurrent_trials: wholeNumberOrBinding(1).optional(),
    timeout: wholeNumberOrBinding(1).optional(),
    trial_timeout: wholeNumberOrBinding(1).optional(),
  }),
  queue_settings: queueSettingsSchema.optional(),
  resources: resourcesSchema.optional(),
};

const settings = z.object(sweepSettings);

export type SweepSettings = z.infer<typeof settings>;
export type EarlyTermination = z.infer<typeof earlyTermination>;
