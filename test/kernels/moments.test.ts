import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addWindowed, emptyWindowedMoments, meanAndSd } from '../../src/kernels/moments.ts';

const WINDOW = [-900, 100] as const;

test('mean and population sd of the windowed voxels above the threshold, by hand', () => {
  const moments = emptyWindowedMoments();
  addWindowed(moments, Float32Array.of(-2000, -850, -800, 0, 3000), WINDOW, -850);
  expect(moments.above.count).toBe(3);
  expect(meanAndSd(moments.above).mean).toBeCloseTo(-700 / 3, 12);
  expect(meanAndSd(moments.above).sd).toBeCloseTo(Math.sqrt((800 ** 2 + 100 ** 2) / 3 - (700 / 3) ** 2), 10);
  expect(moments.all.count).toBe(5);
  expect(meanAndSd(moments.all).mean).toBeCloseTo((-900 - 850 - 800 + 0 + 100) / 5, 12);
});

test('adding parts is adding the whole', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 1, maxLength: 60, noNaN: true, min: -2000, max: 3000 }),
      fc.nat(60),
      (hu, cut) => {
        const whole = emptyWindowedMoments();
        addWindowed(whole, hu, WINDOW, -850);
        const parts = emptyWindowedMoments();
        addWindowed(parts, hu.subarray(0, cut), WINDOW, -850);
        addWindowed(parts, hu.subarray(cut), WINDOW, -850);
        expect(parts.above.count).toBe(whole.above.count);
        expect(parts.above.sum).toBeCloseTo(whole.above.sum, 6);
        expect(parts.all.sumOfSquares).toBeCloseTo(whole.all.sumOfSquares, 3);
      },
    ),
  );
});
