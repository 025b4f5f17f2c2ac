import type { DefaultAzureCredentialOptions, TokenCredential } from '@azure/identity';
import {
  BlobServiceClient,
  ContainerClient,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { UsageError } from '../../errors.ts';
import { type BlobLocation, blobUrl } from '../location.ts';

/** Azurite's account and its published key: no secret. */
const AZURITE_ACCOUNT = 'devstoreaccount1';
const AZURITE_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Waits 0, 1, 3, 7 and 15 s between six tries of a request that the service or the network failed. */
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 6, retryDelayInMs: 1000, maxRetryDelayInMs: 30_000 },
};

/**
 * A client of the location's container, by the first that applies: the SAS in the URI, the connection string in
 * AZURE_STORAGE_CONNECTION_STRING when it is for this account, Azurite's published key, DefaultAzureCredential.
 * Nothing is sent yet. Throws a UsageError where there is no credential to take.
 */
export async function containerClient(
  location: BlobLocation,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ContainerClient> {
  const url = blobUrl({ ...location, prefix: '' });
  if (location.sas !== '') return new ContainerClient(`${url}?${location.sas}`, undefined, PIPELINE);

  const service = connectionString(env);
  if (service?.accountName === location.account) {
    const { search } = new URL(service.url);
    return new ContainerClient(url + search, service.credential, PIPELINE);
  }
  if (location.endpoint.startsWith('https:')) return new ContainerClient(url, await identity(env), PIPELINE);
  if (location.account === AZURITE_ACCOUNT) {
    return new ContainerClient(url, new StorageSharedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY), PIPELINE);
  }
  throw new UsageError(
    `${url}: no key for the account ${location.account}; put its connection string into AZURE_STORAGE_CONNECTION_STRING`,
  );
}

function connectionString(env: NodeJS.ProcessEnv): BlobServiceClient | undefined {
  const text = env.AZURE_STORAGE_CONNECTION_STRING?.trim();
  if (!text) return undefined;
  try {
    return BlobServiceClient.fromConnectionString(text);
  } catch {
    // No cause: it could quote the key.
    throw new UsageError(
      'AZURE_STORAGE_CONNECTION_STRING is not a connection string; copy it whole from the account\'s "Access keys", or unset it',
    );
  }
}

/** The client id for a managed identity. Azure ML sets the literal `clientid` where there is none to choose. */
export function identityClientId(env: NodeJS.ProcessEnv): string | undefined {
  const id = env.DEFAULT_IDENTITY_CLIENT_ID?.trim();
  return id === 'clientid' || id === '' ? undefined : id;
}

/**
 * The credential of this process: in a job that runs as whoever submitted it, that user; environment, managed identity,
 * Azure CLI and the other ways of DefaultAzureCredential.
 */
export function azureCredential(
  env: NodeJS.ProcessEnv = process.env,
  limits: CredentialLimits = {},
): Promise<TokenCredential> {
  return identity(env, limits);
}

/** How long a credential may take that asks another program, such as the Azure CLI. Without them: as long as that takes. */
type CredentialLimits = Pick<DefaultAzureCredentialOptions, 'processTimeoutInMs'>;

const identities = new Map<string, Promise<TokenCredential>>();

/** One credential a client id and endpoint, so that all stores share its tokens. Its package is loaded only here: it is heavy. */
function identity(env: NodeJS.ProcessEnv, limits: CredentialLimits = {}): Promise<TokenCredential> {
  const id = identityClientId(env);
  const endpoint = env.OBO_ENDPOINT?.trim() || undefined;
  const key = JSON.stringify([id, endpoint, limits]);
  let credential = identities.get(key);
  if (credential === undefined) {
    credential = newIdentity(id, endpoint, limits);
    identities.set(key, credential);
  }
  return credential;
}

async function newIdentity(
  id: string | undefined,
  endpoint: string | undefined,
  limits: CredentialLimits,
): Promise<TokenCredential> {
  const { ChainedTokenCredential, DefaultAzureCredential } = await import('@azure/identity');
  const own = new DefaultAzureCredential({
    ...limits,
    ...(id !== undefined && { managedIdentityClientId: id }),
  });
  if (endpoint === undefined) return own;
  const { OnBehalfOfCredential } = await import('./on-behalf-of.ts');
  return new ChainedTokenCredential(new OnBehalfOfCredential(endpoint), own);
}
