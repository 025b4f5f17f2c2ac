import { expect, test } from 'vitest';
import { percentile } from '../../../src/kernels/intensity/percentile.ts';
import { readGolden } from '../../support/goldens.ts';

const { rows } = readGolden<{ rows: { values: number[]; p: number; expected: number }[] }>(
  'numpy-percentile.json',
);

test.each(rows)(
  'percentile $p of $values.length values equals numpy to the last bit',
  ({ values, p, expected }) => {
    expect(percentile(values, p)).toBe(expected);
  },
);

test('no values are refused', () => {
  expect(() => percentile([], 50)).toThrow(RangeError);
});
