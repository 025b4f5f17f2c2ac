import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { decodeJson } from '../records/json.ts';
import { displayUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';

/** Reads a JSON artifact of an earlier step from its folder. Throws a UsageError that names the folder and the step to run. */
export async function readArtifact<T>(
  dir: string,
  file: string,
  schema: z.ZodType<T>,
  writtenBy: string,
): Promise<T> {
  const bytes = await (await openStore(dir)).read(file);
  const where = displayUri(dir);
  if (bytes === undefined)
    throw new UsageError(`${where}: holds no ${file}; give the folder that ${writtenBy} wrote`);
  return decodeJson(`${where}/${file}`, bytes, schema);
}

/** Writes artifacts of this step into its folder. */
export async function writeArtifacts(
  dir: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const store = await openStore(dir);
  for (const [file, bytes] of Object.entries(files)) await store.write(file, bytes);
}
