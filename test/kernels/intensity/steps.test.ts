import { expect, test } from 'vitest';
import { stepShare } from '../../../src/kernels/intensity/steps.ts';

test('the share of neighbours in a row that differ by more than the step', () => {
  expect(stepShare(Int16Array.of(0, 10, 10, 30, 0, 0, 0, 11), 4, 10)).toBe(2 / 6);
});

test('the end of a row and the start of the next are no neighbours', () => {
  expect(stepShare(Int16Array.of(0, 0, 5000, 5000), 2, 3000)).toBe(0);
});

test('there are none in rows of one voxel', () => {
  expect(stepShare(Int16Array.of(0, 5000), 1, 3000)).toBe(0);
});
