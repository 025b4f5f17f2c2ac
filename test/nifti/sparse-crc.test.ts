import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sparseCrc32 } from '../../src/nifti/sparse-crc.ts';

/** Stretches of zeros and of noise, some longer than what is compared at once. */
const stretches = fc.array(fc.tuple(fc.nat(40_000), fc.boolean()), { maxLength: 8 });

test('the CRC-32 is that of zlib, whatever is empty and wherever the bytes lie', () => {
  fc.assert(
    fc.property(stretches, fc.nat(7), (parts, offset) => {
      const length = parts.reduce((sum, [n]) => sum + n, 0);
      const bytes = new Uint8Array(length + offset).subarray(offset);
      let at = 0;
      for (const [n, noise] of parts) {
        if (noise) for (let i = at; i < at + n; i++) bytes[i] = (i * 2654435761) >>> 13;
        at += n;
      }
      expect(sparseCrc32(bytes)).toBe(crc32(bytes));
    }),
  );
});

test.each([[0], [1], [16383], [16384], [16385], [1 << 20]])('of %i zeros too', (length) => {
  const zeros = new Uint8Array(length);
  expect(sparseCrc32(zeros)).toBe(crc32(zeros));
});
