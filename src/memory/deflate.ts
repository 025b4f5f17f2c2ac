import { Arena } from './arena.ts';
import { room, scratch, threadArena } from './thread.ts';

/**
 * An empty block with the fixed Huffman codes, the last of its stream (RFC 1951, 3.2.6): no chunk has to know that it is the
 * last.
 */
export const FINAL_BLOCK = Uint8Array.of(3, 0);

/** Where chunks are deflated that the thread's arena has no room beside. */
let spare: Arena | undefined;

/** Deflates a chunk in an arena; undefined where that cannot grow as far. */
function deflatedIn(arena: Arena, chunk: Uint8Array, unit: number): Uint8Array | undefined {
  const { kernels } = arena;
  const output = arena.scratch(() => {
    // The output first: it is free after this, and stays as it is until something else is put there, which lies there then.
    const written = arena.room(Uint8Array, kernels.deflateBound(chunk.length));
    const work = arena.addressOf(arena.room(Uint8Array, kernels.deflateWorkBytes()));
    let input = arena.addressOf(chunk);
    if (input === undefined) {
      const copy = arena.room(Uint8Array, chunk.length);
      copy.set(chunk);
      input = arena.addressOf(copy);
    }
    const at = arena.addressOf(written);
    if (at === undefined || work === undefined || input === undefined) return undefined;
    return written.subarray(0, kernels.deflate(input, chunk.length, at, work, unit));
  });
  if (output === undefined) return undefined;
  // While a patient is at work it may lie in the same arena at the same place, and nothing has to be moved.
  const piece = room(Uint8Array, output.length);
  if (!arena.holds(piece)) piece.set(output);
  else if (piece.byteOffset !== output.byteOffset)
    kernels.copy(output.byteOffset, piece.byteOffset, output.length);
  return piece;
}

/**
 * A chunk of at most 2^20 bytes as blocks of a raw DEFLATE stream (RFC 1951) that is not ended, by the kernel of
 * src/assembly. They lie in the thread's arena while a patient is at work, and depend on chunk and unit
 * alone.
 *
 * @param unit bytes that are matched as one: 1 or 2 of integers, 4 or 8 of voxels in floating point
 */
export function deflated(chunk: Uint8Array, unit: number): Uint8Array {
  const piece = deflatedIn(threadArena(), chunk, unit);
  if (piece !== undefined) return piece;
  spare ??= new Arena();
  const spared = deflatedIn(spare, chunk, unit);
  if (spared === undefined) throw new RangeError(`no memory to deflate ${chunk.length} bytes in`);
  return spared;
}

/** What is deflated at a time. */
const CHUNK_BYTES = 2 ** 20;

/**
 * Bytes as a raw DEFLATE stream (RFC 1951) that is ended, in memory of its own. It depends on bytes and unit alone, which one of
 * zlib does not: builds of zlib differ.
 *
 * @param unit bytes that are matched as one: 1 or 2
 */
export function deflatedStream(bytes: Uint8Array, unit: 1 | 2): Uint8Array<ArrayBuffer> {
  return scratch(() => {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      blocks.push(deflated(bytes.subarray(at, at + CHUNK_BYTES), unit));
    return new Uint8Array(Buffer.concat([...blocks, FINAL_BLOCK]));
  });
}
