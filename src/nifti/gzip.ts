import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, gunzipSync } from 'node:zlib';

/** A stream of its own for each chunk, the end of which says that every byte has come. */
const deflate = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: { level: number; finishFlush: number; chunkSize: number },
) => Promise<Buffer>;

/** What is deflated at a time by a thread of the pool: a cut costs five bytes and the matches across it. */
const CHUNK_BYTES = 1 << 20;

/** Chunks in flight at once: as many as Node's thread pool has threads, so that none waits for the next to be handed over. */
const CHUNKS_AT_ONCE = 4;

/** No name, modification time 0 and system unknown, so that equal input gives equal bytes (RFC 1952, 2.3). */
export const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

const TRAILER_BYTES = 8;

/** Views of what the parts hold one after the other, cut into chunks; a chunk never spans two parts. */
function chunksOf(parts: readonly Uint8Array[]): Uint8Array[] {
  const chunks = parts.flatMap((part) =>
    Array.from({ length: Math.ceil(part.length / CHUNK_BYTES) }, (_, i) =>
      part.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
    ),
  );
  return chunks.length > 0 ? chunks : [new Uint8Array(0)];
}

/** CRC-32 and length, modulo 2^32, of what the parts hold one after the other (RFC 1952, 2.3.1). */
export function trailerOf(parts: readonly Uint8Array[]): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(TRAILER_BYTES));
  trailer.setUint32(
    0,
    // crc32 counts the bytes of one call modulo 2^32.
    chunksOf(parts).reduce((crc, chunk) => crc32(chunk, crc), 0),
    true,
  );
  trailer.setUint32(4, parts.reduce((sum, part) => sum + part.length, 0) % 2 ** 32, true);
  return new Uint8Array(trailer.buffer);
}

/**
 * One gzip member of what the parts hold one after the other, its chunks deflated side by side in Node's thread pool and
 * joined by Z_SYNC_FLUSH. The bytes depend on the input and the level alone.
 */
export async function gzip(parts: readonly Uint8Array[], level: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = chunksOf(parts);
  const deflated: Uint8Array[] = new Array(chunks.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chunks.length) {
      const i = next++;
      const finishFlush = i === chunks.length - 1 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
      deflated[i] = await deflate(chunks[i], { level, finishFlush, chunkSize: CHUNK_BYTES });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHUNKS_AT_ONCE, chunks.length) }, work));
  const all = [HEADER, ...deflated, trailerOf(parts)];
  const out = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** More than 2^30 voxels of four bytes: what inflates to more is no volume but a bomb. */
const MAX_INFLATED_BYTES = 2 ** 32 + CHUNK_BYTES;

/** Inflates every member of a gzip file, up to a limit. fflate and nifti-reader-js return the first member only, silently. */
export function gunzip(bytes: Uint8Array, mostBytes = MAX_INFLATED_BYTES): Uint8Array<ArrayBuffer> {
  // At zlib's default of 16 KiB inflating takes a quarter longer.
  const out = gunzipSync(bytes, { chunkSize: CHUNK_BYTES, maxOutputLength: mostBytes });
  return new Uint8Array(out.buffer as ArrayBuffer, out.byteOffset, out.byteLength);
}

/** Whether bytes start with the gzip magic number (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}
