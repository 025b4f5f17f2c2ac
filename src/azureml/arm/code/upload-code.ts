import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ArmError } from '../../../errors.ts';
import { openStore } from '../../../storage/open.ts';
import { codePath, codeRequest } from '../../request-bodies/code-body.ts';
import { workspaceId } from '../../workspace.ts';
import type { WorkspaceClient } from '../client.ts';
import { readCodeFolder } from './code-folder.ts';

/** What `startPendingUpload` answers: a place made for one asset, and a SAS for it, which is a secret. */
interface PendingUpload {
  readonly blobReferenceForConsumption?: {
    readonly blobUri?: string;
    readonly credential?: { readonly sasUri?: string };
  };
}

/**
 * Uploads folders of code, each once by its content, and gives the ARM id of each, by its path. Throws a UsageError for a
 * folder that Azure ML does not take.
 */
export async function uploadCode(
  client: WorkspaceClient,
  folders: readonly string[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const folder of folders) {
    const { hash, files } = await readCodeFolder(folder);
    const asset = codePath(hash);
    ids.set(folder, workspaceId(client.workspace) + asset);
    if ((await client.get(asset)) !== undefined) continue;
    const { blobUri, sasUri } = await pendingUpload(client, asset);
    const store = await openStore(sasUri);
    const name = path.basename(folder);
    for (const file of files)
      await store.write(`${name}/${file.name}`, await readFile(path.join(folder, file.name)));
    await client.put(codeRequest(hash, `${blobUri.replace(/\/+$/, '')}/${name}`));
  }
  return ids;
}

/** A place for an asset's files. */
async function pendingUpload(client: WorkspaceClient, asset: string) {
  const answer = (await client.post(`${asset}/startPendingUpload`, {
    pendingUploadType: 'TemporaryBlobReference',
  })) as PendingUpload;
  const { blobUri, credential } = answer.blobReferenceForConsumption ?? {};
  if (blobUri === undefined || credential?.sasUri === undefined)
    throw new ArmError('NoPlaceForCode', `${client.workspace.workspaceName} gave no place to upload code to`);
  return { blobUri, sasUri: credential.sasUri };
}
