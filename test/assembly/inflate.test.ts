import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import { kernelsOn } from '../../src/memory/kernels.ts';
import { addDynamicHead, anyBytes, anyStream, BitWriter, random } from '../support/deflated.ts';

const GUARD_BYTES = 64;
const GUARD = 0xa5;

const arena = new Arena();

interface Inflated {
  /** 0 inflated, 1 broken, 2 more than there is room for. */
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly taken: number;
}

/** Inflates in the arena, and sees to it that nothing around the output is written. */
function inflate(input: Uint8Array, capacity: number): Inflated {
  let inflated: Inflated | undefined;
  arena.scratch(() => {
    const { kernels } = arena;
    const work = arena.room(Uint8Array, kernels.inflateWorkBytes());
    const bytes = arena.room(Uint8Array, input.length);
    bytes.set(input);
    const around = arena.room(Uint8Array, capacity + 2 * GUARD_BYTES).fill(GUARD);
    const output = around.subarray(GUARD_BYTES, GUARD_BYTES + capacity);
    const status = kernels.inflate(
      bytes.byteOffset,
      bytes.length,
      output.byteOffset,
      output.length,
      work.byteOffset,
    );
    const [written, taken] = new Uint32Array(work.buffer, work.byteOffset, 2);
    const guards = [around.subarray(0, GUARD_BYTES), around.subarray(GUARD_BYTES + capacity)];
    expect(guards.every((guard) => guard.every((byte) => byte === GUARD))).toBe(true);
    expect(written).toBeLessThanOrEqual(capacity);
    expect(taken).toBeLessThanOrEqual(input.length);
    inflated = { status, bytes: Uint8Array.from(output.subarray(0, written)), taken };
  });
  return inflated!;
}

/** Holds that zlib refuses what is refused, and inflates to the same what is not. Whether it was. */
function expectAsZlib(input: Uint8Array, capacity: number): boolean {
  const { status, bytes } = inflate(input, capacity);
  if (status !== 0) {
    expect(() => inflateRawSync(input, { maxOutputLength: capacity })).toThrow();
    return false;
  }
  const expected = inflateRawSync(input, { maxOutputLength: Math.max(1, capacity) });
  expect(expected.equals(bytes)).toBe(true);
  return true;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

test('whatever zlib deflates comes back, and of the input as much is taken as it is long', () => {
  fc.assert(
    fc.property(anyStream, fc.nat(20), fc.nat(400), ({ whole, deflated }, after, spare) => {
      const input = Buffer.concat([deflated, new Uint8Array(after).fill(0x55)]);
      const { status, bytes, taken } = inflate(input, whole.length + spare);
      expect([status, taken]).toEqual([0, deflated.length]);
      expect(equal(bytes, whole)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('what there is no room for is refused, and as much written as there is room', () => {
  fc.assert(
    fc.property(
      anyStream,
      fc.nat(600),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ whole, deflated }, less, part) => {
        for (const capacity of [whole.length - 1 - less, Math.floor(part * whole.length)]) {
          if (capacity < 0 || capacity >= whole.length) continue;
          const { status, bytes } = inflate(deflated, capacity);
          expect(status).toBe(2);
          expect(equal(bytes, whole.subarray(0, bytes.length))).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('a stream that is cut short anywhere is broken', () => {
  fc.assert(
    fc.property(
      anyStream,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      ({ whole, deflated }, cuts) => {
        const ends = [
          ...cuts.map((cut) => Math.floor(cut * deflated.length)),
          ...[1, 2, 3, 4, 5, 9].map((n) => deflated.length - n),
        ];
        for (const end of ends) {
          if (end < 0 || end >= deflated.length) continue;
          expect(inflate(deflated.subarray(0, end), whole.length).status).toBe(1);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a damaged stream is inflated or refused as by zlib', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyStream, damage, ({ whole, deflated }, changes) => {
      const input = deflated.slice();
      for (const [at, value] of changes) input[at % input.length] = value;
      expectAsZlib(input, whole.length + 3000);
    }),
    { numRuns: 400 },
  );
});

test('bytes that nobody deflated are inflated or refused as by zlib', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (bytes, head) => {
      if (bytes.length > 0) bytes[0] = (bytes[0] & 0xf8) | head;
      expectAsZlib(bytes, 5000);
    }),
    { numRuns: 2000 },
  );
});

/** Lengths of a complete code of `symbols` of the alphabet's, by splitting codes at random; 0 of the others. */
function completeCode(next: () => number, alphabet: number, symbols: number, always?: number): number[] {
  const codes = [0];
  for (let tries = 0; codes.length < symbols && tries < 5000; tries++) {
    // Deep ones as often as not.
    const i = next() % 2 === 0 ? codes.length - 1 : next() % codes.length;
    if (codes[i] < 15) codes.push(++codes[i]);
  }
  if (codes.length === 1) codes[0] = 1;
  const lengths = new Array<number>(alphabet).fill(0);
  const places = Array.from({ length: alphabet }, (_, i) => i).sort(() => (next() % 2) - 0.5);
  if (always !== undefined) places.unshift(...places.splice(places.indexOf(always), 1));
  for (const [i, length] of codes.entries()) lengths[places[i]] = length;
  return lengths;
}

describe('codes of any shape', () => {
  const stored = Uint8Array.from({ length: 32_768 }, (_, i) => (i * i) >> 5);
  /** A block of what is behind, so that no distance is too far, and one of noise in these codes. */
  const stream = (literals: number[], distances: number[], next: () => number): Uint8Array => {
    const bits = addDynamicHead(new BitWriter(), literals, distances, true);
    for (let i = 0; i < 500; i++) bits.add(next(), 16);
    const start = new Uint8Array(5);
    new DataView(start.buffer).setUint16(1, stored.length, true);
    new DataView(start.buffer).setUint16(3, ~stored.length, true);
    return Buffer.concat([start, stored, bits.bytes()]);
  };

  test('complete ones', () => {
    let good = 0;
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 286 }),
        fc.integer({ min: 1, max: 30 }),
        (seed, n, m) => {
          const next = random(seed);
          const literals = completeCode(next, 286, n, 256);
          good += expectAsZlib(stream(literals, completeCode(next, 30, m), next), 2 ** 18) ? 1 : 0;
        },
      ),
      { numRuns: 300 },
    );
    expect(good).toBeGreaterThan(30);
  });

  test('and such as are too full, or not full', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 2, max: 286 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.tuple(fc.nat(315), fc.nat(15)), { minLength: 1, maxLength: 3 }),
        (seed, n, m, changes) => {
          const next = random(seed);
          const lengths = [...completeCode(next, 286, n, 256), ...completeCode(next, 30, m)];
          for (const [at, length] of changes) lengths[at] = length;
          expectAsZlib(stream(lengths.slice(0, 286), lengths.slice(286), next), 2 ** 18);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, Readonly<Record<number, number>>, readonly number[], number]>([
    ['one distance, of one bit', { 65: 2, 256: 2, 257: 1 }, [1], 0],
    ['no distance', { 65: 1, 256: 1 }, [0], 0],
    ['one literal or length, the end', { 256: 1 }, [0], 0],
    ['no end', { 65: 1, 66: 1 }, [0], 1],
    ['one distance, of two bits', { 65: 2, 256: 2, 257: 1 }, [2], 1],
    ['three codes of one bit', { 65: 1, 66: 1, 256: 1 }, [0], 1],
  ])('%s', (_, lengths, distances, expected) => {
    const literals = Array.from({ length: 286 }, (_, symbol) => lengths[symbol] ?? 0);
    // All codes of ones and zeros in turn: the end is among them, or nothing is.
    const outcomes = [0, 1, 2, 3].map((bits) => {
      const body = addDynamicHead(new BitWriter(), literals, distances, true).add(bits, 2).add(0, 30);
      const input = body.bytes();
      expectAsZlib(input, 1000);
      return inflate(input, 1000).status;
    });
    expect(outcomes.includes(0)).toBe(expected === 0);
  });

  test('more symbols than there are', () => {
    const literals = completeCode(random(1), 286, 100, 256);
    const distances = completeCode(random(2), 30, 10);
    const body = (a: number[], b: number[]): Uint8Array => stream(a, b, random(3));
    expect(inflate(body([...literals, 0], distances), 2 ** 17).status).toBe(1);
    expect(inflate(body(literals, [...distances, 0]), 2 ** 17).status).toBe(1);
  });
});

test.each([1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 258, 32_768])(
  'a distance of %i is copied from, and refused where it reaches beyond the start',
  (distance) => {
    const literals = Array.from({ length: distance }, (_, i) => (i * 7) & 255);
    const whole = Uint8Array.from({ length: distance + 1000 }, (_, i) => literals[i % distance]);
    const deflated = deflateRawSync(whole, { level: 9 });
    expect(equal(inflate(deflated, whole.length).bytes, whole)).toBe(true);
    // The same as it is deflated where a window lies before it, which the decoder does not have.
    const behind = deflateRawSync(whole.subarray(distance), {
      level: 9,
      dictionary: whole.subarray(0, distance),
    });
    // zlib makes no use of a window of one byte.
    expect(inflate(behind, 1000).status).toBe(distance === 1 ? 0 : 1);
    expectAsZlib(behind, 1000);
  },
);

test('a bomb is stopped where the room ends', () => {
  const deflated = deflateRawSync(new Uint8Array(2 ** 26), { level: 9 });
  const { status, bytes } = inflate(deflated, 1000);
  expect(status).toBe(2);
  // The longest match has 258 bytes.
  expect(bytes.length).toBeGreaterThan(1000 - 258);
});

test('blocks without end that hold nothing are passed over', () => {
  const fixed = new BitWriter();
  for (let i = 0; i < 50_000; i++) fixed.add(0, 1).add(1, 2).add(0, 7);
  const dynamic = new BitWriter();
  const literals = Array.from({ length: 257 }, (_, symbol) => (symbol === 256 ? 1 : 0));
  for (let i = 0; i < 500; i++) addDynamicHead(dynamic, literals, [0], false).add(0, 1);
  for (const bits of [fixed, dynamic]) {
    const input = bits.add(1, 1).add(1, 2).add(0, 7).bytes();
    expect(inflate(input, 10)).toMatchObject({ status: 0, taken: input.length });
  }
});

test('nothing beyond the input is read, which may lie at the end of the memory', () => {
  const PAGE = 2 ** 16;
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const kernels = kernelsOn(memory);
  const all = new Uint8Array(memory.buffer);
  const work = Math.ceil(kernels.heapBase() / 16) * 16;
  const output = work + kernels.inflateWorkBytes();
  const bytes = anyBytes.filter(({ length }) => length < 6 * PAGE);
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 0, max: 9 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (whole, level, cut) => {
        const deflated = deflateRawSync(whole, { level, strategy: level % 2 ? constants.Z_FIXED : 0 });
        for (const length of [deflated.length, Math.floor(cut * deflated.length)]) {
          const input = all.length - length;
          all.set(deflated.subarray(0, length), input);
          const status = kernels.inflate(input, length, output, whole.length, work);
          expect(status).toBe(length === deflated.length ? 0 : 1);
        }
      },
    ),
    { numRuns: 100 },
  );
  // The output at the end, too.
  const whole = new Uint8Array(PAGE).fill(3);
  const deflated = deflateRawSync(whole);
  all.set(deflated, output);
  expect(kernels.inflate(output, deflated.length, all.length - whole.length, whole.length, work)).toBe(0);
  expect(equal(all.subarray(-whole.length), whole)).toBe(true);
});
