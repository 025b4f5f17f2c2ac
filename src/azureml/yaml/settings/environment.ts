import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Report } from '../yaml-file.ts';
import { anyCase } from './any-case.ts';

/** `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, `azureml:NAME`, or the id of one in a workspace or registry. */
const environmentReference = z
  .string()
  .regex(/^azureml:(?:\/.+|[\w.-]+(?:[:@][\w.-]+)?)$/, 'must be azureml:NAME:VERSION or azureml:NAME@latest');

/** An environment without a name, written out where it is used. */
const inlineEnvironment = z.strictObject({
  /** azure-ai-ml takes both and sends neither: the environment has no name. */
  name: z.string().optional(),
  version: z.union([z.string(), z.number()]).optional(),
  image: z.string().min(1),
  /** A path from the file's folder, or its content. */
  conda_file: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  os_type: anyCase(['linux', 'windows']).optional(),
});

export const environmentOfJob = z.union([environmentReference, inlineEnvironment], {
  error: 'must be azureml:NAME:VERSION, azureml:NAME@latest, or an environment with its `image`',
});

export type JobEnvironment = z.infer<typeof environmentOfJob>;

/** Absolute path of the conda file that an environment written out in `file` names. */
export function condaFile(environment: JobEnvironment, file: string): string | undefined {
  if (typeof environment === 'string' || typeof environment.conda_file !== 'string') return undefined;
  return path.resolve(path.dirname(file), environment.conda_file);
}

/** Reports a conda file that is not there. */
export async function checkEnvironment(
  environment: JobEnvironment,
  file: string,
  report: Report,
): Promise<void> {
  const conda = condaFile(environment, file);
  if (conda === undefined) return;
  const found = await stat(conda).catch(() => undefined);
  if (found?.isFile() !== true) report(`environment.conda_file: there is no file ${conda}`);
}
