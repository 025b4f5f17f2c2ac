import type { TokenCredential } from '@azure/identity';
import { UsageError } from '../../errors.ts';
import { type Workspace, workspaceId } from '../workspace.ts';
import { ArmClient, type Json } from './arm-client.ts';

/** An Azure ML workspace over REST. A `path` is one below the workspace, or a whole resource id. */
export class WorkspaceClient extends ArmClient {
  readonly workspace: Workspace;
  #api: Promise<string> | undefined;

  constructor(
    workspace: Workspace,
    credential: TokenCredential,
    endpoint?: string,
    sleep?: (milliseconds: number) => Promise<unknown>,
  ) {
    super(credential, endpoint, sleep);
    this.workspace = workspace;
  }

  /** Something of a run from the run history, which Azure Resource Manager knows nothing of: its children, its logs. */
  async runHistory(runId: string, what: 'children' | 'details'): Promise<Json> {
    this.#api ??= this.#discover();
    const path = `/history/v1.0${workspaceId(this.workspace)}/runs/${encodeURIComponent(runId)}/${what}`;
    return this.getOfService((await this.#api) + path);
  }

  protected override idOf(path: string): string {
    return path.startsWith('/subscriptions/') ? path : workspaceId(this.workspace) + path;
  }

  /** Where the workspace's region serves the run history. */
  async #discover(): Promise<string> {
    const workspace = (await this.get('')) as { properties?: { discoveryUrl?: string } } | undefined;
    const url = workspace?.properties?.discoveryUrl;
    if (url === undefined) throw new UsageError(`there is no workspace ${this.workspace.workspaceName}`);
    const { api } = await this.getOfService(url);
    return String(api).replace(/\/+$/, '');
  }
}
