import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../errors.ts';
import type { Entry } from '../storage/store.ts';
import type { Place } from './cohort.ts';

/** Of a volume this much is in memory, whatever its size. */
export const RANGE_BYTES = 4 * 2 ** 20;

/**
 * Answers with the bytes of an object as they lie in the store, or with 404. A range is read when the one before is taken by
 * the reader; none is, once the reader is gone. The connection breaks off where the object is exchanged or gone meanwhile.
 */
export async function sendObject(
  response: ServerResponse,
  { store, key }: Place,
  contentType: string,
): Promise<void> {
  const entry = await store.stat(key);
  if (entry === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': contentType, 'content-length': entry.bytes });
  // Whoever reads sees by the length that the rest is lacking.
  await pipeline(rangesOf({ store, key }, entry), response).catch(() => response.destroy());
}

async function* rangesOf({ store, key }: Place, { bytes, version }: Entry): AsyncGenerator<Uint8Array> {
  const changed = (): StorageError =>
    new StorageError(`${store.uri}/${key}`, 'changed while it was being read; load the page again');
  for (let at = 0; at < bytes; ) {
    const range = await store.readRange(key, at, Math.min(RANGE_BYTES, bytes - at));
    if (range === undefined || range.length === 0) throw changed();
    at += range.length;
    if (at === bytes && (await store.stat(key))?.version !== version) throw changed();
    yield range;
  }
}
