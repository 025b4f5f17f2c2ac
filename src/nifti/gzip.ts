import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** How bytes are deflated: zlib's level, and the base two logarithm of how far back a match may lie, 9 to 15. */
export interface DeflateOptions {
  readonly level: number;
  readonly windowBits: number;
}

/** A stream of its own for each chunk, the end of which says that every byte has come. */
const deflate = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: DeflateOptions & { memLevel: number; finishFlush: number; chunkSize: number },
) => Promise<Buffer>;

/** What is deflated at a time: a cut costs five bytes and the matches across it. */
export const CHUNK_BYTES = 1 << 20;

/** zlib's most: blocks twice as long as by default, half as many Huffman trees to make. A tenth faster, as small. */
export const MEM_LEVEL = 9;

/** Chunks in flight at once: as many as Node's thread pool has threads, so that none waits for the next to be handed over. */
const CHUNKS_AT_ONCE = 4;

/** No name, modification time 0 and system unknown, so that equal input gives equal bytes (RFC 1952, 2.3). */
export const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

const TRAILER_BYTES = 8;

/** Views of what the parts hold one after the other, at least one; a chunk never spans two parts. */
export function* chunksOf(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let none = true;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += CHUNK_BYTES) {
      none = false;
      yield part.subarray(at, at + CHUNK_BYTES);
    }
  }
  if (none) yield new Uint8Array(0);
}

/** CRC-32 and length, modulo 2^32, of what has been added (RFC 1952, 2.3.1). */
export class Trailer {
  #crc = 0;
  #length = 0;

  add(bytes: Uint8Array): void {
    // crc32 counts the bytes of one call modulo 2^32.
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      this.#crc = crc32(bytes.subarray(at, at + CHUNK_BYTES), this.#crc);
    this.#length += bytes.length;
  }

  encode(): Uint8Array {
    const trailer = new DataView(new ArrayBuffer(TRAILER_BYTES));
    trailer.setUint32(0, this.#crc, true);
    trailer.setUint32(4, this.#length % 2 ** 32, true);
    return new Uint8Array(trailer.buffer);
  }
}

/**
 * One gzip member, in pieces, of what the parts hold one after the other, its chunks deflated side by side in Node's thread
 * pool and joined by Z_SYNC_FLUSH. A part is asked for when its turn is near, and not to be changed after: several may be in
 * flight. The bytes depend on the parts and the options alone.
 */
export async function gzip(
  parts: Iterable<Uint8Array>,
  { level, windowBits }: DeflateOptions,
): Promise<readonly Uint8Array[]> {
  const chunks = chunksOf(parts);
  const deflated: Uint8Array[] = [];
  let next = chunks.next();
  let taken = 0;
  const trailer = new Trailer();
  const work = async (): Promise<void> => {
    while (!next.done) {
      const chunk = next.value;
      const i = taken++;
      trailer.add(chunk);
      next = chunks.next();
      deflated[i] = await deflate(chunk, {
        level,
        windowBits,
        memLevel: MEM_LEVEL,
        finishFlush: next.done ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        // Room for all of it at once: zlib might end a chunk twice where the room ends with it.
        chunkSize: CHUNK_BYTES,
      });
    }
  };
  await Promise.all(Array.from({ length: CHUNKS_AT_ONCE }, work));
  return [HEADER, ...deflated, trailer.encode()];
}
