import { expect, test } from 'vitest';
import { fillHolesBySlice } from '../../../src/kernels/lungs/fill-holes.ts';
import { digits, readGolden, readMask } from '../../support/goldens.ts';

test('fills what is enclosed within a slice and leaves what reaches its edge', () => {
  const ring = readMask(`${'01110'}${'01010'}${'01110'}`);
  const open = readMask(`${'01110'}${'01010'}${'01010'}`);
  const both = Uint8Array.of(...ring, ...open);
  expect(digits(fillHolesBySlice(both, [5, 3, 2]))).toBe('011100111001110' + '011100101001010');
});

test('a corner is no way out', () => {
  expect(digits(fillHolesBySlice(readMask('010' + '101' + '010'), [3, 3, 1]))).toBe('010111010');
});

test.each(
  readGolden<{ rows: { size: [number, number, number]; mask: string; filled: string }[] }>('scipy-holes.json')
    .rows,
)('equals scipy slice by slice: $size', ({ size, mask, filled }) => {
  expect(digits(fillHolesBySlice(readMask(mask), size))).toBe(filled);
});
