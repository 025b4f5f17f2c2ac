import type { z } from 'zod';
import { encodeJson } from '../records/json.ts';
import type { Store } from '../storage/store.ts';

/** The list that the last finished run left beside its volumes: its bytes, and what it tells where it can be read. */
export interface Earlier<T> {
  readonly file: string;
  readonly bytes: Uint8Array | undefined;
  readonly list: T | undefined;
}

/** Reads the list that the last finished run left in a store. What cannot be read as such counts as no run. */
export async function readEarlier<T>(store: Store, file: string, schema: z.ZodType<T>): Promise<Earlier<T>> {
  const bytes = await store.read(file);
  if (bytes === undefined) return { file, bytes, list: undefined };
  try {
    return { file, bytes, list: schema.parse(JSON.parse(new TextDecoder().decode(bytes))) };
  } catch {
    return { file, bytes, list: undefined };
  }
}

/** Leaves this run's list for the next one to compare with. Nothing is written where nothing has changed. */
export async function leaveForNext(
  store: Store,
  { file, bytes }: Earlier<unknown>,
  now: unknown,
): Promise<void> {
  const left = encodeJson(now);
  if (bytes === undefined || Buffer.compare(bytes, left) !== 0) await store.write(file, left);
}
