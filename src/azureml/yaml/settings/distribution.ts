import { z } from 'zod';
import { withAnyCase } from './any-case.ts';
import { orBinding, wholeNumberOrBinding } from './binding.ts';

const processes = { process_count_per_instance: wholeNumberOrBinding(1).optional() };

const distributions = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pytorch'), ...processes }),
  z.strictObject({ type: z.literal('mpi'), ...processes }),
  z.strictObject({
    type: z.literal('tensorflow'),
    parameter_server_count: wholeNumberOrBinding(0).optional(),
    worker_count: wholeNumberOrBinding(1).optional(),
  }),
  z.strictObject({
    type: z.literal('ray'),
    port: wholeNumberOrBinding().optional(),
    address: z.string().optional(),
    include_dashboard: orBinding(z.boolean(), 'true or false').optional(),
    dashboard_port: wholeNumberOrBinding().optional(),
    head_node_additional_args: z.string().optional(),
    worker_node_additional_args: z.string().optional(),
  }),
]);

/** How a job is started on many nodes. */
export const distributionSchema = withAnyCase(['type'], distributions);

export type Distribution = z.infer<typeof distributions>;
