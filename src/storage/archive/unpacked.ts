import { ArchiveError } from '../../errors.ts';
import type { ArchiveLimits } from '../archive-limits.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import { type Entry, peekAt, type ReadableStore, type Store, walkOf } from '../store.ts';
import { archiveKind, foreignArchive } from './archive-kind.ts';
import { ArchivesInUse } from './archives-in-use.ts';
import { openedArchive } from './open-archive.ts';

/** An archive, and archives in it. */
const LEVELS = 2;

const TOO_DEEP = 'lies in an archive that lies in another: unpack it into a folder';

export interface UnpackedOptions {
  /** An archive that cannot be opened, by its key; a listing goes on without it. Absent: the listing throws the error. */
  readonly onFault?: ((key: string, error: ArchiveError) => void) | undefined;
  /** A file that looks like an archive and is left as a file, and what to do with it. */
  readonly onForeign?: ((key: string, whatToDo: string) => void) | undefined;
  /** How deep archives lie in archives: 1 for archives alone. Default 2. */
  readonly levels?: number | undefined;
  /** What each archive may hold. */
  readonly limits?: ArchiveLimits | undefined;
  /** What opened archives may hold in memory together. Default 1 GiB. */
  readonly keptBytes?: number | undefined;
}

interface Shared extends UnpackedOptions {
  readonly inUse: ArchivesInUse;
}

/**
 * `store` with every archive as a folder of its own name: `a/study.zip/1.dcm` is `1.dcm` in `a/study.zip`. An entry's version
 * is that of its archive and its own in it. Archives are opened when a listing comes to them or a key leads into them; the
 * listing itself is not gathered. A read throws an ArchiveError where the archive that its key leads into cannot be used.
 */
export function unpackedStore(store: ReadableStore, options: UnpackedOptions = {}): ReadableStore {
  const inUse = new ArchivesInUse(options.keptBytes);
  return unpackedBelow(store, options.levels ?? LEVELS, '', { ...options, inUse });
}

/** `start`: how the keys of `store` begin in the outermost one. */
function unpackedBelow(store: ReadableStore, levels: number, start: string, shared: Shared): ReadableStore {
  const { uri } = store;
  const known = new Map<string, Entry | undefined>();

  const entryOf = async (key: string): Promise<Entry | undefined> => {
    if (!known.has(key)) known.set(key, await findEntry(store, key));
    return known.get(key);
  };

  const contentOf = (archive: Entry): Promise<ReadableStore> => {
    const open = async () => {
      const { store: content, heldBytes } = await openedArchive(store, archive, shared.limits);
      const below = `${start}${archive.key}/`;
      return { store: unpackedBelow(content, levels - 1, below, shared), heldBytes };
    };
    return shared.inUse.get(start + archive.key, open, archiveKind(archive.key) !== 'zip');
  };

  /** The archive that a path leads to or into, and what is left of the path there. */
  const archiveOn = async (path: string): Promise<{ archive: Entry; below: string } | undefined> => {
    if (levels === 0) return undefined;
    const parts = path.split('/');
    for (let length = 1; length <= parts.length; length++) {
      if (archiveKind(parts[length - 1]) === undefined) continue;
      const archive = await entryOf(parts.slice(0, length).join('/'));
      if (archive !== undefined) return { archive, below: parts.slice(length).join('/') };
    }
    return undefined;
  };

  async function* listArchive(archive: Entry, below = ''): AsyncGenerator<Entry> {
    let content: ReadableStore;
    try {
      content = await contentOf(archive);
    } catch (error) {
      return fault(archive, error);
    }
    for await (const entry of content.list(below)) {
      const version = `${archive.version}/${entry.version}`;
      yield { ...entry, key: `${archive.key}/${entry.key}`, version };
    }
  }

  const fault = (archive: Entry, error: unknown): void => {
    if (!(error instanceof ArchiveError) || shared.onFault === undefined) throw error;
    shared.onFault(start + archive.key, error);
  };

  /** Whether an entry is an archive that is a folder here; what looks like one and stays a file is told. */
  const isFolderHere = (entry: Entry): boolean => {
    const archive = archiveKind(entry.key) !== undefined;
    if (archive && levels > 0) {
      known.set(entry.key, entry);
      return true;
    }
    const whatToDo = archive ? TOO_DEEP : foreignArchive(entry.key);
    if (whatToDo !== undefined) shared.onForeign?.(start + entry.key, whatToDo);
    return false;
  };

  async function* listFolder(prefix: string): AsyncGenerator<Entry> {
    /** Archives whose keys are still to come, the next of them last: of `a.zip` they follow `a.zip.txt`. */
    const waiting: Entry[] = [];
    async function* upTo(key: string | undefined): AsyncGenerator<Entry> {
      for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
        const folder = `${next.key}/`;
        if (key !== undefined && key < folder) return;
        waiting.pop();
        if (key?.startsWith(folder)) {
          known.set(next.key, undefined);
          fault(next, besideFolder(`${uri}/${next.key}`));
        } else {
          yield* listArchive(next);
        }
      }
    }
    for await (const entry of store.list(prefix)) {
      yield* upTo(entry.key);
      if (isFolderHere(entry)) {
        waiting.push(entry);
        waiting.sort((a, b) => byCodeUnits(`${b.key}/`, `${a.key}/`));
      } else yield entry;
    }
    yield* upTo(undefined);
  }

  /** As `listFolder`, each archive where it is met. */
  async function* walkFolder(prefix: string): AsyncGenerator<Entry> {
    for await (const entry of walkOf(store, prefix)) {
      if (isFolderHere(entry)) yield* listArchive(entry);
      else yield entry;
    }
  }

  /** Where the bytes of a key lie; undefined for an archive, which is a folder here. */
  const placeOf = async (key: string): Promise<{ content: ReadableStore; key: string } | undefined> => {
    assertKey(uri, key);
    const found = await archiveOn(key);
    if (found === undefined) return { content: store, key };
    return found.below === '' ? undefined : { content: await contentOf(found.archive), key: found.below };
  };

  return {
    uri,
    async *list(prefix = '') {
      const found = await archiveOn(keyStart(uri, prefix).slice(0, -1));
      yield* found === undefined ? listFolder(prefix) : listArchive(found.archive, found.below);
    },
    async *walk(prefix = '') {
      const found = await archiveOn(keyStart(uri, prefix).slice(0, -1));
      if (found !== undefined) yield* listArchive(found.archive, found.below);
      else yield* walkFolder(prefix);
    },
    async read(key) {
      const place = await placeOf(key);
      return place?.content.read(place.key);
    },
    async readStart(key, bytes) {
      const place = await placeOf(key);
      return place?.content.readStart(place.key, bytes);
    },
    async peek(key, bytes, see) {
      const place = await placeOf(key);
      return place && peekAt(place.content, place.key, bytes, see);
    },
    async readRange(key, from, length) {
      const place = await placeOf(key);
      return place?.content.readRange(place.key, from, length);
    },
  };
}

/** Blob Storage allows both. */
function besideFolder(uri: string): ArchiveError {
  return new ArchiveError(uri, 'stands beside a folder of that name; rename one');
}

/** What a listing tells of `key`. */
async function findEntry(store: ReadableStore & Partial<Store>, key: string): Promise<Entry | undefined> {
  if (store.stat !== undefined) return store.stat(key);
  const slash = key.lastIndexOf('/');
  for await (const entry of store.list(slash < 0 ? '' : key.slice(0, slash))) {
    if (entry.key === key) return entry;
    if (entry.key > key) break;
  }
  return undefined;
}
