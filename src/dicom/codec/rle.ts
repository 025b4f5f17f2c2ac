import { CutOffError } from './faults.ts';

const HEADER_BYTES = 64;

/** Expands one byte segment by the PackBits rule of DICOM PS3.5 G.3 into `target`, every `step` bytes from `offset` on. */
function expand(segment: Uint8Array, target: Uint8Array, offset: number, step: number): void {
  let to = offset;
  let from = 0;
  while (to < target.length && from < segment.length) {
    const n = segment[from++];
    if (n === 128) continue;
    if (n < 128) {
      const end = Math.min(from + n + 1, segment.length);
      for (; from < end && to < target.length; to += step) target[to] = segment[from++];
    } else {
      const value = segment[from++];
      for (let left = 257 - n; left > 0 && to < target.length; left--, to += step) target[to] = value;
    }
  }
  if (to < target.length) throw new CutOffError('a segment ends before the frame is full');
}

/**
 * Decodes a frame of RLE Lossless (DICOM PS3.5 annex G) into `length` bytes, little endian. There is one segment per
 * byte of a value, the most significant first.
 */
export function decodeRle(frame: Uint8Array, length: number, bytesPerValue: number): Uint8Array<ArrayBuffer> {
  if (frame.length < HEADER_BYTES) throw new Error('the RLE header is cut off');
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  const segments = header.getUint32(0, true);
  if (segments !== bytesPerValue)
    throw new Error(`has ${segments} segments, ${bytesPerValue} are needed for its Bits Allocated`);
  const decoded = new Uint8Array(length);
  for (let s = 0; s < segments; s++) {
    const start = header.getUint32(4 + 4 * s, true);
    const end = s + 1 < segments ? header.getUint32(8 + 4 * s, true) : frame.length;
    if (start < HEADER_BYTES || end < start || end > frame.length)
      throw new Error('the RLE header points outside the frame');
    expand(frame.subarray(start, end), decoded, segments - 1 - s, segments);
  }
  return decoded;
}
