import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rescaleInto } from '../../src/dicom/pixels/hounsfield.ts';
import { clearUnusedBits } from '../../src/dicom/pixels/pixels.ts';
import { resampleLinear } from '../../src/kernels/grid/resample.ts';
import { linearPlace, type ResampleAxis, sampleAxis } from '../../src/kernels/grid/resample-axis.ts';
import { countInto, HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { addWindowed, emptyWindowedMoments } from '../../src/kernels/intensity/moments.ts';
import { noiseHu } from '../../src/kernels/intensity/noise.ts';
import { roundToInt16 } from '../../src/kernels/intensity/window.ts';
import { wrapShare } from '../../src/kernels/intensity/wrap-share.ts';
import { copyOf, kernelsFor, room } from '../../src/memory/thread.ts';
import { withKernels } from '../support/in-arena.ts';

/** HU of every kind: smooth, full of runs, at the ends of int16. */
const hu = (length: number) =>
  fc.oneof(
    fc.int16Array({ minLength: length, maxLength: length }),
    fc.int16Array({ minLength: length, maxLength: length, min: -160, max: 260 }),
    fc
      .tuple(fc.int16Array({ minLength: length, maxLength: length, min: -1024, max: 3071 }), fc.nat(40))
      .map(([values, run]) => values.map((_, i) => values[i - (i % (run + 1))])),
    fc
      .int16Array({ minLength: length, maxLength: length, min: 0, max: 1 })
      .map((v) => v.map((n) => (n ? 32767 : -32768))),
  );

const grid = fc.tuple(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 4 }),
);

const onGrid = grid.chain(([nx, ny, nz]) => fc.tuple(fc.constant([nx, ny, nz] as const), hu(nx * ny * nz)));

/** The kernel's answer beside that of TypeScript. */
async function both<A extends Int16Array | Float32Array, T>(
  values: A,
  work: (values: A) => T,
): Promise<[kernel: T, plain: T]> {
  return [await withKernels(() => work(copyOf<A>(values))), work(values)];
}

describe('a kernel of src/assembly gives what TypeScript gives, to the bit', () => {
  test('histogram', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(200).chain(hu), async (values) => {
        const counts = new Uint32Array(65536);
        countInto(counts, values);
        const histogram = await withKernels(() => new HuHistogram(copyOf(values)));
        for (const value of new Set(values))
          expect(histogram.count(value, value)).toBe(counts[value + 32768]);
        expect(histogram.count(-32768, 32767)).toBe(values.length);
      }),
    ));

  test('noise of neighbours', () =>
    fc.assert(
      fc.asyncProperty(onGrid, async ([[nx], values]) => {
        const [kernel, plain] = await both(values, (voxels) => noiseHu(voxels, nx, -150, 250));
        expect(kernel).toBe(plain);
      }),
    ));

  test('share of voxels that wrapped', () =>
    fc.assert(
      fc.asyncProperty(onGrid, async ([[nx, ny], values]) => {
        const [kernel, plain] = await both(values, (voxels) => wrapShare(voxels, nx, ny));
        expect(kernel).toBe(plain);
      }),
    ));

  test('rounding to int16', () =>
    fc.assert(
      fc.asyncProperty(
        fc.float32Array({ min: -32768, max: 32767, noNaN: true, maxLength: 100 }),
        fc.boolean(),
        async (values, halves) => {
          const real = halves
            ? values.map((v) =>
                Math.max(-32768, Math.min(32767, Math.floor(v) + 0.5 - 0.5 * Number(v > 32766))),
              )
            : values;
          const [kernel, plain] = await both(real, (voxels) => [...roundToInt16(voxels)]);
          expect(kernel).toEqual(plain);
          expect(plain).toEqual([...real].map((v) => Math.round(v) + 0));
        },
      ),
    ));

  test('moments within a window', () =>
    fc.assert(
      fc.asyncProperty(
        fc.float32Array({ min: -1200, max: 1200, noNaN: true, maxLength: 100 }),
        fc.integer({ min: 0, max: 130 }),
        fc.constantFrom(Number.NEGATIVE_INFINITY, -1000, -500.25, 399.9, 400, Number.POSITIVE_INFINITY),
        async (part, times, thresholdHu) => {
          // Longer than a chunk now and then.
          const values = Float32Array.from({ length: part.length * times }, (_, i) => part[i % part.length]);
          const window = [-1000, 400.1] as const;
          const [kernel, plain] = await both(values, (voxels) => {
            const moments = emptyWindowedMoments();
            moments.sum = 0.1;
            addWindowed(moments, voxels, window, { thresholdHu });
            return { ...moments, tally: moments.tally.encode() };
          });
          expect(kernel).toEqual(plain);
        },
      ),
    ));

  test('stored values of 16 bits', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint16Array({ maxLength: 70 }),
        fc.integer({ min: 1, max: 15 }),
        fc.nat(15),
        fc.boolean(),
        async (words, stored, above, signed) => {
          const highBit = Math.min(15, stored - 1 + above);
          const bits = { up: 31 - highBit, down: 32 - stored };
          const plain = signed ? new Int16Array(words) : words.slice();
          clearUnusedBits(plain, signed, bits);
          const kernel = await withKernels(() => {
            const source = copyOf(words);
            const out = signed ? room(Int16Array, words.length) : room(Uint16Array, words.length);
            kernelsFor(source, out)!.storedValues(
              source.byteOffset,
              words.length,
              bits.up - 16,
              bits.down - 16,
              signed,
              out.byteOffset,
            );
            return [...out];
          });
          expect(kernel).toEqual([...plain]);
        },
      ),
    ));

  test('rescaling to HU, and its range', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint16Array({ minLength: 1, maxLength: 70 }),
        fc.boolean(),
        fc.integer({ min: -32767, max: 32767 }),
        fc.integer({ min: -32767, max: 32767 }),
        async (words, signed, slope, intercept) => {
          const values = signed ? new Int16Array(words) : words;
          const plain = new Int16Array(values.length);
          const ends = rescaleInto(values, { slope, intercept }, plain);
          const kernel = await withKernels(() => {
            const source = copyOf<Int16Array | Uint16Array>(values);
            const [out, range] = [room(Int16Array, values.length), room(Int32Array, 4)];
            kernelsFor(source, out)!.rescale(
              source.byteOffset,
              values.length,
              signed,
              slope,
              intercept,
              out.byteOffset,
              range.byteOffset,
            );
            return { ends: [range[0], range[1]], out: [...out] };
          });
          expect(kernel).toEqual({ ends, out: [...plain] });
        },
      ),
    ));
});

/** An axis over `length` samples with places at, between and beyond them. */
const axis = (length: number): fc.Arbitrary<ResampleAxis> =>
  fc
    .array(fc.double({ min: -1, max: length, noNaN: true }), { minLength: 1, maxLength: 9 })
    .map((places) => sampleAxis(places.length, { start: 0, length }, (i) => places[i], linearPlace));

test('trilinear interpolation in the arena gives the bits of TypeScript, in every order of axes', () =>
  fc.assert(
    fc.asyncProperty(
      onGrid
        .chain(([size, values]) =>
          fc.record({
            values: fc.constant(values),
            real: fc.boolean(),
            order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
            flip: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
            size: fc.constant(size),
          }),
        )
        .chain(({ size, order, ...rest }) =>
          fc.record({
            ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, fc.constant(value)])),
            size: fc.constant(size),
            order: fc.constant(order),
            axes: fc.tuple(axis(size[order[0]]), axis(size[order[1]]), axis(size[order[2]])),
          }),
        ),
      async (given) => {
        const { values, real, order, flip, size, axes } = given as never as {
          values: Int16Array;
          real: boolean;
          order: number[];
          flip: boolean[];
          size: readonly [number, number, number];
          axes: [ResampleAxis, ResampleAxis, ResampleAxis];
        };
        const strides = [1, size[0], size[0] * size[1]];
        const turned = [0, 1, 2].map((a) => size[order[a]]) as [number, number, number];
        const step = [0, 1, 2].map((a) => (flip[a] ? -1 : 1) * strides[order[a]]) as [number, number, number];
        const start = [0, 1, 2].reduce((sum, a) => sum - (flip[a] ? (turned[a] - 1) * step[a] : 0), 0);
        const source: Int16Array | Float32Array = real ? Float32Array.from(values, (v) => v / 3) : values;
        const [kernel, plain] = await both<typeof source, number[]>(source, (data) => [
          ...resampleLinear({ data, size: turned, start, step }, axes, -1000),
        ]);
        expect(kernel).toEqual(plain);
      },
    ),
    { numRuns: 300 },
  ));
