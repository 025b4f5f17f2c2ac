import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { contactSheet, type SheetTile } from '../../src/picture/contact-sheet.ts';

/** A tile of one colour, 60 x 20. */
function tile(
  red: number,
  green: number,
  blue: number,
  caption: readonly string[] = ['PHANTOM-003'],
): SheetTile {
  const rgb = new Uint8Array(60 * 20 * 3).map((_, i) => [red, green, blue][i % 3]);
  return { picture: { width: 60, height: 20, rgb }, caption };
}

const COLOURS = [
  [200, 0, 0],
  [0, 200, 0],
  [0, 0, 200],
  [200, 200, 0],
  [0, 200, 200],
] as const;
const five = COLOURS.map(([red, green, blue]) => tile(red, green, blue));

function pixel(png: Uint8Array, x: number, y: number): number[] {
  const { width, data } = decode(png);
  return Array.from(data.slice(3 * (y * width + x), 3 * (y * width + x) + 3));
}

describe('contactSheet', () => {
  test('of no tiles is still a picture', () => {
    expect(decode(contactSheet([]))).toMatchObject({ channels: 3, depth: 8 });
  });

  test('of one tile is the tile in a frame over its caption', () => {
    const sheet = contactSheet([tile(9, 99, 199)], { tileWidth: 60 });
    // 16 + 60 + 16 wide; 16 + 20 + gap 6 + one line of 10 + 16 high.
    expect(decode(sheet)).toMatchObject({ width: 92, height: 68 });
    expect(pixel(sheet, 15, 16)).toEqual([0, 0, 0]);
    expect(pixel(sheet, 16, 16)).toEqual([9, 99, 199]);
    expect(pixel(sheet, 75, 35)).toEqual([9, 99, 199]);
    expect(pixel(sheet, 76, 36)).toEqual([0, 0, 0]);
    // The stem of the caption's P.
    expect(pixel(sheet, 16, 42)).toEqual([235, 235, 235]);
  });

  test('of five tiles in three columns goes row by row', () => {
    const sheet = contactSheet(five, { columns: 3, tileWidth: 60 });
    expect(decode(sheet)).toMatchObject({ width: 16 + 3 * 76, height: 16 + 2 * 52 });
    COLOURS.forEach((colour, i) => {
      expect(pixel(sheet, 20 + 76 * (i % 3), 20 + 52 * Math.floor(i / 3))).toEqual(colour);
    });
    expect(pixel(sheet, 20 + 76 * 2, 20 + 52)).toEqual([0, 0, 0]);
  });

  test('shrinks a tile that is too wide', () => {
    const sheet = contactSheet([tile(9, 99, 199, [])], { tileWidth: 30 });
    expect(decode(sheet)).toMatchObject({ width: 62, height: 42 });
    expect(pixel(sheet, 45, 25)).toEqual([9, 99, 199]);
  });

  test('has no more columns than tiles', () => {
    expect(decode(contactSheet(five.slice(0, 2), { columns: 9, tileWidth: 60 })).width).toBe(16 + 2 * 76);
  });

  test('cuts a long caption at the edge of its tile', () => {
    const long = contactSheet([tile(1, 2, 3, ['W'.repeat(200)])], { tileWidth: 60 });
    const { width, height, data } = decode(long);
    for (let y = 0; y < height; y++) {
      const beyond = data.slice(3 * (y * width + 76), 3 * (y + 1) * width);
      expect(beyond.every((value) => value === 0)).toBe(true);
    }
  });

  test('has the same bytes each time', () => {
    expect(contactSheet(five)).toEqual(contactSheet(five));
  });

  test.each([{ columns: 0 }, { columns: 1.5 }, { tileWidth: 0 }, { tileWidth: Number.NaN }])(
    'refuses %j',
    (options) => {
      expect(() => contactSheet(five, options)).toThrow(UsageError);
    },
  );
});
