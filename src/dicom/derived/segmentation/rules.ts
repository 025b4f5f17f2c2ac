import { UsageError } from '../../../errors.ts';
import type { DerivedRules } from '../derived-object.ts';
import type { Segment } from '../segment.ts';
import type { SourceVoxels } from '../source-images.ts';

/** How a SEG is written. */
export interface SegmentationRules extends DerivedRules {
  /** Segmentation Type (DICOM PS3.3 C.8.20.2.3): a bit a pixel, a probability, or the number of the segment. */
  readonly type: 'BINARY' | 'FRACTIONAL' | 'LABELMAP';
  /** `occupied`: a segment's frames in which it has a pixel. `all`: a frame for each source image and segment. */
  readonly frames: 'occupied' | 'all';
  /**
   * `deflate`: of the whole data set, Deflated Explicit VR Little Endian. Of each frame by itself: `rle`, RLE Lossless, and
   * `deflate-frames`, Deflated Image Frame Compression, which is of 2025.
   */
  readonly compression: 'none' | 'rle' | 'deflate' | 'deflate-frames';
}

/** Segment Number is of VR US. */
const MOST_SEGMENTS = 2 ** 16 - 1;

/** Bits of a pixel, Bits Allocated and Bits Stored (DICOM PS3.3 C.8.20.2.1). */
export function bitsOf({ type }: Pick<SegmentationRules, 'type'>, segments: readonly Segment[]): 1 | 8 | 16 {
  if (type === 'BINARY') return 1;
  return type === 'LABELMAP' && segments.some(({ label }) => label > 0xff) ? 16 : 8;
}

function checkSegments(segments: readonly Segment[]): void {
  if (segments.length === 0) throw new UsageError('no segment is given: describe at least one');
  if (segments.length > MOST_SEGMENTS)
    throw new UsageError(`${segments.length} segments are given, and a SEG holds at most ${MOST_SEGMENTS}`);
  const labels = new Set<number>();
  for (const { label } of segments) {
    if (!(Number.isInteger(label) && label >= 1 && label <= MOST_SEGMENTS))
      throw new UsageError(`${label} is given as a label: give a whole number from 1 to ${MOST_SEGMENTS}`);
    if (labels.has(label)) throw new UsageError(`two segments are given for label ${label}: give one`);
    labels.add(label);
  }
}

/**
 * Throws a UsageError where segments or rules are none that a SEG can be written by: labels that are not 1 to 65535 or not
 * different, RLE of single bits, for which the transfer syntax is not made (DICOM PS3.5 8.2.2).
 */
export function checkSegmentationRules(
  segments: readonly Segment[],
  { type, compression }: Pick<SegmentationRules, 'type' | 'compression'>,
): void {
  checkSegments(segments);
  if (type === 'BINARY' && compression === 'rle')
    throw new UsageError(
      'a BINARY segmentation has pixels of one bit, which RLE Lossless is not made for: give the compression none or deflate, or the type LABELMAP',
    );
}

/** The same of voxels: throws a UsageError where probabilities are given for another type, or for more than one segment. */
export function checkVoxelsSuit(
  voxels: SourceVoxels,
  segments: readonly Segment[],
  { type }: Pick<SegmentationRules, 'type'>,
): void {
  if (!(voxels instanceof Float32Array)) return;
  if (type !== 'FRACTIONAL')
    throw new UsageError(
      `probabilities cannot be written as ${type}: give the type FRACTIONAL, or a label map`,
    );
  if (segments.length !== 1)
    throw new UsageError(`${segments.length} segments are given for probabilities of one: give one`);
}
