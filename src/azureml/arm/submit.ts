import { ArmError } from '../../errors.ts';
import type { ArmRequest } from '../request-bodies/asset-body.ts';
import type { Uploads } from '../request-bodies/jobs/job-body.ts';
import { localData } from '../request-bodies/pipeline-body.ts';
import { codeFolders, componentRequests, type ReadyJob } from '../request-bodies/requests.ts';
import type { WorkspaceClient } from './client.ts';
import { uploadCode } from './code/upload-code.ts';
import { lookUpAssets } from './named-assets.ts';
import { uploadFiles } from './upload.ts';

/**
 * Puts the components of a job into the workspace and uploads its local files, below `place` or to the workspace's
 * default datastore; gives where each file lies.
 */
export async function prepareJob(client: WorkspaceClient, ready: ReadyJob, place?: string): Promise<Uploads> {
  const assets = await lookUpAssets(client, ready);
  const code = await uploadCode(client, codeFolders(ready));
  // Their versions are hashes of what they say: one that is there is the same.
  for (const request of componentRequests(ready, client.workspace, { data: new Map(), code, assets }))
    await putOnce(client, request);
  const data = await uploadFiles(client, localData(ready.pipeline, ready.inputs), place);
  return { data, code, assets };
}

/** Creates a resource unless it is there already; whether it was created by this call, as far as can be told. */
export async function putOnce(client: WorkspaceClient, request: ArmRequest): Promise<boolean> {
  if ((await client.get(request.path)) !== undefined) return false;
  try {
    await client.put(request);
    return true;
  } catch (error) {
    // Somebody else was quicker: Azure ML refuses a second job of the same name.
    if (!(error instanceof ArmError) || (await client.get(request.path)) === undefined) throw error;
    return false;
  }
}
