/** What Azure Resource Manager answers for a datastore: the resource `workspaces/datastores`. Secrets are never in it. */
type Datastore = { readonly properties: Readonly<Record<string, unknown>> };

const common = {
  description: null,
  properties: null,
  tags: {},
  isDefault: false,
  serviceDataAccessAuthIdentity: 'None',
};
/** Where the account is. */
const group = { subscriptionId: 's-1', resourceGroup: 'rg' };
const ACCOUNT_KEY = { credentialsType: 'AccountKey' };
const IDENTITY = { credentialsType: 'None' };

/** A container of Azurite (`http://127.0.0.1:PORT/devstoreaccount1`) as a datastore that signs in by account key. */
export function azuriteDatastore(url: string, containerName: string): Datastore {
  const { host, pathname } = new URL(url);
  return {
    properties: {
      ...common,
      ...group,
      datastoreType: 'AzureBlob',
      accountName: pathname.slice(1),
      containerName,
      endpoint: host,
      protocol: 'http',
      credentials: ACCOUNT_KEY,
    },
  };
}

const azure = { ...group, endpoint: 'core.windows.net', protocol: 'https' };

/** One datastore of each type that there is. */
export const DATASTORES = {
  blob: {
    properties: {
      ...common,
      ...azure,
      datastoreType: 'AzureBlob',
      accountName: 'lungs',
      containerName: 'raw',
      credentials: IDENTITY,
    },
  },
  china: {
    properties: {
      ...common,
      ...group,
      datastoreType: 'AzureBlob',
      accountName: 'lungs',
      containerName: 'raw',
      endpoint: 'core.chinacloudapi.cn',
      protocol: 'https',
      credentials: { credentialsType: 'Sas' },
    },
  },
  lake: {
    properties: {
      ...common,
      ...azure,
      datastoreType: 'AzureDataLakeGen2',
      accountName: 'lungs',
      filesystem: 'raw',
      credentials: IDENTITY,
    },
  },
  share: {
    properties: {
      ...common,
      ...azure,
      datastoreType: 'AzureFile',
      accountName: 'lungs',
      fileShareName: 'raw',
      credentials: ACCOUNT_KEY,
    },
  },
  old_lake: {
    properties: {
      ...common,
      ...group,
      datastoreType: 'AzureDataLakeGen1',
      storeName: 'lungs',
      credentials: IDENTITY,
    },
  },
  one_lake: {
    properties: {
      ...common,
      datastoreType: 'OneLake',
      oneLakeWorkspaceName: 'research',
      artifact: { artifactType: 'LakeHouse', artifactName: 'lungs' },
      endpoint: 'onelake.dfs.fabric.microsoft.com',
      credentials: IDENTITY,
    },
  },
} as const satisfies Record<string, Datastore>;
