import { basename, dirname, resolve } from 'node:path';
import { StorageError, UsageError } from '../errors.ts';
import { FolderStore } from './folder/folder.ts';
import { blobUrl, displayUri, type Location, parseLocation } from './location.ts';
import type { ReadableStore, Store } from './store.ts';

/**
 * The store a URI names (forms: `parseLocation`). Nothing is read yet, and the place need not exist.
 * Throws a UsageError where the URI or the credential for it is wrong.
 */
export async function openStore(uri: string): Promise<Store> {
  return storeAt(parseLocation(uri));
}

/** The one file or blob a URI names, as a key of a store. Nothing is read yet, and it need not exist. */
export async function locateObject(uri: string): Promise<{ store: Store; key: string }> {
  const [parent, key] = splitLast(parseLocation(uri));
  if (key === '') throw new UsageError(`${displayUri(uri)}: names no single file; add its name`);
  return { store: await storeAt(parent), key };
}

/** How places are opened: as they are, or with something put round every store. */
export interface Stores {
  readonly open: (uri: string) => Promise<Store>;
  readonly locate: (uri: string) => Promise<{ store: Store; key: string }>;
  /** What has been fetched as an archive. */
  readonly archive: (store: ReadableStore) => ReadableStore;
}

/** Stores as they are. */
export const STORES: Stores = { open: openStore, locate: locateObject, archive: (store) => store };

/** All the bytes of the one file or blob a URI names. Throws a StorageError that names it where it is absent. */
export async function readObject(uri: string): Promise<Uint8Array> {
  const { store, key } = await locateObject(uri);
  const bytes = await store.read(key);
  if (bytes === undefined)
    throw new StorageError(displayUri(uri), 'does not exist, or is a folder; check the name');
  return bytes;
}

async function storeAt(location: Location): Promise<Store> {
  if (location.kind === 'folder') return new FolderStore(location.path);
  // Loaded on demand: a run over local folders needs none of the Azure packages.
  const [{ BlobStore }, { containerClient }] = await Promise.all([
    import('./blob/blob.ts'),
    import('./blob/credentials.ts'),
  ]);
  return new BlobStore(await containerClient(location), location.prefix, blobUrl(location));
}

function splitLast(location: Location): [parent: Location, key: string] {
  if (location.kind === 'folder') {
    const path = resolve(location.path);
    return [{ kind: 'folder', path: dirname(path) }, basename(path)];
  }
  const slash = location.prefix.lastIndexOf('/');
  const parent = { ...location, prefix: location.prefix.slice(0, Math.max(slash, 0)) };
  return [parent, location.prefix.slice(slash + 1)];
}
