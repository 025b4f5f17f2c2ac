import { lengthOf } from '../storage/content.ts';
import { locateObject, openStore, type Stores } from '../storage/open.ts';
import { peekAt, type ReadableStore, type Store } from '../storage/store.ts';
import type { StageClock } from './stage-clock.ts';

/** A listing whose time is that of the store alone, not of whoever goes through it. */
async function* timedListing<T>(clock: StageClock, items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  for (;;) {
    const next = await clock.time('list', 0, () => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

/**
 * A store whose requests a clock times under `list` and `fetch`, or `unzip` where it is an archive that has been
 * fetched.
 */
function timedReads(
  clock: StageClock,
  store: ReadableStore,
  read: 'fetch' | 'unzip' = 'fetch',
): ReadableStore {
  const length = (bytes: Uint8Array | undefined): number => bytes?.length ?? 0;
  return {
    uri: store.uri,
    list: (prefix) => timedListing(clock, store.list(prefix)),
    read: (key) => clock.time(read, length, () => store.read(key)),
    readStart: (key, bytes) => clock.time(read, length, () => store.readStart(key, bytes)),
    readRange: (key, start, bytes) => clock.time(read, length, () => store.readRange(key, start, bytes)),
    async peek(key, bytes, see) {
      let seen = 0;
      const look = (start: Uint8Array) => {
        seen = start.length;
        return see(start);
      };
      return clock.time(
        read,
        () => seen,
        () => peekAt(store, key, bytes, look),
      );
    },
    isPacked: (key) => store.isPacked?.(key) ?? false,
  };
}

/** The same for a store that is written to, under `write` and `delete` too. */
export function timedStore(clock: StageClock, store: Store): Store {
  return {
    ...timedReads(clock, store),
    children: () => timedListing(clock, store.children()),
    stat: (key) => clock.time('list', 0, () => store.stat(key)),
    write: (key, content) => clock.time('write', lengthOf(content), () => store.write(key, content)),
    delete: (key) => clock.time('delete', 0, () => store.delete(key)),
  };
}

/** Opens stores whose requests a clock times. */
export function timedStores(clock: StageClock): Stores {
  return {
    open: async (uri) => timedStore(clock, await openStore(uri)),
    locate: async (uri) => {
      const { store, key } = await locateObject(uri);
      return { store: timedStore(clock, store), key };
    },
    archive: (store) => timedReads(clock, store, 'unzip'),
  };
}
