import { z } from 'zod';
import { withAnyCase } from './any-case.ts';
import { wholeNumber } from './binding.ts';

const shared = {
  port: wholeNumber.optional(),
  /** Of one, where it is absent. */
  nodes: z.literal('all').optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
};

/** Keys that services of one type have. */
const OWN_KEYS = { ssh_public_keys: 'ssh', log_dir: 'tensor_board' } as const;

/** What a job lets people look into it by while it runs. */
const service = z
  .strictObject({
    type: z.string().optional(),
    ssh_public_keys: z.string().optional(),
    log_dir: z.string().optional(),
    ...shared,
  })
  .check(({ value, issues }) => {
    for (const [key, type] of Object.entries(OWN_KEYS)) {
      if (!Object.hasOwn(value, key) || value.type === type) continue;
      issues.push({ code: 'custom', input: value, path: [key], message: `is of the type ${type} alone` });
    }
  });

export const servicesSchema = z.record(z.string(), withAnyCase(['type'], service));

export type Services = z.infer<typeof servicesSchema>;
