import { constants, deflateRawSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzipSync as firstMember } from 'fflate';
import { expect, test } from 'vitest';
import { gunzip, gzip } from '../../src/nifti/gzip.ts';

const MIB = 2 ** 20;

/** Bytes that deflate to about half, of any length, the same ones for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 28;
  });
}

/** Lengths about the seams of the chunks. */
const length = fc.oneof(
  fc.nat(5000),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -2, max: 2 })).map(([n, off]) => n * MIB + off),
);

test('is one member that inflates to the parts in a row, whatever their lengths and the level', async () => {
  const parts = fc.array(fc.tuple(length, fc.nat()), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 9 }), async (shapes, level) => {
      const bytes = shapes.map(([n, seed]) => noise(n, seed));
      const zipped = await gzip(bytes, level);
      const whole = Buffer.concat(bytes);
      expect(gunzipSync(zipped).equals(whole)).toBe(true);
      // fflate stops after the first member.
      expect(whole.equals(firstMember(zipped))).toBe(true);
    }),
    { numRuns: 15 },
  );
});

/** Smooth tissue with noise in it, as float32: what matches and hash chains are made of. */
function tissue(mebibytes: number): Uint8Array {
  const grain = noise(mebibytes * 2 ** 18, 3);
  const hu = Float32Array.from(grain, (g, i) =>
    Math.fround(40 * Math.sin(i / 500) + 30 * Math.sin(i / 7e4) + g),
  );
  return new Uint8Array(hu.buffer);
}

test('carries no time', async () => {
  const bytes = await gzip([noise(100, 7)], 1);
  expect([...bytes.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
});

test.each([1, 4])(
  'level %i gives what zlib gives chunk by chunk, in whatever order the threads come to them',
  async (level) => {
    const bytes = tissue(24);
    const chunks = Array.from({ length: 24 }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB));
    const oneByOne = Buffer.concat(
      chunks.map((chunk, i) =>
        deflateRawSync(chunk, { level, finishFlush: i === 23 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH }),
      ),
    );
    for (const zipped of await Promise.all([1, 2, 3, 4].map(() => gzip([bytes], level))))
      expect(oneByOne.equals(zipped.subarray(10, -8))).toBe(true);
  },
);

test('a stream that inflates to more than a volume can hold is refused', async () => {
  const bytes = await gzip([new Uint8Array(2000)], 9);
  expect(() => gunzip(bytes, 1000)).toThrow();
  expect(gunzip(bytes, 2000)).toHaveLength(2000);
});
