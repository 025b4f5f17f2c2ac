import { setTimeout as delay } from 'node:timers/promises';
import { type BlobDownloadResponseParsed, type BlockBlobClient, RestError } from '@azure/storage-blob';
import { room, usingArena } from '../../memory/thread.ts';
import { BLOCK_BYTES, blockOffsets, inParallel } from './blob-blocks.ts';

/** The SDK retries requests, but not an answer whose connection breaks in the middle: these are the waits before we do. */
const BROKEN_ANSWER_WAITS_MS = [0, 1000, 3000, 7000];

/** All bytes of a blob, as `downloadRange` does. */
export function download(blob: BlockBlobClient): Promise<Uint8Array> {
  return downloadRange(blob, 0, Number.POSITIVE_INFINITY);
}

/**
 * Bytes [start, start + length) of a blob, fewer where it ends: one request up to 8 MiB, above it the rest in parallel ranges
 * of the same version, asked for as soon as the first has begun to come, so that a blob replaced meanwhile is an error
 * (ConditionNotMet) and never a mixture.
 */
export async function downloadRange(
  blob: BlockBlobClient,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const first = length === 0 ? undefined : await firstRange(blob, start, Math.min(length, BLOCK_BYTES));
  if (first === undefined) return new Uint8Array(0);
  const whole =
    first.contentRange === undefined ? first.contentLength! : Number(first.contentRange.split('/')[1]);
  const bytes = room(Uint8Array, Math.min(length, whole - start));
  await inParallel(blockOffsets(bytes.length), (offset, signal) => {
    const answer = offset === 0 ? first : undefined;
    const block = bytes.subarray(offset, offset + BLOCK_BYTES);
    return usingArena(fill(blob, block, start + offset, first.etag!, signal, answer));
  });
  return bytes;
}

/** `undefined` where the blob has no byte from `start` on, so no range to ask for. */
function firstRange(
  blob: BlockBlobClient,
  start: number,
  length: number,
): Promise<BlobDownloadResponseParsed | undefined> {
  return blob.download(start, length).catch((error) => {
    if (error instanceof RestError && error.statusCode === 416) return undefined;
    throw error;
  });
}

/** Fills `target` with the blob's bytes from `offset`, asking again for what a broken connection left out. */
async function fill(
  blob: BlockBlobClient,
  target: Uint8Array,
  offset: number,
  etag: string,
  abortSignal?: AbortSignal,
  answer?: BlobDownloadResponseParsed,
): Promise<void> {
  let filled = 0;
  for (let broken = 0; ; broken++) {
    const options = { conditions: { ifMatch: etag }, ...(abortSignal && { abortSignal }) };
    answer ??= await blob.download(offset + filled, target.length - filled, options);
    try {
      for await (const chunk of answer.readableStreamBody as AsyncIterable<Uint8Array>) {
        target.set(chunk, filled);
        filled += chunk.length;
      }
      if (filled === target.length) return;
      throw new Error(`${filled} of ${target.length} bytes came`);
    } catch (error) {
      if (abortSignal?.aborted || broken === BROKEN_ANSWER_WAITS_MS.length) throw error;
    }
    answer = undefined;
    await delay(BROKEN_ANSWER_WAITS_MS[broken]);
  }
}
