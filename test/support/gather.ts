import type { ReadableStore } from '../../src/storage/store.ts';

export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

export async function keysOf(store: ReadableStore, prefix?: string): Promise<string[]> {
  return (await gather(store.list(prefix))).map(({ key }) => key);
}
