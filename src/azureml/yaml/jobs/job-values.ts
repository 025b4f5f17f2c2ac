import { z } from 'zod';
import { dataTypes, type Literal, literalSchema } from '../data-type.ts';
import { withAnyCase } from '../settings/any-case.ts';

/** Name of an input or output. */
export const portName = z.string().regex(/^[A-Za-z_]\w*$/, 'a name is made of letters, digits and _');

const notAValue = { error: 'must be a text, a number, true/false, or a file or folder with its `path`' };

/** Keys whose words may be written in capitals. */
const WORDS = ['type', 'mode'];

const place = {
  path: z.string().min(1),
  /** Where a local file goes to. */
  datastore: z.string().optional(),
};

/** azure-ai-ml takes `eval_mount` and `eval_download` for a table alone, and `rw_mount` for no input. */
const dataSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['uri_file', 'uri_folder', 'custom_model', 'mlflow_model', 'triton_model']),
    mode: z.enum(['ro_mount', 'download', 'direct']).optional(),
    ...place,
  }),
  z.strictObject({
    type: z.literal('mltable'),
    mode: z.enum(['ro_mount', 'download', 'direct', 'eval_mount', 'eval_download']).optional(),
    ...place,
  }),
]);

const untypedSchema = z.strictObject({
  type: z.undefined().optional(),
  mode: z.enum(['ro_mount', 'download', 'direct']).optional(),
  ...place,
});

/** `{value: 3}` says the same as `3`. */
const wrappedLiteral = z.strictObject({ value: literalSchema }).transform(({ value }): Literal => value);

/** What is bound to an input of a job. */
export const jobInputSchema = withAnyCase(
  WORDS,
  z.union([literalSchema, dataSchema, untypedSchema, wrappedLiteral], notAValue),
);

/** What is bound to an input of a pipeline: data without a type are a folder. */
export const pipelineInputSchema = withAnyCase(
  WORDS,
  z.union(
    [
      literalSchema,
      dataSchema,
      untypedSchema.transform((input) => ({ ...input, type: 'uri_folder' as const })),
      wrappedLiteral,
    ],
    notAValue,
  ),
);

/** Where an output goes, and as what it is registered. */
export const outputSchema = withAnyCase(
  WORDS,
  z
    .strictObject({
      type: z.enum(dataTypes).optional(),
      mode: z.enum(['rw_mount', 'mount', 'upload', 'direct']).optional(),
      path: z.string().optional(),
      name: z.string().optional(),
      version: z.union([z.string(), z.number()]).transform(String).optional(),
    })
    .refine(({ name, version }) => name !== undefined || version === undefined, {
      path: ['version'],
      error: 'is that of a data asset; give its `name` too',
    }),
);

export const jobOutputSchema = z.union([z.string(), outputSchema]);

export type JobInput = z.infer<typeof jobInputSchema>;
export type JobOutput = z.infer<typeof jobOutputSchema>;
export type PipelineInput = z.infer<typeof pipelineInputSchema>;
export type PipelineOutput = z.infer<typeof outputSchema>;
