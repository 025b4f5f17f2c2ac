import type { Encoding } from '../file/transfer-syntax.ts';
import { CutOffError } from './faults.ts';

/** What the header of a JPEG family codestream says of its image. */
export interface CodestreamHeader {
  readonly encoding: Encoding;
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  /** Bits per sample. */
  readonly precision: number;
  /** JPEG 2000 alone carries a sign (ISO/IEC 15444-1 A.5.1). */
  readonly signed: boolean;
}

const SCAN_MARKER = Buffer.from([0xff, 0xda]);
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
const JP2_SIGNATURE = Buffer.from('0000000c6a502020', 'hex');
const JP2_CODESTREAM_BOX = Buffer.from('jp2c');

const START_OF_SCAN = 0xda;

/** Progressive JPEG has some ten scans; a decoder passes over the whole image for each, however small it is. */
const MAX_SCANS = 64;

/** Start of frame markers (ITU-T T.81 table B.1, T.87 C.1.1) that are read here. */
const FRAME_MARKERS: Readonly<Record<number, Encoding>> = {
  192: 'jpeg',
  193: 'jpeg',
  194: 'jpeg',
  195: 'jpeg-lossless',
  247: 'jpeg-ls',
};

/** Throws where there are more scans than any encoder makes. Within a scan FF is followed by 0 or is a marker (T.81 B.1.1.5). */
function checkScans(bytes: Buffer, first: number): void {
  let scans = 0;
  for (let at = first; at >= 0; at = bytes.indexOf(SCAN_MARKER, at + 2))
    if (++scans > MAX_SCANS) throw new Error(`has more than ${MAX_SCANS} scans`);
}

function jpegHeader(bytes: Buffer): CodestreamHeader {
  let header: CodestreamHeader | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('a JPEG marker is expected and not there');
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    const encoding = FRAME_MARKERS[marker];
    if (encoding !== undefined) {
      if (at + 10 > bytes.length) break;
      const [precision, rows, columns, components] = [
        bytes[at + 4],
        bytes.readUInt16BE(at + 5),
        bytes.readUInt16BE(at + 7),
        bytes[at + 9],
      ];
      header = { encoding, columns, rows, components, precision, signed: false };
    }
    if (marker === START_OF_SCAN && header !== undefined) {
      // The lossless library leaves the point transform (T.81 H.1) undone.
      if (header.encoding === 'jpeg-lossless' && (bytes[at + 1 + length] & 15) !== 0)
        throw new Error('is lossless JPEG with a point transform');
      checkScans(bytes, at);
      return header;
    }
    at += 2 + length;
  }
  throw new Error('has no JPEG frame and scan of a kind that can be read');
}

function jpeg2000Header(bytes: Buffer): CodestreamHeader {
  if (bytes.length < 45 || bytes.readUInt16BE(2) !== 0xff51)
    throw new Error('has no JPEG 2000 image size marker');
  const depth = bytes[42];
  return {
    encoding: 'jpeg-2000',
    columns: bytes.readUInt32BE(8) - bytes.readUInt32BE(16),
    rows: bytes.readUInt32BE(12) - bytes.readUInt32BE(20),
    components: bytes.readUInt16BE(40),
    precision: (depth & 0x7f) + 1,
    signed: (depth & 0x80) !== 0,
  };
}

/**
 * Header of a JPEG, JPEG-LS or JPEG 2000 codestream, and the codestream itself out of a JP2 file where one was put
 * into the frame. Throws an Error for anything else and where the end of the image is missing: decoders fill up what
 * is cut off.
 */
export function readCodestream(frame: Uint8Array): { header: CodestreamHeader; codestream: Uint8Array } {
  let bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  if (bytes.subarray(0, 8).equals(JP2_SIGNATURE))
    bytes = bytes.subarray(bytes.indexOf(JP2_CODESTREAM_BOX) + 4);
  if (bytes.length < 4) throw new Error('is empty');
  const start = bytes.readUInt16BE(0);
  if (start !== 0xffd8 && start !== 0xff4f) throw new Error('is no JPEG or JPEG 2000 codestream');
  const header = start === 0xffd8 ? jpegHeader(bytes) : jpeg2000Header(bytes);
  if (bytes.lastIndexOf(END_OF_IMAGE) < 0) throw new CutOffError('is cut off before the end of its image');
  return { header, codestream: bytes };
}
