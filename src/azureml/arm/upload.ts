import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../errors.ts';
import { openStore } from '../../storage/open.ts';
import type { WorkspaceClient } from './client.ts';
import { datastoreUrl } from './datastore.ts';

/** Where azure-ai-ml puts local inputs too. */
const DATASTORE = 'workspaceblobstore';

/**
 * Uploads local files under a hash of their content and gives the URI of each: below `place`, a URL of Blob Storage, or
 * to the workspace's default datastore, as `azureml://`. Throws a UsageError for a folder.
 */
export async function uploadFiles(
  client: WorkspaceClient,
  files: readonly string[],
  place?: string,
): Promise<Map<string, string>> {
  const uploaded = new Map<string, string>();
  if (files.length === 0) return uploaded;
  const store = await openStore(place ?? (await datastoreUrl(client, DATASTORE)));
  const root = place?.replace(/\/+$/, '') ?? `azureml://datastores/${DATASTORE}/paths`;
  for (const file of files) {
    if ((await stat(file)).isDirectory())
      throw new UsageError(`${file} is a folder; put it into Blob Storage yourself and give its URI`);
    const bytes = await readFile(file);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const key = `LocalUpload/${hash}/${path.basename(file)}`;
    if ((await store.stat(key)) === undefined) await store.write(key, bytes);
    uploaded.set(file, `${root}/${key}`);
  }
  return uploaded;
}
