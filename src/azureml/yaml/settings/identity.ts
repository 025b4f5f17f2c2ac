import { z } from 'zod';
import { snakeCase } from './any-case.ts';

const identities = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['managed', 'managed_identity']),
    client_id: z.string().optional(),
    object_id: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('user_identity') }),
  z.strictObject({ type: z.literal('aml_token') }),
]);

/** Who a job is towards other services. */
export const identitySchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'type' in value
      ? { ...value, type: snakeCase(value.type) }
      : value,
  identities,
);

export type Identity = z.infer<typeof identities>;
