import { expect, test } from 'vitest';
import { keepLargestPiece } from '../../../src/phantom/drawing/largest-piece.ts';

test('only the largest piece joined by faces stays', () => {
  const mask = Uint8Array.from([1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1]);
  keepLargestPiece(mask, [4, 3, 1]);
  expect(mask.join('')).toBe('110001100000');
});

test('the ends of a row do not touch, slices above each other do', () => {
  const mask = Uint8Array.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
  keepLargestPiece(mask, [3, 2, 2]);
  expect(mask.join('')).toBe('001000001000');
});

test('an empty mask stays empty', () => {
  const mask = new Uint8Array(8);
  keepLargestPiece(mask, [2, 2, 2]);
  expect(mask).toEqual(new Uint8Array(8));
});
