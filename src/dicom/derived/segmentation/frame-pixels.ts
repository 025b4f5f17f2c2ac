import { CaseExclusion } from '../../../errors.ts';
import { skipZeros } from '../../../kernels/mask/set-bytes.ts';
import { giveBack, room, scratch, zeros } from '../../../memory/thread.ts';
import { encodeDeflated } from '../../codec/deflate.ts';
import { encodeRle } from '../../codec/rle.ts';
import type { Segment } from '../segment.ts';
import type { SourceVoxels } from '../source-images.ts';
import type { SegmentFrame } from './frames.ts';
import { fractionalOf, MOST_FRACTIONAL, segmentsByLabel } from './presence.ts';
import { bitsOf, type SegmentationRules } from './rules.ts';

/** The voxels that frames are made of, and what they are of. */
export interface SegmentVoxels {
  readonly voxels: SourceVoxels;
  readonly columns: number;
  readonly rows: number;
  readonly segments: readonly Segment[];
}

/** What is read back by `nativePixelBytes`, and by most other readers. */
const MOST_BYTES = 2 ** 31;

/**
 * Frames of a bit a pixel, one if it is of the frame's segment, the first pixel in the lowest bit (DICOM PS3.5 8.1.1), each
 * from a multiple of `frameBits` on. One pass over the slices that have frames, whatever the number of segments.
 */
function packBits(
  labels: Uint8Array | Uint16Array,
  { columns, rows, segments }: SegmentVoxels,
  frames: readonly SegmentFrame[],
  frameBits: number,
): Uint8Array {
  const planeLength = columns * rows;
  const packed = zeros(Uint8Array, Math.ceil((frames.length * frameBits) / 8));
  const segmentOf = segmentsByLabel(labels, segments);
  // Where a label's frame of the slice begins; of whole numbers in two parts, since there may be more bits than 2^31.
  const firstByte = new Int32Array(segmentOf.length);
  const firstBit = new Uint8Array(segmentOf.length);
  const written = new Uint8Array(segmentOf.length);
  const framesOfSlices = Map.groupBy(frames.keys(), (f) => frames[f].slice);
  for (const [slice, own] of framesOfSlices) {
    written.fill(0);
    for (const f of own) {
      const { label } = segments[frames[f].segment ?? 0];
      if (label >= written.length) continue;
      const start = f * frameBits;
      firstByte[label] = Math.floor(start / 8);
      firstBit[label] = start % 8;
      written[label] = 1;
    }
    const plane = labels.subarray(slice * planeLength, (slice + 1) * planeLength);
    const next = skipZeros(plane);
    for (let i = next(0); i < planeLength; i++) {
      const label = plane[i];
      if (label === 0) i = next(i + 1) - 1;
      else if (written[label] === 1) {
        const bit = firstBit[label] + i;
        packed[firstByte[label] + (bit >>> 3)] |= 1 << (bit & 7);
      }
    }
  }
  return packed;
}

/** Fills the values of a frame: shares of MOST_FRACTIONAL, or labels as they are. */
function fillFrame(
  { voxels, columns, rows, segments }: SegmentVoxels,
  { segment, slice }: SegmentFrame,
  values: Uint8Array | Uint16Array,
): void {
  const planeLength = columns * rows;
  const plane = voxels.subarray(slice * planeLength, (slice + 1) * planeLength);
  if (segment === undefined) values.set(plane);
  else if (plane instanceof Float32Array)
    for (let i = 0; i < planeLength; i++) values[i] = fractionalOf(plane[i]);
  else {
    const { label } = segments[segment];
    for (let i = 0; i < planeLength; i++) values[i] = plane[i] === label ? MOST_FRACTIONAL : 0;
  }
}

type ByFrame = 'rle' | 'deflate-frames';

const byFrame = (compression: SegmentationRules['compression']): compression is ByFrame =>
  compression === 'rle' || compression === 'deflate-frames';

const compress = (
  frame: Uint8Array,
  columns: number,
  bytesPerValue: 1 | 2,
  compression: ByFrame,
): Uint8Array =>
  compression === 'rle' ? encodeRle(frame, columns, bytesPerValue) : encodeDeflated(frame, bytesPerValue);

/** Throws a CaseExclusion where frames take more than readers take. */
function checkSize(frames: number, frameBits: number): void {
  const bytes = (frames * frameBits) / 8;
  if (bytes <= MOST_BYTES) return;
  throw new CaseExclusion(
    'segmentation-too-large',
    `would have ${frames} frames with ${(bytes / 2 ** 30).toFixed(1)} GiB of pixels, and readers take at most 2: give the frames occupied, the type LABELMAP, or fewer segments`,
  );
}

/**
 * Pixel Data of a SEG: all frames on end, bits across the borders of bytes and frames (DICOM PS3.5 8.2, 8.1.1), or each by itself
 * and compressed, bits filled up to whole bytes. May lie in the thread's arena.
 */
export function framePixels(
  made: SegmentVoxels,
  frames: readonly SegmentFrame[],
  rules: Pick<SegmentationRules, 'type' | 'compression'>,
): Uint8Array | readonly Uint8Array[] {
  const { voxels, columns, rows, segments } = made;
  const { compression } = rules;
  const planeLength = columns * rows;
  const bits = bitsOf(rules, segments);
  checkSize(frames.length, planeLength * bits);
  if (bits === 1 && !(voxels instanceof Float32Array)) {
    if (!byFrame(compression)) return packBits(voxels, made, frames, planeLength);
    const frameBytes = Math.ceil(planeLength / 8);
    const packed = packBits(voxels, made, frames, 8 * frameBytes);
    const compressed = frames.map((_, f) =>
      compress(packed.subarray(f * frameBytes, (f + 1) * frameBytes), columns, 1, compression),
    );
    giveBack(packed);
    return compressed;
  }
  const valuesOf = (pixels: number): Uint8Array | Uint16Array =>
    bits === 16 ? room(Uint16Array, pixels) : room(Uint8Array, pixels);
  const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  if (!byFrame(compression)) {
    const values = valuesOf(frames.length * planeLength);
    frames.forEach((frame, f) => {
      fillFrame(made, frame, values.subarray(f * planeLength, (f + 1) * planeLength));
    });
    return bytesOf(values);
  }
  return scratch(() => {
    const values = valuesOf(planeLength);
    return frames.map((frame) => {
      fillFrame(made, frame, values);
      return compress(bytesOf(values), columns, bits === 16 ? 2 : 1, compression);
    });
  });
}
