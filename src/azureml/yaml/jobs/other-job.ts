import { z } from 'zod';
import { checkJob, type JobBase, type JobContent, type JobPlace } from './job.ts';
import { jobInputSchema, jobOutputSchema } from './job-values.ts';

/** A job of a type that nobody here knows. It is kept whole. */
export interface OtherJob extends JobBase {
  readonly kind: 'other';
  readonly type: string;
}

const otherJobSchema = z.looseObject({
  type: z.string(),
  display_name: z.string().optional(),
  compute: z.string().optional(),
});

/** Reads what can be read of any job; all else of it is said to be unchecked. */
export async function readOtherJob(written: JobContent, place: JobPlace): Promise<OtherJob | null> {
  const content = checkJob(written, otherJobSchema, place);
  if (content === undefined) return null;
  const { type, display_name, compute } = content;
  return {
    kind: 'other',
    type,
    display_name,
    compute,
    written,
    inputs: thoseThat(written.inputs, jobInputSchema),
    outputs: thoseThat(written.outputs, jobOutputSchema),
    ports: undefined,
    unchecked: [`the type ${type} is not known here: nothing but what its inputs are bound to`],
  };
}

/** The values of a map that a schema takes, where it is a map at all. */
function thoseThat<T>(map: unknown, schema: z.ZodType<T>): Record<string, T> {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) => {
      const result = schema.safeParse(value);
      return result.success ? [[name, result.data] as const] : [];
    }),
  );
}
