import { z } from 'zod';

const shared = {
  port: z.int().optional(),
  /** Of one, where it is absent. */
  nodes: z.literal('all').optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
};

/** What a job lets people look into it by while it runs. */
export const serviceSchema = z.union([
  z.strictObject({ type: z.enum(['jupyter_lab', 'vs_code']), ...shared }),
  z.strictObject({ type: z.literal('ssh'), ssh_public_keys: z.string().optional(), ...shared }),
  z.strictObject({ type: z.literal('tensor_board'), log_dir: z.string().optional(), ...shared }),
  z.strictObject({ type: z.string().optional(), ...shared }),
]);

export const servicesSchema = z.record(z.string(), serviceSchema);

export type Services = z.infer<typeof servicesSchema>;
