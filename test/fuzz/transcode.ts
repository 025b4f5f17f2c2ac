import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import { parsePart10, Tag } from '../../src/dicom/file/part10.ts';
import { elementBytes, encapsulated, type MadeElement, part10Bytes } from '../support/dicom/encoded-dicom.ts';

interface Encoder {
  getDecodedBuffer(frame: object): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

type EncodeFrame = (pixels: Uint8Array, columns: number, rows: number, signed: boolean) => Uint8Array;

const require = createRequire(import.meta.url);

/** The encoder that a codec package ships beside its decoder. */
async function wasmEncoder(packageName: string, encoderClass: string): Promise<EncodeFrame> {
  const factory = require(`${packageName}/wasmjs`);
  const wasmBinary = readFileSync(require.resolve(`${packageName}/wasm`));
  const codec = await factory({ wasmBinary, print() {}, printErr() {} });
  return (pixels, columns, rows, isSigned) => {
    const encoder: Encoder = new codec[encoderClass]();
    const frame = { width: columns, height: rows, bitsPerSample: 16, isSigned, componentCount: 1 };
    encoder.getDecodedBuffer(frame).set(pixels);
    encoder.encode();
    const encoded = new Uint8Array(encoder.getEncodedBuffer());
    encoder.delete();
    return encoded;
  };
}

/** RLE Lossless of 16-bit pixels (DICOM PS3.5 annex G): two segments, runs of up to 128 equal bytes or of as many literal ones. */
function rle(pixels: Uint8Array): Uint8Array {
  const segments = [1, 0].map((byte) => {
    const plane = pixels.filter((_, i) => i % 2 === byte);
    const out: number[] = [];
    for (let at = 0; at < plane.length; ) {
      let run = 1;
      while (run < 128 && plane[at + run] === plane[at]) run++;
      if (run > 1) out.push(257 - run, plane[at]);
      else out.push(0, plane[at]);
      at += run;
    }
    return Uint8Array.from(out.length % 2 === 0 ? out : [...out, 128]);
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(2, 0);
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(64 + segments[0].length, 8);
  return Buffer.concat([header, ...segments]);
}

const EXPLICIT = '1.2.840.10008.1.2.1';

/** A file of native pixels and no sequences, explicit little endian, written anew in another transfer syntax. */
export type Transcode = (bytes: Uint8Array) => Uint8Array;

function elementsOf(bytes: Uint8Array): MadeElement[] {
  const { dataset } = parsePart10('', bytes)!;
  return Object.values(dataset.elements)
    .filter(({ tag }) => tag > 'x0002ffff')
    .map(({ tag, vr, dataOffset, length }) => [
      Number.parseInt(tag.slice(1), 16),
      vr!,
      bytes.slice(dataOffset, dataOffset + length),
    ]);
}

function bigEndianValue([tag, vr, value]: MadeElement): MadeElement {
  return vr === 'US' || vr === 'OW' ? [tag, vr, Buffer.from(value as Uint8Array).swap16()] : [tag, vr, value];
}

/** Pixel Data in some fragments with an offset table or none. */
function encapsulate(uid: string, encode: EncodeFrame, fragments: number, table: boolean): Transcode {
  return (bytes) => {
    const { dataset } = parsePart10('', bytes)!;
    const elements = elementsOf(bytes).map((element): MadeElement => {
      if (element[0] !== 0x7fe00010) return element;
      const frame = encode(
        element[2] as Uint8Array,
        dataset.uint16(Tag.Columns)!,
        dataset.uint16(Tag.Rows)!,
        dataset.uint16(Tag.PixelRepresentation) === 1,
      );
      const step = 2 * Math.ceil(frame.length / fragments / 2);
      const parts = Array.from({ length: fragments }, (_, i) => frame.subarray(i * step, (i + 1) * step));
      return [0x7fe00010, 'OB', encapsulated(parts, table ? [0] : [])];
    });
    return part10Bytes(uid, elementBytes(elements));
  };
}

/** By name, every way of writing that there is a writer for. */
export async function transcoders(): Promise<Record<string, Transcode>> {
  const jpegLs = await wasmEncoder('@cornerstonejs/codec-charls', 'JpegLSEncoder');
  const jpeg2000 = await wasmEncoder('@cornerstonejs/codec-openjpeg', 'J2KEncoder');
  const explicit = (bytes: Uint8Array) => elementBytes(elementsOf(bytes));
  return {
    implicit: (bytes) =>
      part10Bytes('1.2.840.10008.1.2', elementBytes(elementsOf(bytes), { explicitVr: false })),
    'big endian': (bytes) =>
      part10Bytes(
        '1.2.840.10008.1.2.2',
        elementBytes(elementsOf(bytes).map(bigEndianValue), { bigEndian: true }),
      ),
    deflated: (bytes) => part10Bytes('1.2.840.10008.1.2.1.99', deflateRawSync(explicit(bytes))),
    'no meta information': explicit,
    'no transfer syntax': (bytes) => part10Bytes('', explicit(bytes)),
    contradicted: (bytes) => part10Bytes(EXPLICIT, elementBytes(elementsOf(bytes), { explicitVr: false })),
    RLE: encapsulate('1.2.840.10008.1.2.5', rle, 1, true),
    'deflated frames': encapsulate('1.2.840.10008.1.2.8.1', (pixels) => deflateRawSync(pixels), 1, true),
    'JPEG-LS': encapsulate('1.2.840.10008.1.2.4.80', jpegLs, 2, true),
    'JPEG 2000': encapsulate('1.2.840.10008.1.2.4.90', jpeg2000, 3, false),
  };
}
