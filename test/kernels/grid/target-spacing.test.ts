import { expect, test } from 'vitest';
import { type SpacingRule, targetSpacing } from '../../../src/kernels/grid/target-spacing.ts';

const rule: SpacingRule = {
  policy: 'anisotropic',
  spacingMm: [0.5, 0.5, 9],
  thinMm: [1, 1, 1],
  thickAboveMm: 2,
  thickZMm: 'keep',
};

test('a fixed spacing is that of every scan', () => {
  expect(targetSpacing([0.977, 0.977, 3], { ...rule, policy: 'fixed' })).toEqual([0.5, 0.5, 9]);
});

test('thin slices become isotropic, up to the limit', () => {
  expect(targetSpacing([0.977, 0.977, 1.25], rule)).toEqual([1, 1, 1]);
  expect(targetSpacing([0.977, 0.977, 2], rule)).toEqual([1, 1, 1]);
});

test('thick slices keep their distance, or get the one that is stated', () => {
  expect(targetSpacing([0.977, 0.977, 3], rule)).toEqual([1, 1, 3]);
  expect(targetSpacing([0.977, 0.977, 2.5], rule)).toEqual([1, 1, 2.5]);
  expect(targetSpacing([0.977, 0.977, 3], { ...rule, thickZMm: 2 })).toEqual([1, 1, 2]);
});
