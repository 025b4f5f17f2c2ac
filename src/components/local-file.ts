import { join } from 'node:path';
import { parseLocation } from '../storage/location.ts';
import { openStore, readObject } from '../storage/open.ts';

/**
 * A local path of the file that a URI names: its own, or that of a copy in `folder` where it is a blob. A pipeline run
 * here reads its files from local paths alone; Azure ML mounts them.
 */
export async function localFile(uri: string, folder: string, name: string): Promise<string> {
  const location = parseLocation(uri);
  if (location.kind === 'folder') return location.path;
  await (await openStore(folder)).write(name, await readObject(uri));
  return join(folder, name);
}
