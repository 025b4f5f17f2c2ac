import { describe, expect, test } from 'vitest';
import { decodeFrame, type FrameShape, loadCodecs } from '../../../src/dicom/codec/codecs.ts';
import { readGolden } from '../../support/goldens.ts';

const HTJ2K_LOSSLESS = '1.2.840.10008.1.2.4.201';

/** Written by another codec, OpenJPH, of values given by a formula. */
const golden = readGolden<{ columns: number; rows: number; codestream: string }>('encodings-htj2k.json');
const { columns, rows } = golden;
const codestream = new Uint8Array(Buffer.from(golden.codestream, 'base64'));
const shape: FrameShape = { columns, rows, bitsAllocated: 16, signed: true };
const values = Int16Array.from({ length: columns * rows }, (_, i) => {
  const [x, y] = [i % columns, Math.floor(i / columns)];
  return 20 * x - 35 * y + ((x * y) % 7) - 200;
});

test('a codec must have been loaded', () => {
  expect(() => decodeFrame('jpeg-2000', codestream, shape)).toThrow('await loadCodecs first');
});

describe('with the codec loaded', () => {
  test('High-Throughput JPEG 2000 gives the values that were encoded', async () => {
    await loadCodecs([HTJ2K_LOSSLESS, '1.2.3.4']);
    const decoded = new Int16Array(decodeFrame('jpeg-2000', codestream, shape).buffer);
    expect(Buffer.compare(Buffer.from(decoded.buffer), Buffer.from(values.buffer))).toBe(0);
  });

  test('Pixel Representation rules where the codestream has another sign', async () => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    const decoded = new Uint16Array(decodeFrame('jpeg-2000', codestream, { ...shape, signed: false }).buffer);
    expect(decoded.every((value, i) => value === (values[i] & 0xffff))).toBe(true);
  });

  test('a JP2 file in place of a codestream is opened', async () => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    const jp2 = Buffer.concat([Buffer.from('0000000c6a5020200d0a870a000000006a703263', 'hex'), codestream]);
    expect(Buffer.compare(decodeFrame('jpeg-2000', jp2, shape), Buffer.from(values.buffer))).toBe(0);
  });

  test.each<[string, Uint8Array, FrameShape, string]>([
    ['of another size', codestream, { ...shape, rows: rows + 1 }, 'the data set says'],
    ['of more bits than are allocated', codestream, { ...shape, bitsAllocated: 8 }, 'bits a sample'],
    ['that is cut off', codestream.subarray(0, 500), shape, 'cut off'],
    ['that is nothing', new Uint8Array(0), shape, 'is empty'],
    ['that is something else', new Uint8Array(100), shape, 'is no JPEG'],
  ])('a codestream %s is refused before it is decoded', async (_, bytes, of, why) => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    expect(() => decodeFrame('jpeg-2000', bytes, of)).toThrow(why);
  });

  test('a damaged codestream leaves the next one readable', async () => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    const damaged = codestream.map((byte, i) => (i > 60 && i < 200 ? byte ^ 0x5a : byte));
    expect(() => decodeFrame('jpeg-2000', damaged, shape)).toThrow();
    await loadCodecs([HTJ2K_LOSSLESS]);
    expect(Buffer.compare(decodeFrame('jpeg-2000', codestream, shape), Buffer.from(values.buffer))).toBe(0);
  });

  test('a frame larger than any CT has is refused before it is decoded', async () => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    const large = Buffer.from(codestream);
    large.writeUInt32BE(8192, 8);
    large.writeUInt32BE(4096, 12);
    const of = { ...shape, columns: 8192, rows: 4096 };
    expect(() => decodeFrame('jpeg-2000', large, of)).toThrow('has 33554432 pixels');
  });

  test('a codec that failed is given up by the next patient, who does not need it', async () => {
    await loadCodecs([HTJ2K_LOSSLESS]);
    const damaged = codestream.map((byte, i) => (i > 60 && i < 200 ? byte ^ 0x5a : byte));
    expect(() => decodeFrame('jpeg-2000', damaged, shape)).toThrow();
    await loadCodecs(['1.2.840.10008.1.2.1']);
    expect(() => decodeFrame('jpeg-2000', codestream, shape)).toThrow('await loadCodecs first');
  });

  test('JPEG of more scans than any encoder makes is refused before it is decoded', async () => {
    const frameHeader = Buffer.from('ffd8ffc2000b080004000401011100', 'hex');
    const scan = Buffer.from('ffda000801010000010000', 'hex');
    const jpeg = (scans: number) =>
      Buffer.concat([frameHeader, ...Array(scans).fill(scan), Buffer.from('ffd9', 'hex')]);
    const of = { columns: 4, rows: 4, bitsAllocated: 8, signed: false };
    await loadCodecs(['1.2.840.10008.1.2.4.50']);
    expect(() => decodeFrame('jpeg', jpeg(65), of)).toThrow('has more than 64 scans');
    expect(() => decodeFrame('jpeg', jpeg(64), of)).not.toThrow('scans');
  });
});
