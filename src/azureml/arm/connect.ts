import { azureCredential } from '../../storage/credentials.ts';
import { WorkspaceClient } from './client.ts';
import type { Workspace } from './workspace.ts';

/** A client of a workspace, with the credential of this process. Nothing is sent yet. */
export async function connectTo(
  workspace: Workspace,
  env: NodeJS.ProcessEnv = process.env,
): Promise<WorkspaceClient> {
  return new WorkspaceClient(workspace, await azureCredential(env), env.AZURE_RESOURCE_MANAGER_ENDPOINT);
}
