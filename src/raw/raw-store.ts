import { type ArchiveError, StorageError } from '../errors.ts';
import { archiveKind } from '../storage/archive/archive-kind.ts';
import { openArchive } from '../storage/archive/open-archive.ts';
import { unpackedStore } from '../storage/archive/unpacked.ts';
import { displayUri, lastName } from '../storage/location.ts';
import type { Stores } from '../storage/open.ts';
import type { ReadableStore } from '../storage/store.ts';

/** Archives that cannot be opened, and files that look like archives and are none that are: by their keys. */
export interface UnopenedArchives {
  readonly broken: Map<string, ArchiveError>;
  /** With what to do. */
  readonly foreign: Map<string, string>;
}

/** Whether a place of raw data is one archive, by its name. */
export function isArchivePlace(uri: string): boolean {
  return archiveKind(lastName(displayUri(uri))) !== undefined;
}

/**
 * All files of a place of raw data, a folder or an archive, as if every archive in it were a folder. Those that cannot be opened
 * are noted in `unopened`; without it a listing that comes to one throws. Throws an ArchiveError where the place is one.
 */
export async function openRaw(
  uri: string,
  stores: Pick<Stores, 'open' | 'locate'>,
  unopened?: UnopenedArchives,
): Promise<ReadableStore> {
  const hooks =
    unopened === undefined
      ? {}
      : {
          onFault: (key: string, error: ArchiveError) => void unopened.broken.set(key, error),
          onForeign: (key: string, whatToDo: string) => void unopened.foreign.set(key, whatToDo),
        };
  if (isArchivePlace(uri)) {
    const { store, key } = await stores.locate(uri);
    const entry = await store.stat(key);
    // A folder may be named like an archive.
    if (entry !== undefined) return unpackedStore(await openArchive(store, entry), { ...hooks, levels: 1 });
    const folder = await stores.open(uri);
    for await (const _ of folder.children()) return unpackedStore(folder, hooks);
    throw new StorageError(displayUri(uri), 'does not exist; check the name');
  }
  return unpackedStore(await stores.open(uri), hooks);
}
