import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearBackAxis, nearestBackAxis, type RunOnAxis } from '../../../src/kernels/grid/back-axis.ts';
import { nearestAxis, resampledLength } from '../../../src/kernels/grid/resample-axis.ts';

const spacing = fc.oneof(fc.double({ min: 0.3, max: 5, noNaN: true }), fc.constantFrom(0.5, 1, 1.5, 2, 3));

/** A run that reaches over some of the resampled axis. */
const run: fc.Arbitrary<RunOnAxis> = fc
  .record({
    nativeLength: fc.integer({ min: 1, max: 40 }),
    nativeSpacingMm: spacing,
    targetSpacingMm: spacing,
    path: fc.record({ scanLine: fc.boolean(), originMm: fc.double({ min: -400, max: 400, noNaN: true }) }),
    start: fc.integer({ min: -10, max: 60 }),
    length: fc.integer({ min: 1, max: 60 }),
  })
  .filter(({ nativeLength, nativeSpacingMm, targetSpacingMm, start, length }) => {
    const count = resampledLength(nativeLength, nativeSpacingMm, targetSpacingMm);
    return start < count && start + length > 0;
  });

/** Samples of the run that were read from the native axis, and from where. */
function readsOf({ nativeLength, nativeSpacingMm, targetSpacingMm, path, start, length }: RunOnAxis) {
  const forward = nearestAxis(nativeLength, nativeSpacingMm, targetSpacingMm, path);
  const reads: { i: number; n: number }[] = [];
  for (let i = Math.max(0, start); i < Math.min(start + length, forward.lower.length); i++)
    if (forward.inside[i]) reads.push({ i: i - start, n: forward.lower[i] });
  return reads;
}

describe('nearestBackAxis', () => {
  test('a native sample that was read on the way forward reads one of those samples again', () => {
    fc.assert(
      fc.property(run, (of) => {
        const back = nearestBackAxis(of);
        for (const { n } of readsOf(of)) {
          expect(back.inside[n]).toBe(1);
          expect(readsOf(of).find(({ i }) => i === back.lower[n])?.n).toBe(n);
        }
      }),
    );
  });

  test('onto a coarser or equal axis and back every sample comes home to itself', () => {
    fc.assert(
      fc.property(run, (of) => {
        fc.pre(of.targetSpacingMm >= of.nativeSpacingMm);
        const back = nearestBackAxis(of);
        for (const { i, n } of readsOf(of)) expect(back.lower[n]).toBe(i);
      }),
    );
  });

  test('what is read lies no further than half a sample, or was read from there', () => {
    fc.assert(
      fc.property(run, (of) => {
        const back = nearestBackAxis(of);
        const reads = readsOf(of);
        back.inside.forEach((inside, n) => {
          const at = n * (of.nativeSpacingMm / of.targetSpacingMm);
          if (!inside) expect(at < of.start - 0.5 || at >= of.start + of.length - 0.5).toBe(true);
          else if (Math.abs(back.lower[n] + of.start - at) > 0.5 + 1e-9)
            expect(reads).toContainEqual({ i: back.lower[n], n });
        });
      }),
    );
  });

  test('where the run starts does not decide what is taken of it', () => {
    fc.assert(
      fc.property(run, fc.nat(9), (of, more) => {
        const back = nearestBackAxis(of);
        const longer = nearestBackAxis({ ...of, start: of.start - more, length: of.length + more });
        longer.lower.forEach((i, n) => {
          if (longer.inside[n] && i >= more) expect([back.inside[n], back.lower[n]]).toEqual([1, i - more]);
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('nor does it where a native sample lies half way between two samples, but for the last bit', () => {
    const taken = Array.from({ length: 12 }, (_, before) => {
      const back = nearestBackAxis({
        nativeLength: 6,
        nativeSpacingMm: 1,
        targetSpacingMm: 0.40000000000000013,
        path: { scanLine: false, originMm: 5 },
        start: 0 - before,
        length: 4 + before,
      });
      // Native sample 1 lies at 2.4999999999999996; from -6 on that would be 8.5 samples from the start.
      return back.lower[1] - before;
    });
    expect(new Set(taken)).toEqual(new Set([2]));
  });

  test('by hand: 3 samples of 2 mm as 6 of 1 mm, of which the run has samples 1 to 3', () => {
    const back = nearestBackAxis({
      nativeLength: 3,
      nativeSpacingMm: 2,
      targetSpacingMm: 1,
      path: { scanLine: true, originMm: 0 },
      start: 1,
      length: 3,
    });
    // Forward, sample 0 is read from 0, samples 1 and 2 from 1, samples 3 and 4 from 2.
    expect([...back.inside]).toEqual([0, 1, 1]);
    expect([...back.lower]).toEqual([0, 1, 2]);
  });
});

test('linearBackAxis, by hand: 1 mm samples between samples of 2 mm, the edge kept for half a sample', () => {
  const back = linearBackAxis({
    nativeLength: 6,
    nativeSpacingMm: 1,
    targetSpacingMm: 2,
    path: { scanLine: true, originMm: 0 },
    start: 1,
    length: 2,
  });
  expect([...back.inside]).toEqual([0, 1, 1, 1, 1, 0]);
  expect([...back.lower]).toEqual([0, 0, 0, 0, 1, 0]);
  expect([...back.weight]).toEqual([0, 0, 0, 0.5, 0, 0]);
});
