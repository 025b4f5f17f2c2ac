import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSet, setBytes, skipZeros } from '../../../src/kernels/mask/set-bytes.ts';

/** Some stretches of the length that is compared at once, and what lies about their ends. */
const lengths = fc
  .tuple(fc.nat(4), fc.integer({ min: -5, max: 5 }))
  .map(([n, off]) => Math.max(0, n * 16384 + off));

test('bytes that are set are found one after the other, however far apart and wherever the mask lies', () => {
  fc.assert(
    fc.property(lengths, fc.nat(7), fc.array(fc.nat(80_000), { maxLength: 8 }), (length, offset, set) => {
      // Bytes around the mask are set, and must not be taken for it.
      const mask = new Uint8Array(length + 16).fill(9).subarray(offset, offset + length);
      mask.fill(0);
      for (const at of set) if (at < length) mask[at] = 1 + (at % 255);
      const expected = [...mask.keys()].filter((at) => mask[at] !== 0);
      const bytes = setBytes(mask);
      const found: number[] = [];
      for (let at = nextSet(bytes, 0); at < length; at = nextSet(bytes, at + 1)) found.push(at);
      expect(found).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('values that are not 0 are found one after the other, of any type', () => {
  const types = fc.constantFrom(Uint8Array, Uint16Array, Float32Array);
  fc.assert(
    fc.property(
      types,
      lengths,
      fc.nat(3),
      fc.array(fc.nat(40_000), { maxLength: 8 }),
      (type, length, offset, set) => {
        const values = new type(length + 8).fill(9).subarray(offset, offset + length);
        values.fill(0);
        // 0.5 of floats, 256 of 16 bits: neither has a byte that is set where its value begins.
        const value = { [Uint8Array.name]: 1, [Uint16Array.name]: 256, [Float32Array.name]: 0.5 }[type.name];
        for (const at of set) if (at < length) values[at] = value as number;
        const next = skipZeros(values);
        const found: number[] = [];
        for (let at = next(0); at < length; at = next(at + 1)) found.push(at);
        expect(found).toEqual([...values.keys()].filter((at) => values[at] !== 0));
      },
    ),
    { numRuns: 100 },
  );
});
