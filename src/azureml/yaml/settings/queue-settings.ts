import { z } from 'zod';
import { anyCase } from './any-case.ts';

/** How cheap and how soon a job of serverless compute is: `spot` is what Azure may take away. */
export const queueSettingsSchema = z.strictObject({
  job_tier: anyCase(['spot', 'basic', 'standard', 'premium', 'null']).optional(),
  priority: anyCase(['low', 'medium', 'high']).optional(),
});

export type QueueSettings = z.infer<typeof queueSettingsSchema>;
