import { z } from 'zod';

/** `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, `azureml:NAME`, or the id of one in a workspace or registry. */
const environmentReference = z
  .string()
  .regex(/^azureml:(?:\/.+|[\w.-]+(?:[:@][\w.-]+)?)$/, 'must be azureml:NAME:VERSION or azureml:NAME@latest');

/** An environment without a name, written out where it is used. */
const inlineEnvironment = z.strictObject({
  image: z.string().min(1),
  conda_file: z.unknown().optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  os_type: z.enum(['linux', 'windows', 'Linux', 'Windows']).optional(),
});

export const environmentOfJob = z.union([environmentReference, inlineEnvironment], {
  error: 'must be azureml:NAME:VERSION, azureml:NAME@latest, or an environment with its `image`',
});

export type JobEnvironment = z.infer<typeof environmentOfJob>;
