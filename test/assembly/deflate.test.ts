import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { inflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import { filesAt, hasSharedData, shared } from '../support/shared-data.ts';

const UNITS = [1, 2, 4, 8] as const;
const MIB = 2 ** 20;

/** What Z_SYNC_FLUSH ends with, and the shortest last block. */
const FLUSHED = [0, 0, 0xff, 0xff];
const FINAL_BLOCK = Uint8Array.of(3, 0);

/** Bytes as good as random, the same ones for the same seed, below `limit`. */
function noise(length: number, seed: number, limit = 256): Uint8Array {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = (state >>> 8) % limit;
  }
  return bytes;
}

/** What the kernel makes of bytes, in an arena full of `garbage`, `offset` bytes beside an address that is a multiple of 16. */
function deflate(bytes: Uint8Array, unit: number, garbage = 0, offset = 0): Uint8Array {
  const arena = new Arena();
  const { kernels } = arena;
  const addressOf = (array: Uint8Array): number => arena.addressOf(array) as number;
  const input = arena.room(Uint8Array, offset + bytes.length).subarray(offset);
  input.set(bytes);
  const bound = kernels.deflateBound(bytes.length);
  const [output, work, beyond] = [bound, kernels.deflateWorkBytes(), 64].map((n) =>
    arena.room(Uint8Array, n).fill(garbage),
  );
  const n = kernels.deflate(addressOf(input), bytes.length, addressOf(output), addressOf(work), unit);
  expect(n).toBeLessThanOrEqual(bound);
  expect(beyond.every((byte) => byte === garbage)).toBe(true);
  expect([...output.subarray(n - 4, n)]).toEqual(FLUSHED);
  return output.slice(0, n);
}

function expectSame(deflated: Uint8Array, bytes: Uint8Array): void {
  const stream = Buffer.concat([deflated, FINAL_BLOCK]);
  expect(inflateRawSync(stream).equals(bytes)).toBe(true);
  expect(Buffer.from(inflateSync(stream)).equals(bytes)).toBe(true);
}

/** Whole HU of air and noisy tissue in turns, as rows of CT have them. */
function ctLike(length: number, seed: number): Uint8Array {
  const grain = noise(length, seed, 40);
  const hu = Int16Array.from({ length: Math.ceil(length / 2) }, (_, i) =>
    i % 512 < 100 ? -1024 : 30 + Math.round(60 * Math.sin(i / 70)) + grain[i],
  );
  return new Uint8Array(hu.buffer).subarray(0, length);
}

/** The same in floating point, clipped. */
function realLike(length: number, seed: number): Uint8Array {
  const grain = noise(length, seed);
  const values = Float32Array.from({ length: Math.ceil(length / 4) }, (_, i) =>
    Math.max(-1, Math.min(1, 1.5 * Math.sin(i / 90) + grain[i] / 777)),
  );
  return new Uint8Array(values.buffer).subarray(0, length);
}

function periodic(length: number, seed: number): Uint8Array {
  const period = noise(1 + (seed % 40_000), seed);
  return Uint8Array.from({ length }, (_, i) => period[i % period.length]);
}

const KINDS: Readonly<Record<string, (length: number, seed: number) => Uint8Array>> = {
  random: noise,
  'of few values': (length, seed) => noise(length, seed, 1 + (seed % 7)),
  constant: (length, seed) => new Uint8Array(length).fill(seed),
  periodic,
  'like CT': ctLike,
  'like HU in floating point': realLike,
};

const length = fc.oneof(
  fc.nat(40),
  fc.nat(3000),
  fc.integer({ min: 60_000, max: 140_000 }),
  fc.integer({ min: MIB - 3, max: MIB }),
);

describe.each(Object.entries(KINDS))('bytes that are %s', (_, make) => {
  test('inflate to themselves, whatever their number, their address and the unit', () => {
    fc.assert(
      fc.property(length, fc.nat(), fc.constantFrom(...UNITS), fc.nat(15), (n, seed, unit, offset) => {
        const bytes = make(n, seed);
        expectSame(deflate(bytes, unit, 0, offset), bytes);
      }),
      { numRuns: 25 },
    );
  });

  test.each(UNITS)('give the same whatever the working room held, and where they lie, by %i', (unit) => {
    const bytes = make(200_003, 5);
    const first = Buffer.from(deflate(bytes, unit));
    for (const garbage of [0xff, 0xa5, 1]) expect(first.equals(deflate(bytes, unit, garbage, 7))).toBe(true);
  });
});

test.each(UNITS)('equal bytes of any number are a few matches, by %i', (unit) => {
  for (const middle of [4, 16, 258, 516, 65_536])
    for (let n = middle - 4; n <= middle + 10; n++) {
      const bytes = new Uint8Array(n).fill(9);
      const deflated = deflate(bytes, unit);
      expectSame(deflated, bytes);
      if (n > 64) expect(deflated.length).toBeLessThan(60 + n / 258);
    }
});

test('a mebibyte of zeros takes two bits for 258 bytes, three where a distance has a bit of its own', () => {
  for (const unit of UNITS) {
    const bits = unit === 8 ? 3 : 2;
    expect(deflate(new Uint8Array(MIB), unit).length).toBeLessThan((bits * MIB) / 258 / 8 + 60);
  }
});

test('nothing is an empty stored block', () => {
  for (const unit of UNITS) expect([...deflate(new Uint8Array(0), unit)]).toEqual([0, ...FLUSHED]);
});

test('bytes that gain nothing are stored', () => {
  const bytes = noise(MIB, 3);
  for (const unit of UNITS) expect(deflate(bytes, unit).length).toBeLessThan(1.001 * MIB);
});

test.each([1, 2])('a match may lie 32768 bytes back and no more, by %i', (unit) => {
  const repeated = (period: number): Uint8Array => {
    const bytes = noise(period, 11);
    return Buffer.concat([bytes, bytes]);
  };
  const near = repeated(32768);
  expect(deflate(near, unit).length).toBeLessThan(33_500);
  expectSame(deflate(near, unit), near);
  const far = repeated(32770);
  expect(deflate(far, unit).length).toBeGreaterThan(65_000);
  expectSame(deflate(far, unit), far);
});

test('counts that would make a code too long, as Fibonacci numbers do, are given a shorter one', () => {
  // 22 symbols of such counts, all within one block, have codes of 21 bits where nothing limits them.
  const counts = [1, 1];
  while (counts.length < 22) counts.push(counts[counts.length - 1] + counts[counts.length - 2]);
  const bytes = Uint8Array.from(counts.flatMap((count, symbol) => Array<number>(count).fill(symbol)));
  // In an order in which little repeats.
  const order = noise(4 * bytes.length, 1);
  for (let i = bytes.length - 1; i > 0; i--) {
    const j = (order[4 * i] * 65_536 + order[4 * i + 1] * 256 + order[4 * i + 2]) % (i + 1);
    [bytes[i], bytes[j]] = [bytes[j], bytes[i]];
  }
  for (const unit of UNITS) expectSame(deflate(bytes, unit), bytes);
});

test('integers are as small as by zlib at its level 1, or 5 % larger', () => {
  const bytes = ctLike(MIB, 2);
  expect(deflate(bytes, 2).length).toBeLessThan(1.05 * deflateRawSync(bytes, { level: 1 }).length);
});

test('the same bytes come out on every machine', () => {
  // Rows of padding, of noise and of what repeats 3000 bytes later.
  const [grain, far] = [noise(MIB, 1, 40), noise(3000, 2)];
  const bytes = grain.map((g, i) => (i % 1024 < 256 ? 7 : i % 8192 < 4096 ? g : far[i % 3000]));
  const hash = createHash('sha256');
  for (const unit of UNITS) hash.update(deflate(bytes, unit));
  expect(hash.digest('hex')).toBe('3c16624c7f5baae9381e108b7647aa675c1f1b26b8296b7830159b029217f3fc');
});

test.runIf(hasSharedData)('real files inflate to themselves', () => {
  const files = filesAt(shared('lung1')).filter(({ bytes }) => bytes.length > 10_000);
  for (const { bytes } of files.filter((_, i) => i % 40 === 0))
    for (const unit of UNITS) {
      const chunk = bytes.subarray(0, MIB);
      expectSame(deflate(chunk, unit), chunk);
    }
});
