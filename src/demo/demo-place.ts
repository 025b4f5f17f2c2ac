import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAzuriteInstalled, startAzurite } from './embedded-azurite.ts';

/** Where the demo keeps its raw data and volumes while it runs. */
export interface DemoPlace {
  /** A container, or a folder. */
  readonly uri: string;
  /** Whether it is Blob Storage, to which real raw data are uploaded; a folder reads them where they lie. */
  readonly isBlob: boolean;
  /** What it is, for a line of the log. */
  readonly told: string;
  /** Forgets all that lies there. */
  close(): Promise<void>;
}

async function azuritePlace(): Promise<DemoPlace> {
  const { url, close } = await startAzurite();
  return { uri: `${url}/demo`, isBlob: true, told: `Azurite is listening at ${url}`, close };
}

/**
 * Below the demo's output folder, where the next demo clears it away if this one is killed. A name that no folder of the
 * user's has: what bears it is deleted.
 */
export const STORES = '.swinprep-demo';

function folderPlace(out: string): DemoPlace {
  const folder = join(out, STORES);
  return {
    uri: folder,
    isBlob: false,
    told: `Azurite is not installed (npm install azurite): plain folders take its place, in ${folder}`,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A container of an Azurite inside this process, or a folder below `out` where the package is not installed. */
export async function openDemoPlace(out: string): Promise<DemoPlace> {
  return isAzuriteInstalled() ? azuritePlace() : folderPlace(out);
}
