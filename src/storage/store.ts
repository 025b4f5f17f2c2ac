import type { Content } from './content.ts';

/** An object in a store. */
export interface Entry {
  /** Path from the store's root, `/` between parts, no leading slash. */
  readonly key: string;
  readonly bytes: number;
  /** Changes when the content does: Content-MD5 or ETag of a blob, modification time and size of a file, CRC-32 in a zip. */
  readonly version: string;
}

/** A direct child of a store's root. */
export type Child =
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'file'; readonly entry: Entry };

/**
 * Bytes by key. An absent key is `undefined`; anything else that goes wrong throws a StorageError that names the place,
 * also a key or prefix that is not a plain relative path (`..`, a leading `/`, an empty part). Knows no medicine.
 */
export interface ReadableStore {
  /** For people and messages: no query string, so no SAS token. */
  readonly uri: string;
  /**
   * Everything below the folder `prefix` (`a` and `a/` mean the same and not `ab/x`), in ascending key order (code
   * units). Keys are from the store's root, not from `prefix`.
   */
  list(prefix?: string): AsyncIterable<Entry>;
  /**
   * The same as the store tells it: what lies below a folder comes together, and no other order is kept, so that nothing is
   * gathered. Absent: `list` gathers nothing.
   */
  walk?(prefix?: string): AsyncIterable<Entry>;
  /** All the bytes of `key`, whose number is checked against what the store announced. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The first `bytes` bytes of `key`, or all where it has fewer. Nothing beyond them is fetched, inflated or checked. */
  readStart(key: string, bytes: number): Promise<Uint8Array | undefined>;
  /** Bytes [start, start + length) of `key`, fewer where it ends, none beyond its end; else as `readStart`. */
  readRange(key: string, start: number, length: number): Promise<Uint8Array | undefined>;
  /**
   * What `see` makes of the first bytes of a file that a listing gave. They are its own only while it runs: many files are
   * looked at in one buffer. Undefined where the file is gone. Absent: no faster than `readStart`.
   */
  peek?<T>(key: string, bytes: number, see: (start: Uint8Array) => T): Promise<T | undefined>;
  /**
   * Whether `key` is inflated from its beginning for each range, as in a zip: whoever wants many ranges of it reads it whole.
   * Absent: no key is.
   */
  isPacked?(key: string): boolean;
}

export interface Store extends ReadableStore {
  /** The first level only: folders (common prefixes) and files, in ascending name order. */
  children(): AsyncIterable<Child>;
  /** Names of the first level, of folders and files, in no order. Absent: no faster than `children`. */
  names?(): Promise<string[]>;
  /** What a listing would tell of `key`, undefined where it is absent or a folder. */
  stat(key: string): Promise<Entry | undefined>;
  /** Atomic: afterwards the key holds all of `content`; after a failure or a kill it holds what it held before. */
  write(key: string, content: Content): Promise<void>;
  /** Removes the key and whatever an interrupted write of it left behind. No error where there is nothing. */
  delete(key: string): Promise<void>;
}

/** As `ReadableStore.peek`, of any store. */
export async function peekAt<T>(
  store: ReadableStore,
  key: string,
  bytes: number,
  see: (start: Uint8Array) => T,
): Promise<T | undefined> {
  if (store.peek !== undefined) return store.peek(key, bytes, see);
  const start = await store.readStart(key, bytes);
  return start && see(start);
}

/** As `ReadableStore.walk`, of any store. */
export function walkOf(store: ReadableStore, prefix?: string): AsyncIterable<Entry> {
  return store.walk?.(prefix) ?? store.list(prefix);
}
