import { z } from 'zod';
import { literalSchema } from '../data-type.ts';
import { wholeNumberOrBinding } from '../settings/binding.ts';
import { distributionSchema } from '../settings/distribution.ts';
import { identitySchema } from '../settings/identity.ts';
import { queueSettingsSchema } from '../settings/queue-settings.ts';
import { resourcesSchema } from '../settings/resources.ts';
import { servicesSchema } from '../settings/services.ts';
import { sharedKeys } from './job.ts';

/** Keys of a job that runs a command, whether a component has it or the job itself. */
export const commandSettings = {
  ...sharedKeys,
  type: z.literal('command').optional(),
  compute: z.string().optional(),
  resources: resourcesSchema.optional(),
  distribution: distributionSchema.optional(),
  limits: z.strictObject({ timeout: wholeNumberOrBinding(1).optional() }).optional(),
  /** azure-ai-ml leaves out those without a value. */
  environment_variables: z
    .record(z.string(), literalSchema.nullable())
    .transform((variables) =>
      Object.fromEntries(
        Object.entries(variables).flatMap(([name, value]) =>
          value === null ? [] : [[name, value] as const],
        ),
      ),
    )
    .default({}),
  identity: identitySchema.optional(),
  services: servicesSchema.optional(),
  queue_settings: queueSettingsSchema.optional(),
  comment: z.string().optional(),
};

const settings = z.object(commandSettings);

/** How a command is run. */
export type CommandSettings = z.infer<typeof settings>;
