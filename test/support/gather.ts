import { createHash } from 'node:crypto';
import type { ReadableStore } from '../../src/storage/store.ts';

export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

export async function keysOf(store: ReadableStore, prefix?: string): Promise<string[]> {
  return (await gather(store.list(prefix))).map(({ key }) => key);
}

/** SHA-256 of every object of a store, by key. */
export async function storeHashes(store: ReadableStore): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for await (const { key } of store.list()) {
    const bytes = (await store.read(key))!;
    hashes[key] = createHash('sha256').update(bytes).digest('hex');
  }
  return hashes;
}
