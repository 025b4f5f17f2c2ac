import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzipSync as firstMember } from 'fflate';
import { decompressAsync } from 'nifti-reader-js';
import { afterEach, describe, expect, test } from 'vitest';
import { inArena, room, threadArena } from '../../src/memory/thread.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti, encodeNiftiGz } from '../../src/nifti/encode.ts';
import { gzipVoxels } from '../../src/nifti/voxel-gzip.ts';
import type { VoxelArray } from '../../src/volume/geometry.ts';
import { lengthAboutSeams, noise } from '../support/deflated.ts';
import { GRAINY } from '../support/volumes/grainy.ts';

const MIB = 2 ** 20;
const UNITS = [1, 2, 4, 8] as const;
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/** More than an arena may take, so that each patient's stays. */
const KEPT = 2 ** 33;

afterEach(() => inArena(0, async () => {}));

async function zip(parts: Iterable<Uint8Array>, unit: 1 | 2 | 4 | 8): Promise<Buffer<ArrayBuffer>> {
  return Buffer.concat(await gzipVoxels(parts, unit));
}

test('is one member that inflates to the parts in a row, whatever their lengths and the unit', async () => {
  const parts = fc.array(fc.tuple(lengthAboutSeams, fc.nat()), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(parts, fc.constantFrom(...UNITS), async (shapes, unit) => {
      const bytes = shapes.map(([n, seed]) => noise(n, seed));
      const zipped = await zip(bytes, unit);
      const whole = Buffer.concat(bytes);
      expect([...zipped.subarray(0, 10)]).toEqual(HEADER);
      expect(gunzipSync(zipped).equals(whole)).toBe(true);
      // fflate stops after the first member.
      expect(whole.equals(firstMember(zipped))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

describe('a volume', () => {
  const { geometry, grain, hu } = GRAINY;

  test.each<[string, VoxelArray]>([
    ['uint8', Uint8Array.from(grain, (g) => Number(g > 14))],
    ['int16', Int16Array.from(hu)],
    ['int32', Int32Array.from(hu)],
    ['float32', Float32Array.from(hu)],
    ['float64', Float64Array.from(hu)],
  ])('of %s is read again by us and by nifti-reader-js', async (_, data) => {
    const zipped = Buffer.concat(await encodeNiftiGz({ data, geometry }, { engine: 'wasm', level: 1 }));
    expect(decodeNifti('volume.nii.gz', new Uint8Array(zipped)).data).toEqual(data);
    const inflated = await decompressAsync(new Uint8Array(zipped).buffer);
    expect(Buffer.from(inflated).equals(encodeNifti({ data, geometry }))).toBe(true);
  });
});

test('a part is deflated before the next is asked for, so that its memory may be used again', async () => {
  const seeds = [1, 2, 3, 4];
  const memory = new Uint8Array(3 * MIB + 5);
  function* parts(): Generator<Uint8Array> {
    for (const seed of seeds) {
      memory.set(noise(memory.length, seed));
      yield memory;
    }
    memory.fill(0);
  }
  const whole = Buffer.concat(seeds.map((seed) => noise(memory.length, seed)));
  expect(gunzipSync(await zip(parts(), 2)).equals(whole)).toBe(true);
});

test('what else the thread has to do has its turn meanwhile', async () => {
  const order: string[] = [];
  const zipped = zip([noise(20 * MIB, 1)], 2).then(() => order.push('zipped'));
  setImmediate(() => order.push('other'));
  await zipped;
  expect(order).toEqual(['other', 'zipped']);
});

test('a part that cannot be made fails the whole', async () => {
  function* parts(): Generator<Uint8Array> {
    yield noise(MIB, 1);
    throw new Error('no more');
  }
  await expect(gzipVoxels(parts(), 2)).rejects.toThrow('no more');
});

describe('while a patient is at work', () => {
  const bytes = noise(3 * MIB, 9);

  test('its pieces lie in the arena one after the other, and are the same as elsewhere', async () => {
    const elsewhere = await zip([bytes], 2);
    await inArena(KEPT, async () => {
      const inside = room(Uint8Array, bytes.length);
      inside.set(bytes);
      const before = threadArena().room(Uint8Array, 0).byteOffset;
      const pieces = await gzipVoxels([inside], 2);
      const addresses = pieces.slice(1, 4).map((piece) => threadArena().addressOf(piece));
      expect(addresses[0]).toBe(before);
      expect(addresses[1]).toBe(before + 16 * Math.ceil(pieces[1].length / 16));
      expect(addresses).not.toContain(undefined);
      expect(elsewhere.equals(Buffer.concat(pieces))).toBe(true);
      // What lies outside the arena is deflated just so.
      expect(elsewhere.equals(await zip([bytes], 2))).toBe(true);
    });
  });

  test('an arena that is full does not keep a volume from being deflated', async () => {
    const elsewhere = await zip([bytes], 2);
    await inArena(KEPT, async () => {
      const arena = threadArena();
      arena.room(Uint8Array, 2 ** 32 - arena.room(Uint8Array, 0).byteOffset - MIB);
      expect(elsewhere.equals(await zip([bytes], 2))).toBe(true);
    });
  });
});
