import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverSize } from '../../../src/kernels/box/cover-size.ts';
import { smallestHolding } from '../../../src/kernels/box/smallest-holding.ts';

describe('coverSize', () => {
  test('rounds up to a multiple', () => {
    expect(coverSize(300, 32, 192, 330)).toBe(320);
    expect(coverSize(100, 32, 192, 320)).toBe(192);
  });

  test('rounds down where the next multiple is above the largest box', () => {
    expect(coverSize(106, 32, 64, 106)).toBe(96);
    expect(coverSize(500, 32, 192, 320)).toBe(320);
  });

  test('keeps to the bounds where no multiple lies between them', () => {
    expect(coverSize(50, 32, 40, 60)).toBe(50);
  });

  test('lies within the bounds, and is a multiple wherever there is one', () => {
    const bounds = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.nat(200));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), bounds, (size, [min, more]) => {
        const max = min + more;
        const chosen = coverSize(size, 32, min, max);
        expect(chosen).toBeGreaterThanOrEqual(min);
        expect(chosen).toBeLessThanOrEqual(max);
        if (Math.floor(max / 32) * 32 >= min) expect(chosen % 32).toBe(0);
      }),
    );
  });
});

describe('smallestHolding', () => {
  const sizes = [256, 160, 192, 224, 100];

  test('is the smallest multiple that holds the box', () => {
    expect(smallestHolding(120, sizes, 32)).toBe(160);
    expect(smallestHolding(160, sizes, 32)).toBe(160);
    expect(smallestHolding(161, sizes, 32)).toBe(192);
  });

  test('is the largest where none holds it', () => {
    expect(smallestHolding(300, sizes, 32)).toBe(256);
  });

  test('rounds up where none of the sizes is a multiple', () => {
    expect(smallestHolding(130, [100, 150], 32)).toBe(160);
  });
});
