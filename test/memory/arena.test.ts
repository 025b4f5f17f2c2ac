import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';
import {
  arenaBytes,
  copyOf,
  inArena,
  kernelsFor,
  room,
  scratch,
  usingArena,
  zeros,
} from '../../src/memory/thread.ts';

const MIB = 2 ** 20;

test('arrays of an arena do not overlap, are aligned for vectors, and outlive its growth', () => {
  const kinds = [Int8Array, Uint16Array, Int16Array, Float32Array, Float64Array] as const;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(300_000)), { maxLength: 40 }),
      (wanted) => {
        const arena = new Arena();
        const arrays = wanted.map(([type, length], i) =>
          arena.room(type as typeof Int8Array, length).fill(i),
        );
        for (const [i, array] of arrays.entries()) {
          expect(array.byteOffset % 16).toBe(0);
          expect(array.every((value) => value === i)).toBe(true);
          expect(arena.addressOf(array)).toBe(array.byteOffset);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('kernels work on arrays of an arena while others grow', () => {
  const [arena, other] = [new Arena(), new Arena()];
  for (let i = 1; i < 4; i++) {
    const before = arena.room(Uint8Array, 10);
    other.room(Uint8Array, i * 32 * MIB);
    expect(arena.holds(before, arena.room(Uint8Array, 10))).toBe(true);
  }
});

test('what a scratch took is taken again, and the arena grows no further for it', () => {
  const arena = new Arena();
  const kept = arena.room(Uint8Array, 10).fill(7);
  const first = arena.scratch(() => arena.room(Uint8Array, MIB).byteOffset);
  const { bytes } = arena;
  for (let i = 0; i < 100; i++) {
    expect(arena.scratch(() => arena.room(Uint8Array, MIB).fill(i).byteOffset)).toBe(first);
    expect(() =>
      arena.scratch(() => {
        arena.room(Uint8Array, MIB);
        throw new Error('half way');
      }),
    ).toThrow('half way');
  }
  expect(arena.bytes).toBe(bytes);
  expect([...kept]).toEqual(Array(10).fill(7));
});

test('arrays in use never overlap, whatever is given back in between, and what is given back is used again', () => {
  const step = fc.oneof(
    fc.record({ take: fc.nat(200_000) }),
    fc.record({ giveBack: fc.nat() }),
    fc.record({ scratch: fc.array(fc.nat(200_000), { maxLength: 3 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const arena = new Arena();
      const live: { array: Uint8Array; mark: number }[] = [];
      let mark = 0;
      for (const what of steps) {
        if ('take' in what) {
          mark = (mark % 250) + 1;
          live.push({ array: arena.room(Uint8Array, what.take).fill(mark), mark });
        } else if ('scratch' in what)
          arena.scratch(() => {
            for (const bytes of what.scratch) arena.room(Uint8Array, bytes).fill(255);
          });
        else if (live.length > 0) arena.giveBack(live.splice(what.giveBack % live.length, 1)[0].array);
        for (const { array, mark: own } of live) expect(array.every((value) => value === own)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
  const arena = new Arena();
  for (let i = 0; i < 100; i++) {
    const [a, b] = [arena.room(Uint8Array, MIB), arena.room(Int16Array, MIB)];
    arena.giveBack(b);
    arena.giveBack(a);
    arena.giveBack(new Uint8Array(5));
  }
  expect(arena.bytes).toBeLessThan(20 * MIB);
});

test('an array that is given back twice, or a part of one, or one of a scratch, is not given to two', () => {
  const arena = new Arena();
  const [first, second] = [arena.room(Uint8Array, MIB), arena.room(Uint8Array, MIB)];
  arena.giveBack(second.subarray(0, 100));
  arena.giveBack(second.subarray(100));
  arena.giveBack(arena.scratch(() => arena.room(Uint8Array, MIB)));
  arena.giveBack(first);
  arena.giveBack(first);
  const arrays = Array.from({ length: 4 }, (_, i) => arena.room(Uint8Array, MIB).fill(i + 1));
  second.fill(9);
  for (const [i, array] of arrays.entries()) expect(array.every((value) => value === i + 1)).toBe(true);
});

test('a scratch begins where the last array in use ends', () => {
  const arena = new Arena();
  const startOf = () => arena.scratch(() => arena.room(Uint8Array, 1).byteOffset);
  const first = startOf();
  const [a, b, c] = [MIB, 2 * MIB, 3 * MIB].map((bytes) => arena.room(Uint8Array, bytes));
  const top = startOf();
  arena.giveBack(b);
  expect(startOf()).toBe(top);
  arena.giveBack(c);
  expect(startOf()).toBe(a.byteOffset + MIB);
  arena.giveBack(a);
  expect(startOf()).toBe(first);
});

test('an array of another arena or of none is none that kernels work on', () => {
  const [arena, other] = [new Arena(), new Arena()];
  expect(arena.holds(arena.room(Int16Array, 3), arena.room(Int16Array, 3))).toBe(true);
  expect(arena.holds(arena.room(Int16Array, 3), other.room(Int16Array, 3))).toBe(false);
  expect(arena.addressOf(new Int16Array(3))).toBeUndefined();
});

test('arrays lie in the arena of the thread while a patient is at work, and nowhere in it before and after', async () => {
  expect(kernelsFor(room(Int16Array, 4))).toBeUndefined();
  await inArena(MIB, async () => {
    expect(kernelsFor(room(Int16Array, 4))).toBeDefined();
    expect(kernelsFor(new Int16Array(4))).toBeUndefined();
  });
  expect(kernelsFor(room(Int16Array, 4))).toBeUndefined();
});

test('the next patient finds the memory of the last one, zeros where it asks for zeros, and none of what was too much', async () => {
  const take = (bytes: number) => inArena(32 * MIB, async () => zeros(Uint8Array, bytes).fill(1).byteOffset);
  const first = await take(4 * MIB);
  const kept = arenaBytes();
  expect(kept).toBeGreaterThan(4 * MIB);
  expect(await take(4 * MIB)).toBe(first);
  expect(arenaBytes()).toBe(kept);
  await inArena(32 * MIB, async () => expect(zeros(Uint8Array, MIB).includes(1)).toBe(false));
  await take(64 * MIB);
  expect(arenaBytes()).toBe(0);
});

test('a patient that fails leaves its arrays to the reads that still fill them, before the next one takes their place', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const failing = inArena(MIB, async () => {
    const array = room(Uint8Array, 100);
    void usingArena(
      promise.then(() => {
        array.fill(9);
        order.push('filled');
      }),
    );
    throw new Error('a file is gone');
  }).catch((error) => order.push(error.message));
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  resolve();
  await failing;
  expect(order).toEqual(['filled', 'a file is gone']);
});

test('a copy of a Node Buffer is one of bytes, with a patient at work and without', async () => {
  const bytes = Buffer.from([1, 2, 3]);
  const copies = [copyOf(bytes), await inArena(MIB, async () => Uint8Array.from(copyOf(bytes)))];
  for (const copy of copies) {
    expect(Buffer.isBuffer(copy)).toBe(false);
    expect([...copy]).toEqual([1, 2, 3]);
  }
});

test('outside of a patient scratch is plain work', () => {
  expect(scratch(() => room(Float32Array, 2).length)).toBe(2);
});
