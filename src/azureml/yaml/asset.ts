import { z } from 'zod';

const assetName = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.-]{0,254}$/, 'a name is made of letters, digits, ., _ and -');
const version = z
  .union([z.string(), z.number()], { error: 'must be a text, such as 0.1.0' })
  .transform(String);

/** An Azure ML environment that is an image. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  name: assetName,
  version,
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  image: z.string().min(1),
});

/** An Azure ML data asset: a name and a version for a place. */
export const dataAssetSchema = z.strictObject({
  $schema: z.string().optional(),
  name: assetName,
  version,
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  type: z.enum(['uri_file', 'uri_folder', 'mltable']),
  path: z.string().min(1),
});

export type Environment = z.infer<typeof environmentSchema>;
export type DataAsset = z.infer<typeof dataAssetSchema>;
