import { describe, expect, test } from 'vitest';
import { decodeJpegExtended } from '../../../src/dicom/codec/jpeg-extended.ts';

/** Sizes of DC differences as 4-bit codes 0 to 11, and the end of a block as the one AC code '0'. */
const DC_TABLE = [0x00, 0, 0, 0, 12, ...Array<number>(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const AC_TABLE = [0x10, 1, ...Array<number>(15).fill(0), 0x00];
const STEP = 8;

function segment(marker: number, body: readonly number[]): number[] {
  return [0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body];
}

function bitsToBytes(bits: string): number[] {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return (padded.match(/.{8}/g) ?? []).flatMap((byte) => {
    const value = Number.parseInt(byte, 2);
    return value === 0xff ? [0xff, 0] : [value];
  });
}

/** The codes of a block whose only coefficient is DC, as ITU-T T.81 F.1.2.1 writes its difference. */
function blockBits(difference: number): string {
  const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
  const value = difference < 0 ? difference + 2 ** size - 1 : difference;
  const extra = size === 0 ? '' : value.toString(2).padStart(size, '0');
  return `${size.toString(2).padStart(4, '0')}${extra}0`;
}

/** A 12-bit JPEG of flat blocks of 8 x 8, given by their quantized DC values. */
function flatBlocks(
  columns: number,
  rows: number,
  dc: readonly number[],
  restartInterval: number,
): Uint8Array {
  const scan: number[] = [];
  const interval = restartInterval || dc.length;
  for (let from = 0; from < dc.length; from += interval) {
    if (from > 0) scan.push(0xff, 0xd0 + ((from / interval - 1) % 8));
    const bits = dc
      .slice(from, from + interval)
      .map((value, i) => blockBits(value - (i === 0 ? 0 : dc[from + i - 1])));
    scan.push(...bitsToBytes(bits.join('')));
  }
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0x00, STEP, ...Array<number>(63).fill(1)]),
    ...segment(0xc1, [12, rows >> 8, rows & 255, columns >> 8, columns & 255, 1, 1, 0x11, 0]),
    ...segment(0xc4, DC_TABLE),
    ...segment(0xc4, AC_TABLE),
    ...segment(0xdd, [restartInterval >> 8, restartInterval & 255]),
    ...segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    ...scan,
    ...[0xff, 0xd9],
  ]);
}

function samples(codestream: Uint8Array): Uint16Array {
  return new Uint16Array(decodeJpegExtended(codestream).buffer);
}

/** Every sample of a flat block is its DC value x its step / 8, raised by half the range (T.81 A.3.1, A.3.3). */
describe.each([0, 1, 2, 5])('flat blocks, restarting after %i', (restartInterval) => {
  test('have the values that one computes by hand', () => {
    const columns = 20;
    const rows = 10;
    const dc = [0, 5, -7, 1000, -1000, 1047];
    const decoded = samples(flatBlocks(columns, rows, dc, restartInterval));
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const expected = 2048 + (dc[(y >> 3) * 3 + (x >> 3)] * STEP) / 8;
        expect(decoded[y * columns + x]).toBe(expected);
      }
    }
  });
});

describe('a codestream is refused', () => {
  const sound = flatBlocks(16, 8, [1, 2], 0);
  const scanHeader = Buffer.from(sound).indexOf(Buffer.from([0xff, 0xda]));
  test.each([
    ['without a scan', sound.subarray(0, scanHeader), 'no scan'],
    [
      'that is progressive',
      sound.map((byte, i) => (byte === 0xc1 && sound[i - 1] === 0xff ? 0xc2 : byte)),
      'process',
    ],
    [
      'without a Huffman table',
      Uint8Array.from([...sound.subarray(0, 71), ...sound.subarray(scanHeader - 6)]),
      '',
    ],
  ])('%s', (_, codestream, why) => {
    expect(() => decodeJpegExtended(codestream)).toThrow(why);
  });
});
