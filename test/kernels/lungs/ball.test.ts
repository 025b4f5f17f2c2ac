import { describe, expect, test } from 'vitest';
import { close, dilate, erode } from '../../../src/kernels/lungs/ball.ts';
import { digits, readGolden, readMask } from '../../support/goldens.ts';

interface BallGolden {
  size: [number, number, number];
  spacing_mm: [number, number, number];
  radius_mm: number;
  mask: string;
  dilated: string;
  solid: string;
  eroded: string;
}

/** A row of digits as a volume of one row. */
const row = (text: string) => [readMask(text), [text.length, 1, 1]] as const;

describe('by hand, on a row with 2 mm between voxels', () => {
  test('dilate reaches voxels whose centres are within the radius', () => {
    expect(digits(dilate(...row('0001000'), [2, 1, 1], 4))).toBe('0111110');
    expect(digits(dilate(...row('0001000'), [2, 1, 1], 3.9))).toBe('0011100');
  });

  test('erode takes the same from the other side, and nothing at the ends of the volume', () => {
    expect(digits(erode(...row('1111011'), [2, 1, 1], 2))).toBe('1110001');
  });

  test('close fills what is narrower than the ball', () => {
    expect(digits(close(...row('001101100'), [2, 1, 1], 2))).toBe('001111100');
    expect(digits(close(...row('1100011'), [2, 1, 1], 2))).toBe('1100011');
    expect(digits(close(...row('011'), [2, 1, 1], 2))).toBe('111');
  });
});

test('a ball of 3 mm reaches one slice of 3 mm and three pixels of 1 mm', () => {
  const size = [7, 7, 3] as const;
  const mask = new Uint8Array(147);
  mask[49 + 3 * 7 + 3] = 1;
  const grown = dilate(mask, size, [1, 1, 3], 3);
  expect(digits(grown.subarray(49 + 21, 49 + 28))).toBe('1111111');
  expect(digits(grown.subarray(49, 49 + 7))).toBe('0001000');
  expect(digits(grown.subarray(21, 28))).toBe('0001000');
  expect(grown.reduce((n, v) => n + v, 0)).toBe(29 + 2);
});

describe('equals scipy (Euclidean distance within the radius)', () => {
  test.each(readGolden<{ rows: BallGolden[] }>('scipy-balls.json').rows)(
    '$size at $spacing_mm mm, radius $radius_mm mm',
    ({ size, spacing_mm, radius_mm, mask, dilated, solid, eroded }) => {
      expect(digits(dilate(readMask(mask), size, spacing_mm, radius_mm))).toBe(dilated);
      expect(digits(erode(readMask(solid), size, spacing_mm, radius_mm))).toBe(eroded);
    },
  );
});
