import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundToInt16 } from '../../../src/kernels/intensity/window.ts';

const hu = fc.oneof(
  fc.float({ min: -32768, max: 32767, noNaN: true }),
  fc.float({ min: -2, max: 2, noNaN: true }),
  // Halves, and the floats next to them.
  fc.tuple(fc.integer({ min: -32768, max: 32766 }), fc.integer({ min: -1, max: 1 })).map(([whole, step]) => {
    const half = Float32Array.of(whole + 0.5);
    new Int32Array(half.buffer)[0] += step;
    return half[0];
  }),
);

test('HU round as Math.round rounds, halves up', () => {
  fc.assert(
    fc.property(fc.array(hu, { minLength: 1, maxLength: 200 }), (values) => {
      const floats = Float32Array.from(values);
      expect([...roundToInt16(floats)]).toEqual([...floats].map((v) => Math.round(v) + 0));
    }),
    { numRuns: 300 },
  );
});

test('the ends of int16 stay', () => {
  expect([...roundToInt16(Float32Array.of(-32768, 32767, 32767.49))]).toEqual([-32768, 32767, 32767]);
});
