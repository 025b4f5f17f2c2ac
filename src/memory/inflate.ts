import { copyOf, giveBack, isPatientAtWork, kernelsFor, room, scratch } from './thread.ts';

/**
 * The `length` bytes that a raw DEFLATE stream (RFC 1951) inflates to, in the thread's arena, by the kernel of src/assembly.
 * Undefined where no patient is at work in the thread or its arena is full, and where the stream is broken, holds more or
 * less, or ends before `packed` does: zlib is then to be asked.
 */
export function inflated(packed: Uint8Array, length: number): Uint8Array | undefined {
  if (!isPatientAtWork()) return undefined;
  const output = room(Uint8Array, length);
  if (inflateInto(output, packed)) return output;
  giveBack(output);
  return undefined;
}

/** Whether `output` holds all that `packed` does. */
function inflateInto(output: Uint8Array, packed: Uint8Array): boolean {
  if (kernelsFor(output) === undefined) return false;
  return scratch(() => {
    const input = kernelsFor(packed) === undefined ? copyOf(packed) : packed;
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
