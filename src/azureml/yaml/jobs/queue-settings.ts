import { z } from 'zod';

/** How cheap and how soon a job of serverless compute is: `spot` is what Azure may take away. */
export const queueSettingsSchema = z.strictObject({
  job_tier: z.enum(['spot', 'basic', 'standard', 'premium', 'null']).optional(),
  priority: z.enum(['low', 'medium', 'high']).optional(),
});

export type QueueSettings = z.infer<typeof queueSettingsSchema>;
