import { type Encoding, encodingOf } from '../file/transfer-syntax.ts';
import { type CodestreamHeader, readCodestream } from './codestream.ts';
import { decodeDeflated } from './deflate.ts';
import { CodecNotLoadedError } from './faults.ts';
import { loadJpeg } from './jpeg.ts';
import { loadJpeg2000 } from './jpeg-2000.ts';
import { decodeJpegExtended } from './jpeg-extended.ts';
import { loadJpegLossless } from './jpeg-lossless.ts';
import { loadJpegLs } from './jpeg-ls.ts';
import { decodeRle } from './rle.ts';
import type { DecodeCodestream } from './wasm.ts';

/** What the data set says of every frame. */
export interface FrameShape {
  readonly columns: number;
  readonly rows: number;
  /** 1, 8 or 16. */
  readonly bitsAllocated: number;
  readonly signed: boolean;
}

const LOADERS: Partial<Record<Encoding, () => Promise<DecodeCodestream>>> = {
  jpeg: loadJpeg,
  'jpeg-lossless': loadJpegLossless,
  'jpeg-ls': loadJpegLs,
  'jpeg-2000': loadJpeg2000,
};

const loaded = new Map<Encoding, DecodeCodestream>();
/** Pixels of the largest frame that a codec is given: the libraries take up to fifty bytes for each. */
const MAX_FRAME_PIXELS = 2 ** 24;

/** A frame that swells a codec's memory, which never shrinks. */
const LARGE_FRAME_PIXELS = 2 ** 22;

/** Codecs that have failed on some codestream, or were given a large one: their memory may be damaged, or is no longer small. */
const doubtful = new Set<Encoding>();

/**
 * Loads the codecs that some transfer syntaxes need and that are not there yet; decoding is synchronous from then on.
 * Doubtful ones are loaded anew, or given up where they are not needed.
 * Unknown transfer syntaxes are passed over: they are refused where pixels are read.
 */
export async function loadCodecs(transferSyntaxUids: Iterable<string>): Promise<void> {
  const needed = new Set<Encoding>();
  for (const uid of transferSyntaxUids) {
    const encoding = encodingOf(uid);
    if (encoding !== undefined) needed.add(encoding);
  }
  for (const encoding of doubtful) {
    if (needed.has(encoding)) continue;
    loaded.delete(encoding);
    doubtful.delete(encoding);
  }
  await Promise.all(
    [...needed].map(async (encoding) => {
      const load = LOADERS[encoding];
      if (load === undefined || (loaded.has(encoding) && !doubtful.has(encoding))) return;
      loaded.set(encoding, await load());
      doubtful.delete(encoding);
    }),
  );
}

function checkHeader(
  header: CodestreamHeader,
  encoding: Encoding,
  { columns, rows, bitsAllocated }: FrameShape,
): void {
  if (header.encoding !== encoding) throw new Error(`holds ${header.encoding} data`);
  if (header.columns !== columns || header.rows !== rows)
    throw new Error(`is ${header.columns} x ${header.rows}, the data set says ${columns} x ${rows}`);
  if (columns * rows > MAX_FRAME_PIXELS)
    throw new Error(`has ${columns * rows} pixels, more than the ${MAX_FRAME_PIXELS} that are decoded`);
  if (header.components !== 1) throw new Error(`has ${header.components} components, 1 is needed`);
  if (header.precision > bitsAllocated)
    throw new Error(`has ${header.precision} bits a sample, the data set allocates ${bitsAllocated}`);
}

/** Whole samples of 8 or 16 bits, the `precision` lowest bits of each read as the data set's sign says. */
function alignSamples(
  samples: Uint8Array<ArrayBuffer>,
  { precision }: CodestreamHeader,
  { columns, rows, bitsAllocated, signed }: FrameShape,
): Uint8Array<ArrayBuffer> {
  const count = columns * rows;
  const wide = precision > 8;
  if (samples.length !== count * (wide ? 2 : 1))
    throw new Error(`gives ${samples.length} bytes for ${count} samples of ${precision} bits`);
  const source = wide ? new Uint16Array(samples.buffer, samples.byteOffset, count) : samples;
  const target = bitsAllocated > 8 ? new Uint16Array(count) : new Uint8Array(count);
  const up = 32 - precision;
  if (signed) for (let i = 0; i < count; i++) target[i] = (source[i] << up) >> up;
  else for (let i = 0; i < count; i++) target[i] = (source[i] << up) >>> up;
  return new Uint8Array(target.buffer);
}

/** One byte per pixel to one bit per pixel, the first in the lowest bit. */
function packBits(samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.ceil(samples.length / 8));
  for (let i = 0; i < samples.length; i++) packed[i >> 3] |= (samples[i] & 1) << (i & 7);
  return packed;
}

/**
 * Decodes one encapsulated frame of a grey image to what the uncompressed little endian encoding holds: Bits Allocated
 * bits a pixel; a frame of 1-bit pixels is filled up to whole bytes. Throws an Error where the frame is damaged or is
 * not what the data set says.
 *
 * Where a codestream of the JPEG family and the data set differ in sign or depth, the codestream's precision tells how
 * many bits a sample has, and Pixel Representation tells whether they are two's complement, as pydicom has it: JPEG and
 * JPEG-LS carry no sign, and JPEG 2000 encoders are known to write the wrong one.
 */
export function decodeFrame(
  encoding: Exclude<Encoding, 'native'>,
  frame: Uint8Array,
  shape: FrameShape,
): Uint8Array<ArrayBuffer> {
  const { columns, rows, bitsAllocated } = shape;
  const length = Math.ceil((columns * rows * bitsAllocated) / 8);
  if (encoding === 'rle') return decodeRle(frame, length, Math.ceil(bitsAllocated / 8));
  if (encoding === 'deflate') return decodeDeflated(frame, length);
  const { header, codestream } = readCodestream(frame);
  checkHeader(header, encoding, shape);
  const extended = header.encoding === 'jpeg' && header.precision === 12;
  const decode = extended ? decodeJpegExtended : loaded.get(encoding);
  if (decode === undefined)
    throw new CodecNotLoadedError(`the ${encoding} codec is not loaded: await loadCodecs first`);
  if (columns * rows > LARGE_FRAME_PIXELS) doubtful.add(encoding);
  let aligned: Uint8Array<ArrayBuffer>;
  try {
    aligned = alignSamples(decode(codestream), header, shape);
  } catch (thrown) {
    doubtful.add(encoding);
    throw thrown;
  }
  return bitsAllocated === 1 ? packBits(aligned) : aligned;
}
