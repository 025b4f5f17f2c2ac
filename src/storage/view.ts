import { assertKey, keyStart } from './key.ts';
import type { ReadableStore } from './store.ts';

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
  };
}
