import { azureCredential } from '../../storage/blob/credentials.ts';
import type { Workspace } from '../workspace.ts';
import { ArmClient } from './arm-client.ts';
import { WorkspaceClient } from './client.ts';
import { findWorkspace, type WorkspaceOptions } from './find-workspace.ts';

/** A client of what is in no workspace, with the credential of this process. Nothing is sent yet. */
export async function connectToArm(env: NodeJS.ProcessEnv = process.env): Promise<ArmClient> {
  return new ArmClient(await azureCredential(env), env.AZURE_RESOURCE_MANAGER_ENDPOINT);
}

/** A client of a workspace, with the credential of this process. Nothing is sent yet. */
export async function connectTo(
  workspace: Workspace,
  env: NodeJS.ProcessEnv = process.env,
): Promise<WorkspaceClient> {
  return new WorkspaceClient(workspace, await azureCredential(env), env.AZURE_RESOURCE_MANAGER_ENDPOINT);
}

/** The same for the workspace that options, the environment or config.json name. */
export async function connect(options: WorkspaceOptions): Promise<WorkspaceClient> {
  return connectTo(await findWorkspace(options));
}
