import { kernelsFor, room, scratch } from './thread.ts';

/**
 * Fills `output` with what a raw DEFLATE stream (RFC 1951) inflates to, by the kernel of src/assembly. False where it does not lie
 * in the arena, and where the stream is broken, holds more or less, or ends before `packed` does: zlib is then to be asked.
 */
export function inflateInto(output: Uint8Array, packed: Uint8Array): boolean {
  if (kernelsFor(output) === undefined) return false;
  return scratch(() => {
    const input = kernelsFor(packed) === undefined ? room(Uint8Array, packed.length) : packed;
    if (input !== packed) input.set(packed);
    const kernels = kernelsFor(output, input);
    const work = kernels && room(Uint8Array, kernels.inflateWorkBytes());
    // 4 GiB are taken.
    if (kernels === undefined || work === undefined || kernelsFor(work) === undefined) return false;
    const { length } = output;
    if (kernels.inflate(input.byteOffset, input.length, output.byteOffset, length, work.byteOffset) !== 0)
      return false;
    const [written, taken] = new Uint32Array(work.buffer, work.byteOffset, 2);
    return written === length && taken === packed.length;
  });
}
