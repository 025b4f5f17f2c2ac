import { setImmediate } from 'node:timers/promises';
import { Arena } from '../memory/arena.ts';
import { room, threadArena } from '../memory/thread.ts';
import { CHUNK_BYTES, chunksOf, HEADER, Trailer } from './gzip.ts';

/** Bytes that are deflated at a stretch, some 20 ms, before what else the thread has to do, as writing, has a turn. */
const STRETCH_BYTES = 8 * CHUNK_BYTES;

/**
 * An empty block with the fixed Huffman codes, the last of its stream (RFC 1951, 3.2.6): no chunk has to know that it is the
 * last.
 */
const FINAL_BLOCK = Uint8Array.of(3, 0);

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

function deflated(chunk: Uint8Array, unit: number): Uint8Array {
  const piece = deflatedIn(threadArena(), chunk, unit);
  if (piece !== undefined) return piece;
  spare ??= new Arena();
  const spared = deflatedIn(spare, chunk, unit);
  if (spared === undefined) throw new RangeError(`no memory to deflate ${chunk.length} bytes in`);
  return spared;
}

/**
 * As `gzip`, by the kernel of src/assembly in this thread, which has one level. A part is deflated before the next one is asked
 * for, so that its memory may then be used again. The pieces lie in the thread's arena while a patient is at work. The bytes
 * depend on the parts and the unit alone.
 *
 * @param unit bytes that are matched as one: 1 or 2 of integers, 4 or 8 of voxels in floating point
 */
export async function gzipVoxels(
  parts: Iterable<Uint8Array>,
  unit: 1 | 2 | 4 | 8,
): Promise<readonly Uint8Array[]> {
  const trailer = new Trailer();
  const pieces: Uint8Array[] = [HEADER];
  let stretch = 0;
  for (const chunk of chunksOf(parts)) {
    trailer.add(chunk);
    pieces.push(deflated(chunk, unit));
    stretch += chunk.length;
    if (stretch >= STRETCH_BYTES) {
      stretch = 0;
      await setImmediate();
    }
  }
  return [...pieces, FINAL_BLOCK, trailer.encode()];
}
