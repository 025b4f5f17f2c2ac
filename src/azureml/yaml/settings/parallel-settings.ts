import { z } from 'zod';
import { wholeNumberOrBinding } from './binding.ts';
import { environmentOfJob } from './environment.ts';
import { resourcesSchema } from './resources.ts';

/** Files, or bytes where there is a unit. */
const miniBatchSize = z
  .union([z.string(), z.int()])
  .transform(String)
  .refine((text) => /^\d+(?:[kmg]b)?$/i.test(text) || text.startsWith('${{'), {
    error: 'must be a number of files, such as 10, or a size, such as 10mb',
  });

const threshold = wholeNumberOrBinding(-1).optional();

/** The script that each mini batch is handed to. */
export const taskSchema = z.strictObject({
  type: z.enum(['run_function', 'function', 'model']),
  code: z.string().min(1).optional(),
  entry_script: z.string().optional(),
  program_arguments: z.string().optional(),
  model: z.string().optional(),
  append_row_to: z.string().optional(),
  environment: environmentOfJob,
});

/** What is done in parallel, and how: of a component, or of a job. */
export const parallelSettings = {
  task: taskSchema.optional(),
  logging_level: z.enum(['DEBUG', 'INFO', 'WARNING']).optional(),
  mini_batch_size: miniBatchSize.optional(),
  partition_keys: z.array(z.string()).optional(),
  input_data: z.string().optional(),
  resources: resourcesSchema.optional(),
  retry_settings: z
    .strictObject({
      timeout: wholeNumberOrBinding().optional(),
      max_retries: wholeNumberOrBinding().optional(),
    })
    .optional(),
  max_concurrency_per_instance: wholeNumberOrBinding(1).optional(),
  error_threshold: threshold,
  mini_batch_error_threshold: threshold,
};

const settings = z.object(parallelSettings);

export type ParallelSettings = z.infer<typeof settings>;
export type ParallelTask = z.infer<typeof taskSchema>;
