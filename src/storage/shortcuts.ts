import type { Entry, ReadableStore } from './store.ts';

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
