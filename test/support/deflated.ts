import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { CHUNK_BYTES } from '../../src/nifti/gzip.ts';

/** Bytes of many kinds: noise of few or many values, patterns repeated at any distance, smooth voxels, and all in a row. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('noise', 'repeats', 'voxels'),
      length: fc.oneof(fc.nat(40), fc.nat(3000), fc.nat(70_000)),
      period: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 33_000 })),
      values: fc.integer({ min: 1, max: 256 }),
      seed: fc.nat(),
    }),
    { maxLength: 3 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kind, length, period, values, seed }) => {
        const noise = random(seed);
        const bytes = new Uint8Array(length);
        for (let i = 0; i < length; i++)
          if (kind === 'repeats' && i >= period && noise() % 50 !== 0) bytes[i] = bytes[i - period];
          else if (kind === 'voxels')
            bytes[i] = i % 2 === 1 ? 3 : 100 + 90 * Math.sin(i / 300) + (noise() % 9);
          else bytes[i] = noise() % values;
        return bytes;
      }),
    ),
  );

/** Numbers of 24 bits, the same ones for the same seed. */
export function random(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

/** Bytes that deflate to about half, the same ones for the same seed. */
export function noise(length: number, seed: number): Uint8Array {
  const next = random(seed);
  return new Uint8Array(length).map(() => next() >>> 20);
}

/** Lengths of parts, none or few bytes, and about the seams of the chunks in which they are deflated. */
export const lengthAboutSeams: fc.Arbitrary<number> = fc.oneof(
  fc.nat(3),
  fc.nat(5000),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, off]) => n * CHUNK_BYTES + off),
);

/** All that zlib can be told. */
export const anyOptions: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

/** A raw DEFLATE stream of parts, each deflated in its own way, and what it holds. */
export const anyStream: fc.Arbitrary<{ whole: Uint8Array; deflated: Uint8Array }> = fc
  .array(fc.tuple(anyBytes, anyOptions, fc.constantFrom(constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => ({
    whole: Buffer.concat(parts.map(([bytes]) => bytes)),
    deflated: Buffer.concat(
      parts.map(([bytes, options, flush], i) =>
        deflateRawSync(bytes, {
          ...options,
          finishFlush: i < parts.length - 1 ? flush : constants.Z_FINISH,
        }),
      ),
    ),
  }));

/** Writes bits as DEFLATE has them: the lowest first. */
export class BitWriter {
  readonly #bits: number[] = [];

  add(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3] |= bit << (i & 7);
    return bytes;
  }
}

/**
 * Adds the head of a block of dynamic codes with these lengths (RFC 1951, 3.2.7), itself in a code that has four bits for each
 * length from 0 to 15.
 */
export function addDynamicHead(
  to: BitWriter,
  literals: readonly number[],
  distances: readonly number[],
  last: boolean,
): BitWriter {
  to.add(last ? 1 : 0, 1).add(2, 2);
  to.add(literals.length - 257, 5)
    .add(distances.length - 1, 5)
    .add(19 - 4, 4);
  for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
    to.add(symbol < 16 ? 4 : 0, 3);
  // The first bit of a code is its highest.
  for (const length of [...literals, ...distances])
    for (let bit = 3; bit >= 0; bit--) to.add((length >> bit) & 1, 1);
  return to;
}
