import { z } from 'zod';
import { wholeNumberOrBinding } from './binding.ts';

/** What a job takes of its compute, or of serverless compute. */
export const resourcesSchema = z.strictObject({
  instance_count: wholeNumberOrBinding(1).optional(),
  instance_type: z.string().optional(),
  max_instance_count: wholeNumberOrBinding(1).optional(),
  locations: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  shm_size: z.string().optional(),
  docker_args: z.union([z.string(), z.array(z.string())]).optional(),
});

export type Resources = z.infer<typeof resourcesSchema>;
