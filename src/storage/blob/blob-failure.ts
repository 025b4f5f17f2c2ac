import { RestError } from '@azure/storage-blob';
import { messageOf, StorageError } from '../../errors.ts';

/** What to do, by the service's error code, the network's, or the HTTP status. */
const REMEDIES: Readonly<Record<string, string>> = {
  AuthenticationFailed: 'the key or SAS is wrong or has expired, or the clock of this machine is off',
  AuthorizationFailure: "the credential does not allow it, or the account's firewall keeps this machine out",
  InsufficientAccountPermissions: 'the SAS does not allow it; ask for one with read, write, delete and list',
  BlobArchived: 'the blob is in the archive tier; rehydrate it first',
  BlobImmutableDueToPolicy: 'an immutability policy protects the blob; choose another place',
  ConditionNotMet: 'the blob changed while it was being read; run again when nothing writes to it',
  ContainerNotFound: 'the container does not exist; correct the URL or create it',
  LeaseIdMissing: 'another client holds a lease on the blob; break it or wait',
  Md5Mismatch: 'the bytes were damaged on the way; run again',
  SnapshotsPresent: 'the blob has snapshots; delete them first',
  ENOTFOUND: "no such host; check the account's name in the URL and the network",
  ECONNREFUSED: 'nothing listens there; is Azurite running on that port?',
  ECONNRESET: 'the connection broke; check the network and run again',
  '401':
    'the service wants a credential: sign in with "az login", use a managed identity, or a URL with a SAS',
  '403':
    'grant the identity the role Storage Blob Data Contributor on the account or container, or use a SAS that allows it',
  '404': 'check the URL',
  '500': 'the service is failing; run again later',
  '503': 'the service is busy; run again later or with fewer workers',
};

export type BlobAction = 'read' | 'written' | 'listed' | 'deleted';

/** A StorageError naming the blob, the HTTP status, the service's code and what to do. */
export function blobFailure(uri: string, action: BlobAction, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(uri, `cannot be ${action}: ${reason(error)}`, { cause: error });
}

/** The service's error code, such as `BlobNotFound`, or Node's for a broken connection. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined;
  return (error.details as { errorCode?: string } | undefined)?.errorCode ?? error.code;
}

function reason(error: unknown): string {
  const text = messageOf(error).split('\n', 1)[0];
  if (!(error instanceof RestError))
    return isSignIn(error) ? `no sign-in to Azure: ${REMEDIES['401']} (${text})` : text;
  const code = errorCode(error);
  const status = error.statusCode === undefined ? undefined : `HTTP ${error.statusCode}`;
  const remedy = REMEDIES[code ?? ''] ?? REMEDIES[String(error.statusCode)] ?? text;
  return `${[status, code].filter((part) => part !== undefined).join(' ')}: ${remedy}`;
}

/** Errors of @azure/identity, told by name because its package may not be loaded. */
function isSignIn(error: unknown): boolean {
  return error instanceof Error && /Authentication|CredentialUnavailable/.test(error.name);
}
