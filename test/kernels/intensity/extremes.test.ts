import { expect, test } from 'vitest';
import { largest, least } from '../../../src/kernels/intensity/extremes.ts';

test('of more numbers than a call can have arguments', () => {
  const values = Float64Array.from({ length: 500_000 }, (_, i) => Math.abs(i - 123_456));
  expect([least(values), largest(values)]).toEqual([0, 376_543]);
});

test('of nothing', () => {
  expect([least([]), largest([])]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});
