import { assertKey, keyStart } from './key.ts';
import { type Entry, peekAt, type ReadableStore } from './store.ts';

/** `store` with a listing that has been made, of all that is of interest in it: it is not asked for again. */
export function listedStore(store: ReadableStore, entries: readonly Entry[]): ReadableStore {
  return {
    uri: store.uri,
    async *list(prefix = '') {
      const start = keyStart(store.uri, prefix);
      yield* entries.filter(({ key }) => key.startsWith(start));
    },
    read: (key) => store.read(key),
    readStart: (key, bytes) => store.readStart(key, bytes),
    readRange: (key, start, length) => store.readRange(key, start, length),
    peek: (key, bytes, see) => peekAt(store, key, bytes, see),
    isPacked: (key) => store.isPacked?.(key) ?? false,
  };
}

/** What `store` holds below the folder `prefix`, with keys from there. */
export function subStore(store: ReadableStore, prefix: string): ReadableStore {
  const start = keyStart(store.uri, prefix);
  const uri = start === '' ? store.uri : `${store.uri}/${start.slice(0, -1)}`;
  return {
    uri,
    async *list(below = '') {
      for await (const entry of store.list(start + keyStart(uri, below))) {
        yield { ...entry, key: entry.key.slice(start.length) };
      }
    },
    async read(key) {
      assertKey(uri, key);
      return store.read(start + key);
    },
    async readStart(key, bytes) {
      assertKey(uri, key);
      return store.readStart(start + key, bytes);
    },
    async readRange(key, from, length) {
      assertKey(uri, key);
      return store.readRange(start + key, from, length);
    },
    isPacked: (key) => store.isPacked?.(start + key) ?? false,
  };
}
