import { CaseExclusion } from '../../errors.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import { nativePixelBytes } from '../pixels/pixels.ts';
import type { VisitInside } from './mask-frames.ts';
import type { SegFrames } from './seg-frames.ts';

export interface SegPixels {
  readonly visitInside: VisitInside;
  /** What a FRACTIONAL segmentation states its values to be. */
  readonly fractionalType: string | undefined;
}

const MAXIMUM_FRACTIONAL_VALUE = 'x0062000e';
const SEGMENTATION_FRACTIONAL_TYPE = 'x00620010';
const PIXEL_PADDING_VALUE = 'x00280120';

/** One bit a pixel, first pixel in the lowest bit; frames follow one another without padding (DICOM PS3.5 8.1.1). */
function visitBits(bits: Uint8Array, pixels: number): VisitInside {
  return (frame, visit) => {
    const start = frame * pixels;
    for (let bit = start; bit < start + pixels; bit++) {
      // Not a shift: a whole body has more bits than a shift can count.
      const byte = bits[Math.floor(bit / 8)];
      // Most of a mask is empty: the rest of an empty byte is skipped.
      if (byte === 0) bit += 7 - (bit % 8);
      else if (((byte >> (bit & 7)) & 1) === 1) visit(bit - start);
    }
  };
}

const MAX_VALUE = 0xffff;

const KNOWN_TYPES = new Set(['BINARY', 'FRACTIONAL', 'LABELMAP']);

/** The least value above 0 that is at or above a share of the maximum. */
function leastInside(threshold: number, maximum: number): number {
  let value = 1;
  while (value < maximum && value / maximum < threshold) value++;
  return value;
}

/** Values from `least` to `most`, one or two bytes a pixel. */
function visitValues(
  bytes: Uint8Array,
  bytesPerPixel: 1 | 2,
  pixels: number,
  least: number,
  most: number,
): VisitInside {
  return (frame, visit) => {
    const start = frame * pixels * bytesPerPixel;
    for (let offset = 0; offset < pixels; offset++) {
      const at = start + offset * bytesPerPixel;
      const value = bytesPerPixel === 1 ? bytes[at] : bytes[at] | (bytes[at + 1] << 8);
      if (value >= least && value <= most) visit(offset);
    }
  };
}

/**
 * The pixels of a segment: set in a BINARY segmentation, equal to its number in a LABELMAP, at or above `threshold` as a
 * share of Maximum Fractional Value in a FRACTIONAL one (DICOM PS3.3 C.8.20.2.3). Throws a CaseExclusion for other kinds.
 */
export function segPixels(
  file: DicomFile,
  frames: SegFrames,
  segmentNumber: number,
  threshold: number,
): SegPixels {
  const { dataset, name } = file;
  const type = text(dataset, Tag.SegmentationType);
  const allocated = dataset.uint16(Tag.BitsAllocated) ?? 0;
  const pixels = frames.columns * frames.rows;
  const needed = Math.ceil((frames.count * pixels * allocated) / 8);
  const unsupported = (): CaseExclusion =>
    new CaseExclusion(
      'unsupported-segmentation',
      `is of ${KNOWN_TYPES.has(type) ? `type ${type}` : 'no type that is known'} with ${allocated} bits a pixel: BINARY, FRACTIONAL or LABELMAP is needed`,
      { file: name },
    );
  const values = (least: number, most: number): VisitInside => {
    if ((allocated !== 8 && allocated !== 16) || dataset.uint16(Tag.SamplesPerPixel) === 3)
      throw unsupported();
    return visitValues(nativePixelBytes(file, needed), allocated === 8 ? 1 : 2, pixels, least, most);
  };
  switch (type) {
    case 'BINARY':
      return {
        visitInside:
          allocated === 1
            ? visitBits(nativePixelBytes(file, needed), pixels)
            : // Against the standard, which allows no other than 1, and seen all the same.
              values(1, MAX_VALUE),
        fractionalType: undefined,
      };
    case 'LABELMAP': {
      if (dataset.uint16(PIXEL_PADDING_VALUE) === segmentNumber)
        throw new CaseExclusion('segment-is-background', `segment ${segmentNumber} is its background`, {
          file: name,
        });
      return { visitInside: values(segmentNumber, segmentNumber), fractionalType: undefined };
    }
    case 'FRACTIONAL': {
      const maximum = dataset.uint16(MAXIMUM_FRACTIONAL_VALUE);
      if (!maximum)
        throw new CaseExclusion('incomplete-segmentation', 'has no Maximum Fractional Value', { file: name });
      return {
        visitInside: values(leastInside(threshold, maximum), MAX_VALUE),
        fractionalType: text(dataset, SEGMENTATION_FRACTIONAL_TYPE) || 'unstated',
      };
    }
    default:
      throw unsupported();
  }
}
