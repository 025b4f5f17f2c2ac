import { setImmediate } from 'node:timers/promises';
import { deflated, FINAL_BLOCK } from '../memory/deflate.ts';
import { CHUNK_BYTES, chunksOf, HEADER, Trailer } from './gzip.ts';

/** Bytes that are deflated at a stretch, some 20 ms, before what else the thread has to do, as writing, has a turn. */
const STRETCH_BYTES = 8 * CHUNK_BYTES;

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
