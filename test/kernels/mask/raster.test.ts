import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SliceRaster } from '../../../src/kernels/mask/raster.ts';

function filled(
  columns: number,
  rows: number,
  combine: 'or' | 'xor',
  ...polygons: [number, number][][]
): string[] {
  const slice = new Uint8Array(columns * rows);
  for (const polygon of polygons) {
    const raster = new SliceRaster(columns, rows);
    raster.add(
      polygon.map((p) => p[0]),
      polygon.map((p) => p[1]),
    );
    raster.fillInto(slice, combine);
  }
  return Array.from({ length: rows }, (_, r) => slice.subarray(r * columns, (r + 1) * columns).join(''));
}

const square = (x0: number, y0: number, x1: number, y1: number): [number, number][] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

test('fills the pixels whose centres lie inside', () => {
  expect(filled(5, 4, 'xor', square(0.5, 0.5, 3.5, 2.5))).toEqual(['00000', '01110', '01110', '00000']);
});

test('a repeated last point changes nothing', () => {
  const closed = square(0.5, 0.5, 3.5, 2.5);
  expect(filled(5, 4, 'xor', [...closed, closed[0]])).toEqual(filled(5, 4, 'xor', closed));
});

test('a polygon in a polygon is a hole by xor and filled by or', () => {
  const [outer, inner] = [square(-0.5, -0.5, 4.5, 4.5), square(0.5, 0.5, 3.5, 3.5)];
  expect(filled(5, 5, 'xor', outer, inner)).toEqual(['11111', '10001', '10001', '10001', '11111']);
  expect(filled(5, 5, 'or', outer, inner)).toEqual(['11111', '11111', '11111', '11111', '11111']);
});

test('what lies off the slice is cut off', () => {
  expect(filled(3, 3, 'xor', square(-10, -10, 1.5, 1.5))).toEqual(['110', '110', '000']);
  expect(filled(3, 3, 'xor', square(5, 5, 9, 9))).toEqual(['000', '000', '000']);
});

test('polygons that share an edge neither overlap nor leave a gap', () => {
  const coordinate = fc.double({ min: 0.1, max: 7.9, noNaN: true });
  fc.assert(
    fc.property(coordinate, coordinate, coordinate, (a, b, c) => {
      const left: [number, number][] = [
        [-1, -1],
        [a, -1],
        [b, 4],
        [c, 9],
        [-1, 9],
      ];
      const right: [number, number][] = [
        [a, -1],
        [9, -1],
        [9, 9],
        [c, 9],
        [b, 4],
      ];
      const both = filled(8, 8, 'xor', left, right);
      expect(both).toEqual(Array.from({ length: 8 }, () => '11111111'));
    }),
  );
});
