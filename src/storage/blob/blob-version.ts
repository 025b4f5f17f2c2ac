import { UsageError } from '../../errors.ts';
import { displayUri, parseLocation } from '../location.ts';
import { blobFailure, errorCode } from './blob-failure.ts';
import { containerClient } from './credentials.ts';

/** A version of one blob. */
export interface BlobVersion {
  /** Without quotes, as Event Grid has it. */
  readonly etag: string;
  /** How long the blob has been as it is, by the service's own clock. */
  readonly ageSeconds: number;
}

/** The version of the blob that is there now; undefined where there is none. Throws a UsageError where `uri` is no blob's. */
export async function blobVersion(uri: string): Promise<BlobVersion | undefined> {
  const location = parseLocation(uri);
  if (location.kind !== 'blob' || location.prefix === '')
    throw new UsageError(`${displayUri(uri)}: is no blob; give https://ACCOUNT.blob.core.windows.net/...`);
  const container = await containerClient(location);
  try {
    const { etag, lastModified, date } = await container.getBlobClient(location.prefix).getProperties();
    const ageSeconds = (date!.getTime() - lastModified!.getTime()) / 1000;
    return { etag: bareEtag(etag!), ageSeconds };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'BlobNotFound' || code === 'ContainerNotFound') return undefined;
    throw blobFailure(displayUri(uri), 'read', error);
  }
}

/** An ETag without its quotes: HTTP headers carry them, events do not always. */
export function bareEtag(etag: string): string {
  return etag.replace(/^(?:W\/)?"(.*)"$/, '$1');
}
