import { z } from 'zod';

/** Who a job is towards other services. */
export const identitySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['managed', 'managed_identity']),
    client_id: z.string().optional(),
    object_id: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('user_identity') }),
  z.strictObject({ type: z.literal('aml_token') }),
]);

export type Identity = z.infer<typeof identitySchema>;
