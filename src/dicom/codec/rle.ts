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

/** The most bytes that one run or one stretch of literals stands for (DICOM PS3.5 G.3.1). */
const MOST_BYTES = 128;

/** The most bytes that `packRow` makes of a row. */
const packedBound = (columns: number): number => columns + Math.ceil(columns / MOST_BYTES);

/**
 * Packs the bytes of one row, every `step` bytes from `from` on, into `packed` from `to` on: equal bytes as a run, others
 * literally, two equal ones among others too. Returns where it ends.
 */
function packRow(
  frame: Uint8Array,
  from: number,
  step: number,
  columns: number,
  packed: Uint8Array,
  to: number,
): number {
  const end = from + columns * step;
  // Where the header of the literals stands that were written last, -1 where a run was.
  let literals = -1;
  for (let at = from; at < end; ) {
    const value = frame[at];
    const most = Math.min(end, at + MOST_BYTES * step);
    let next = at + step;
    while (next < most && frame[next] === value) next += step;
    const run = (next - at) / step;
    if (run > 2 || (run === 2 && literals < 0)) {
      packed[to++] = 257 - run;
      packed[to++] = value;
      literals = -1;
    } else
      for (let i = 0; i < run; i++) {
        if (literals < 0 || packed[literals] === MOST_BYTES - 1) {
          literals = to++;
          packed[literals] = 0;
        } else packed[literals]++;
        packed[to++] = value;
      }
    at = next;
  }
  return to;
}

/**
 * A frame of values of one or two bytes, little endian, as RLE Lossless (DICOM PS3.5 annex G): a segment for each byte of a
 * value, the most significant first, of even length; no run goes on into the next row.
 */
export function encodeRle(frame: Uint8Array, columns: number, bytesPerValue: 1 | 2): Uint8Array<ArrayBuffer> {
  const rows = frame.length / (columns * bytesPerValue);
  const encoded = new Uint8Array(HEADER_BYTES + bytesPerValue * (rows * packedBound(columns) + 1));
  const header = new DataView(encoded.buffer);
  header.setUint32(0, bytesPerValue, true);
  let to = HEADER_BYTES;
  for (let s = 0; s < bytesPerValue; s++) {
    header.setUint32(4 + 4 * s, to, true);
    for (let row = 0; row < rows; row++)
      to = packRow(
        frame,
        row * columns * bytesPerValue + bytesPerValue - 1 - s,
        bytesPerValue,
        columns,
        encoded,
        to,
      );
    to += to % 2;
  }
  return encoded.slice(0, to);
}
