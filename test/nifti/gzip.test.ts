import { constants, deflateRawSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzipSync as firstMember } from 'fflate';
import { expect, test } from 'vitest';
import { gunzip } from '../../src/nifti/gunzip.ts';
import { type DeflateOptions, gzip, MEM_LEVEL } from '../../src/nifti/gzip.ts';
import { lengthAboutSeams, noise } from '../support/deflated.ts';

const MIB = 2 ** 20;

/** A whole file. */
async function zip(parts: Iterable<Uint8Array>, how: DeflateOptions): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(Buffer.concat(await gzip(parts, how)));
}

test('is one member that inflates to the parts in a row, whatever their lengths, the level and the window', async () => {
  const parts = fc.array(fc.tuple(lengthAboutSeams, fc.nat()), { maxLength: 3 });
  const options = fc.record({
    level: fc.integer({ min: 1, max: 9 }),
    windowBits: fc.integer({ min: 9, max: 15 }),
  });
  await fc.assert(
    fc.asyncProperty(parts, options, async (shapes, how) => {
      const bytes = shapes.map(([n, seed]) => noise(n, seed));
      const zipped = await zip(bytes, how);
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
  const hu = new Float32Array(grain.length);
  for (let i = 0; i < hu.length; i++) hu[i] = 40 * Math.sin(i / 500) + 30 * Math.sin(i / 7e4) + grain[i];
  return new Uint8Array(hu.buffer);
}

test('carries no time', async () => {
  const bytes = await zip([noise(100, 7)], { level: 1, windowBits: 15 });
  expect([...bytes.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
});

test.each([
  { level: 1, windowBits: 12 },
  { level: 4, windowBits: 15 },
])(
  'level $level gives what zlib gives chunk by chunk, in whatever order the threads come to them',
  async (how) => {
    // More than are in flight at once, four times over.
    const bytes = tissue(10);
    const chunks = Array.from({ length: 10 }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB));
    const oneByOne = Buffer.concat(
      chunks.map((chunk, i) =>
        deflateRawSync(chunk, {
          ...how,
          memLevel: MEM_LEVEL,
          finishFlush: i === 9 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        }),
      ),
    );
    for (const zipped of await Promise.all([1, 2, 3, 4].map(() => zip([bytes], how))))
      expect(oneByOne.equals(zipped.subarray(10, -8))).toBe(true);
  },
);

test.each([
  ['tells fewer bytes than it holds', 7],
  ['tells more than it holds', 2 ** 32 - 1],
])('a file whose end %s is refused as zlib refuses it', async (_, told) => {
  const zipped = await zip([tissue(3)], { level: 1, windowBits: 15 });
  new DataView(zipped.buffer).setUint32(zipped.length - 4, told, true);
  expect(() => gunzip(zipped)).toThrow('incorrect length check');
});

test('members of any length are inflated one after the other, whatever the last one tells', async () => {
  const parts = [tissue(2), noise(5, 1), tissue(1), noise(3, 2)];
  const members = await Promise.all(parts.map((part) => zip([part], { level: 1, windowBits: 15 })));
  expect(Buffer.concat(parts).equals(gunzip(Buffer.concat(members)))).toBe(true);
});

test('a part is asked for only when those before it are being deflated', async () => {
  const asked: number[] = [];
  function* parts(): Generator<Uint8Array> {
    for (let i = 0; i < 10; i++) {
      asked.push(i);
      yield noise(MIB, i);
    }
  }
  const whole = zip(parts(), { level: 1, windowBits: 12 });
  // Four chunks are in flight, and the next one is at hand.
  expect(asked).toEqual([0, 1, 2, 3, 4]);
  expect(gunzipSync(await whole)).toHaveLength(10 * MIB);
});

test('a part that cannot be made fails the whole', async () => {
  function* parts(): Generator<Uint8Array> {
    for (let i = 0; i < 8; i++) yield noise(MIB, i);
    throw new Error('no more');
  }
  await expect(gzip(parts(), { level: 1, windowBits: 15 })).rejects.toThrow('no more');
});

test('a stream that inflates to more than a volume can hold is refused', async () => {
  const bytes = await zip([new Uint8Array(2000)], { level: 9, windowBits: 15 });
  expect(() => gunzip(bytes, 1000)).toThrow();
  expect(gunzip(bytes, 2000)).toHaveLength(2000);
});
