import { CaseExclusion, messageOf } from '../../errors.ts';
import { copyOf, kernelsFor, room } from '../../memory/thread.ts';
import { decodeFrame, type FrameShape } from '../codec/codecs.ts';
import { CodecNotLoadedError, CutOffError } from '../codec/faults.ts';
import { encodedFrame } from '../codec/fragments.ts';
import { type DicomFile, Tag, text } from '../file/part10.ts';
import { type Encoding, EXPLICIT_BIG_ENDIAN, encodingOf } from '../file/transfer-syntax.ts';

export type StoredPixels = Int16Array | Uint16Array | Uint8Array | Int8Array;

/** Of a file of which the header alone was read (`parseHeader`): nothing speaks against its pixels so far. */
export class PixelsNotReadError extends Error {
  override readonly name = 'PixelsNotReadError';
}

/** Bounds on what is allocated for a file of whatever claims: 8192 x 8192 pixels a frame, 2 GiB in all frames. */
const MAX_FRAME_PIXELS = 2 ** 26;
const MAX_BYTES = 2 ** 31;

/** The Image Pixel module (DICOM PS3.3 C.7.6.3), as far as reading stored values needs it. */
interface ImagePixels extends FrameShape {
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly bitsStored: number;
  readonly highBit: number;
}

function imagePixels({ name, dataset }: DicomFile): ImagePixels {
  const required = (tag: string, keyword: string): number => {
    const value = dataset.uint16(tag);
    if (value === undefined) throw new CaseExclusion('incomplete-image', `has no ${keyword}`, { file: name });
    return value;
  };
  const rows = required(Tag.Rows, 'Rows');
  const columns = required(Tag.Columns, 'Columns');
  const bitsAllocated = required(Tag.BitsAllocated, 'Bits Allocated');
  const samplesPerPixel = dataset.uint16(Tag.SamplesPerPixel) ?? 1;
  const frames = dataset.intString(Tag.NumberOfFrames) ?? 1;
  const bitsStored = dataset.uint16(Tag.BitsStored) ?? bitsAllocated;
  const pixels = rows * columns * samplesPerPixel;
  // Not `<`: what is no number is refused too.
  if (
    !(
      pixels > 0 &&
      pixels <= MAX_FRAME_PIXELS &&
      frames > 0 &&
      (frames * pixels * bitsAllocated) / 8 <= MAX_BYTES
    )
  ) {
    throw new CaseExclusion(
      'unsupported-pixels',
      `claims ${Number.isNaN(frames) ? 'no number of' : frames} frames of ${columns} x ${rows} pixels of ${samplesPerPixel} x ${bitsAllocated} bits`,
      { file: name },
    );
  }
  return {
    rows,
    columns,
    frames,
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    highBit: dataset.uint16(Tag.HighBit) ?? bitsStored - 1,
    signed: dataset.uint16(Tag.PixelRepresentation) === 1,
  };
}

function requiredEncoding({ name, transferSyntaxUid }: DicomFile): Encoding {
  const encoding = encodingOf(transferSyntaxUid);
  if (encoding === undefined) {
    throw new CaseExclusion(
      'unsupported-transfer-syntax',
      `transfer syntax ${/^[0-9.]{1,64}$/.test(transferSyntaxUid) ? transferSyntaxUid : '(none)'} cannot be read: convert the file to an uncompressed one`,
      { file: name },
    );
  }
  return encoding;
}

/** Bytes of the words that explicit big endian turns round; OB is a string of bytes (DICOM PS3.5 7.3, A.3). */
function wordBytes(vr: string | undefined, bitsAllocated: number): number {
  if (bitsAllocated > 16) return bitsAllocated > 32 ? 8 : 4;
  return bitsAllocated === 16 || vr === 'OW' ? 2 : 1;
}

/** `length` bytes of uncompressed Pixel Data from `offset` on, in little endian; a view where they are as they are. */
function uncompressed(file: DicomFile, offset: number, length: number, bitsAllocated: number): Uint8Array {
  const { name, dataset, transferSyntaxUid, headerOfBytes } = file;
  const element = dataset.elements[Tag.PixelData];
  if (element === undefined) throw new CaseExclusion('no-pixel-data', 'has no Pixel Data', { file: name });
  if (element.fragments !== undefined || element.hadUndefinedLength) {
    throw new CaseExclusion(
      'malformed-pixel-data',
      `has encapsulated Pixel Data under the uncompressed transfer syntax ${transferSyntaxUid}: fetch the file again`,
      { file: name },
    );
  }
  const { dataOffset } = element;
  const available = Math.min(element.length, (headerOfBytes ?? dataset.byteArray.length) - dataOffset);
  if (available < offset + length) {
    throw new CaseExclusion(
      'truncated-pixel-data',
      `holds ${available} bytes of Pixel Data, ${offset + length} are needed: fetch the file again`,
      { file: name },
    );
  }
  if (headerOfBytes !== undefined) throw new PixelsNotReadError(`${name}: its pixels were not read`);
  // A plain view: `slice` of a Node Buffer would not copy.
  const { buffer, byteOffset } = dataset.byteArray;
  const word = transferSyntaxUid === EXPLICIT_BIG_ENDIAN ? wordBytes(element.vr, bitsAllocated) : 1;
  if (word === 1) return new Uint8Array(buffer, byteOffset + dataOffset + offset, length);
  const first = offset - (offset % word);
  const whole = Math.ceil((offset + length) / word) * word;
  const words = Buffer.alloc(whole - first);
  words.set(new Uint8Array(buffer, byteOffset + dataOffset + first, Math.min(whole, available) - first));
  if (word === 2) words.swap16();
  else if (word === 4) words.swap32();
  else words.swap64();
  return new Uint8Array(words.buffer, words.byteOffset + offset - first, length);
}

/** One frame of encapsulated Pixel Data, decoded. */
function decoded(
  { name, dataset, transferSyntaxUid, headerOfBytes }: DicomFile,
  encoding: Exclude<Encoding, 'native'>,
  image: ImagePixels,
  frame: number,
): Uint8Array<ArrayBuffer> {
  const element = dataset.elements[Tag.PixelData];
  if (element === undefined) throw new CaseExclusion('no-pixel-data', 'has no Pixel Data', { file: name });
  if (image.samplesPerPixel !== 1)
    throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: name });
  if (![1, 8, 16].includes(image.bitsAllocated)) {
    throw new CaseExclusion('unsupported-pixels', `has Bits Allocated ${image.bitsAllocated}`, {
      file: name,
    });
  }
  if (headerOfBytes !== undefined) throw new PixelsNotReadError(`${name}: its pixels were not read`);
  try {
    return decodeFrame(encoding, encodedFrame(dataset, element, image.frames, frame), image);
  } catch (thrown) {
    if (thrown instanceof CodecNotLoadedError) throw thrown;
    const code = thrown instanceof CutOffError ? 'truncated-pixel-data' : 'malformed-pixel-data';
    throw new CaseExclusion(
      code,
      `frame ${frame + 1} in transfer syntax ${transferSyntaxUid} cannot be decoded (${messageOf(thrown)}): fetch the file again`,
      { file: name, cause: thrown },
    );
  }
}

/**
 * Bytes of all frames as the uncompressed little endian encoding lays them out, whatever the file's transfer syntax:
 * bits run on across bytes and frames where Bits Allocated is 1 (DICOM PS3.5 8.1.1). At least `needed` bytes, else a
 * CaseExclusion naming the file. May be a view of the file.
 */
export function nativePixelBytes(file: DicomFile, needed: number): Uint8Array {
  const image = imagePixels(file);
  const encoding = requiredEncoding(file);
  if (encoding === 'native') return uncompressed(file, 0, needed, image.bitsAllocated);
  const { rows, columns, frames, bitsAllocated } = image;
  const frameBits = rows * columns * bitsAllocated;
  const total = Math.ceil((frames * frameBits) / 8);
  if (total < needed) {
    throw new CaseExclusion('truncated-pixel-data', `has ${total} bytes of pixels, ${needed} are needed`, {
      file: file.name,
    });
  }
  const bytes = new Uint8Array(total);
  for (let f = 0; f < frames; f++) {
    const frame = decoded(file, encoding, image, f);
    const start = f * frameBits;
    if (start % 8 === 0) bytes.set(frame, start / 8);
    else
      for (let bit = 0; bit < frameBits; bit++)
        bytes[Math.floor((start + bit) / 8)] |= ((frame[bit >>> 3] >> (bit & 7)) & 1) << ((start + bit) & 7);
  }
  return bytes;
}

/**
 * Bytes of one frame, counted from 0, as the uncompressed little endian encoding lays them out; may be a view of the
 * file. Bits Allocated is a multiple of 8: the frames of 1-bit pixels share bytes, see `nativePixelBytes`.
 */
export function frameBytes(file: DicomFile, frame: number): Uint8Array {
  const image = imagePixels(file);
  const { rows, columns, samplesPerPixel, bitsAllocated, frames } = image;
  if (frame < 0 || frame >= frames)
    throw new CaseExclusion('incomplete-image', `has no frame ${frame + 1}`, { file: file.name });
  if (bitsAllocated % 8 !== 0)
    throw new CaseExclusion('unsupported-pixels', `has Bits Allocated ${bitsAllocated}`, { file: file.name });
  const encoding = requiredEncoding(file);
  const length = (rows * columns * samplesPerPixel * bitsAllocated) / 8;
  return encoding === 'native'
    ? uncompressed(file, frame * length, length, bitsAllocated)
    : decoded(file, encoding, image, frame);
}

/** Values of RLE and uncompressed pixels keep what lies beside the stored bits, such as overlays; codestreams do not. */
const KEEPS_UNUSED_BITS: readonly Encoding[] = ['native', 'rle', 'deflate'];

/**
 * Stored values of one frame of a grey image, row by row, Rows x Columns: bits above High Bit cleared, signed ones
 * extended (DICOM PS3.5 8.1.1, PS3.3 C.7.6.3.1). The codecs of a compressed file must have been loaded by
 * `loadCodecs`. May be a view of the file. MONOCHROME1 is not inverted: it changes the display, and rescaling applies to
 * stored values all the same (PS3.3 C.7.6.3.1.2, C.11.1). Throws a CaseExclusion naming the file where it cannot be read.
 */
export function storedPixels(file: DicomFile, frame = 0): StoredPixels {
  const { bitsAllocated, bitsStored, highBit, signed, samplesPerPixel } = imagePixels(file);
  const photometric = text(file.dataset, Tag.PhotometricInterpretation);
  if (samplesPerPixel !== 1 || photometric === 'PALETTE COLOR')
    throw new CaseExclusion('unsupported-pixels', 'is a colour image', { file: file.name });
  if (
    (bitsAllocated !== 8 && bitsAllocated !== 16) ||
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit >= bitsAllocated ||
    highBit < bitsStored - 1
  ) {
    throw new CaseExclusion(
      'unsupported-pixels',
      `has Bits Allocated ${bitsAllocated}, Bits Stored ${bitsStored}, High Bit ${highBit}`,
      { file: file.name },
    );
  }
  const native = frameBytes(file, frame);
  const cleared = bitsStored < bitsAllocated && KEEPS_UNUSED_BITS.includes(requiredEncoding(file));
  // Shifting up to bit 31 and back down clears what lies above High Bit and below the stored bits, and extends the sign.
  const bits = cleared ? { up: 31 - highBit, down: 32 - bitsStored } : { up: 0, down: 0 };
  return bitsAllocated === 8 ? bytesOf(native, signed, bits) : wordsOf(native, signed, bits);
}

/** How far values of 32 bits are shifted up and down again, so that only the stored bits are left; both 0 leave them. */
interface StoredBits {
  readonly up: number;
  readonly down: number;
}

/** In TypeScript: what the kernel of src/assembly is held to. */
export function clearUnusedBits(values: StoredPixels, signed: boolean, { up, down }: StoredBits): void {
  if (signed) for (let i = 0; i < values.length; i++) values[i] = (values[i] << up) >> down;
  else for (let i = 0; i < values.length; i++) values[i] = (values[i] << up) >>> down;
}

function bytesOf(native: Uint8Array, signed: boolean, bits: StoredBits): StoredPixels {
  const bytes = bits.down > 0 ? copyOf(native) : native;
  const values = signed ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  if (bits.down > 0) clearUnusedBits(values, signed, bits);
  return values;
}

function wordsOf(native: Uint8Array, signed: boolean, bits: StoredBits): StoredPixels {
  const count = native.length / 2;
  if (bits.down === 0) return wordsAt(native.byteOffset % 2 === 0 ? native : copyOf(native), signed);
  const values = signed ? room(Int16Array, count) : room(Uint16Array, count);
  const kernels = kernelsFor(native, values);
  if (kernels !== undefined) {
    // The upper half of the 32 bits: what shifts there are of 16.
    kernels.storedValues(native.byteOffset, count, bits.up - 16, bits.down - 16, signed, values.byteOffset);
    return values;
  }
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(native);
  clearUnusedBits(values, signed, bits);
  return values;
}

function wordsAt({ buffer, byteOffset, length }: Uint8Array, signed: boolean): StoredPixels {
  return signed
    ? new Int16Array(buffer, byteOffset, length / 2)
    : new Uint16Array(buffer, byteOffset, length / 2);
}
