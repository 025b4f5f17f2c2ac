import { ArmError, UsageError } from '../../errors.ts';
import type { WorkspaceClient } from './client.ts';

/** What is used of `Datastore` (Azure Resource Manager). Its credentials are not: this process has an identity of its own. */
interface Datastore {
  readonly properties: {
    readonly datastoreType: string;
    readonly accountName?: string | null;
    /** Of AzureBlob. */
    readonly containerName?: string | null;
    /** Of AzureDataLakeGen2: the same thing as a container. */
    readonly filesystem?: string | null;
    /** Domain of the cloud's storage. */
    readonly endpoint?: string | null;
    readonly protocol?: string | null;
  };
}

/** Types that are none of Blob Storage. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  AzureFile: 'a file share (AzureFile)',
  AzureDataLakeGen1: 'of Azure Data Lake Storage Gen1, which is retired',
  OneLake: 'of OneLake',
};

/** URL of the container that a datastore names. Throws a UsageError where there is none, or it may not be read. */
export async function datastoreUrl(client: WorkspaceClient, name: string): Promise<string> {
  const { workspaceName } = client.workspace;
  const found = await lookUp(client, name);
  if (found === undefined) {
    throw new UsageError(
      `there is no datastore ${name} in the workspace ${workspaceName}, or no such workspace; \`az ml datastore list\` shows those that are there`,
    );
  }
  const { datastoreType, accountName, containerName, filesystem, endpoint, protocol } = found.properties;
  const container = containerName || filesystem;
  const unsupported = UNSUPPORTED[datastoreType];
  if (unsupported !== undefined || !accountName || !container) {
    throw new UsageError(
      `the datastore ${name} of ${workspaceName} is ${unsupported ?? `of the type ${datastoreType} and names no container`}; ` +
        'use one over Blob Storage (AzureBlob, AzureDataLakeGen2), or give the https URL of a container',
    );
  }
  const domain = endpoint || 'core.windows.net';
  // Azurite carries the account in its path. That http is for this machine alone is checked where URLs are read.
  if (protocol === 'http') return `http://${domain}/${accountName}/${container}`;
  return `https://${accountName}.blob.${domain}/${container}`;
}

async function lookUp(client: WorkspaceClient, name: string): Promise<Datastore | undefined> {
  try {
    return (await client.get(`/datastores/${encodeURIComponent(name)}`)) as Datastore | undefined;
  } catch (cause) {
    if (!(cause instanceof ArmError) || cause.status !== 403) throw cause;
    throw new UsageError(
      `the identity of this process may not look up the datastore ${name}: give it the role Reader on the workspace ${client.workspace.workspaceName} (${cause.message})`,
      { cause },
    );
  }
}
