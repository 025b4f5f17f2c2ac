import type { RandomStream } from '../../src/phantom/drawing/random.ts';

/** Damage that knows nothing of what the bytes mean. */
export type Damage = (bytes: Uint8Array, random: RandomStream) => Uint8Array;

function spot(bytes: Uint8Array, random: RandomStream): number {
  // The first kilobytes hold what the rest is read by.
  const end = random.uniform() < 0.5 ? Math.min(bytes.length, 2048) : bytes.length;
  return random.integer(0, Math.max(0, end - 1));
}

function runLength(random: RandomStream): number {
  return 2 ** random.integer(0, 9);
}

const flipBits: Damage = (bytes, random) => {
  const damaged = bytes.slice();
  for (let n = random.integer(1, 8); n > 0; n--) damaged[spot(bytes, random)] ^= 1 << random.integer(0, 7);
  return damaged;
};

const overwrite: Damage = (bytes, random) => {
  const damaged = bytes.slice();
  const start = spot(bytes, random);
  const fill = random.pick([() => 0, () => 0xff, () => 0x20, () => random.integer(0, 255)]);
  const end = Math.min(bytes.length, start + runLength(random));
  for (let at = start; at < end; at++) damaged[at] = fill();
  return damaged;
};

const truncate: Damage = (bytes, random) => bytes.slice(0, random.integer(0, bytes.length));

const remove: Damage = (bytes, random) => {
  const start = spot(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + runLength(random))]);
};

const insert: Damage = (bytes, random) => {
  const start = spot(bytes, random);
  const run = Uint8Array.from({ length: runLength(random) }, () => random.integer(0, 255));
  return Buffer.concat([bytes.subarray(0, start), run, bytes.subarray(start)]);
};

const repeat: Damage = (bytes, random) => {
  const start = spot(bytes, random);
  const run = bytes.subarray(start, start + runLength(random));
  const times = random.pick([1, 2, 50]);
  return Buffer.concat([bytes.subarray(0, start), ...Array(times).fill(run), bytes.subarray(start)]);
};

const swapRuns: Damage = (bytes, random) => {
  const [a, b] = [spot(bytes, random), spot(bytes, random)].sort((p, q) => p - q);
  const length = Math.min(runLength(random), b - a, bytes.length - b);
  const damaged = bytes.slice();
  damaged.set(bytes.subarray(b, b + length), a);
  damaged.set(bytes.subarray(a, a + length), b);
  return damaged;
};

/** Numbers at which programs break. */
const EDGES = [
  0, 1, 2, 3, 7, 8, 9, 16, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xfffffffe, 0xffffffff,
];

export function edgeNumber(random: RandomStream): number {
  return random.uniform() < 0.8 ? random.pick(EDGES) : random.integer(0, 0xffffffff);
}

/** Writes a number of two or four bytes, of either byte order. */
export const setNumber: Damage = (bytes, random) => {
  const damaged = bytes.slice();
  if (bytes.length < 4) return damaged;
  const view = new DataView(damaged.buffer, damaged.byteOffset, damaged.byteLength);
  const at = Math.min(spot(bytes, random), bytes.length - 4);
  const little = random.uniform() < 0.8;
  if (random.uniform() < 0.5) view.setUint32(at, edgeNumber(random), little);
  else view.setUint16(at, edgeNumber(random) & 0xffff, little);
  return damaged;
};

const DAMAGES = [flipBits, flipBits, overwrite, truncate, remove, insert, repeat, swapRuns, setNumber];

/** One kind of damage, chosen by chance. Gives bytes of their own. */
export const damage: Damage = (bytes, random) => new Uint8Array(random.pick(DAMAGES)(bytes, random));
