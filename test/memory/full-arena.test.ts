import { beforeAll, expect, test } from 'vitest';
import { resampleLinear } from '../../src/kernels/grid/resample.ts';
import { linearAxis } from '../../src/kernels/grid/resample-axis.ts';
import { HuHistogram } from '../../src/kernels/intensity/histogram.ts';
import { addWindowed, emptyWindowedMoments } from '../../src/kernels/intensity/moments.ts';
import { noiseHu } from '../../src/kernels/intensity/noise.ts';
import { roundToInt16 } from '../../src/kernels/intensity/window.ts';
import { wrapShare } from '../../src/kernels/intensity/wrap-share.ts';
import { copyOf, inArena, kernelsFor, room } from '../../src/memory/thread.ts';
import { gunzip } from '../../src/nifti/gunzip.ts';
import { gzipVoxels } from '../../src/nifti/voxel-gzip.ts';

const GIB = 2 ** 30;
/** More than what of an array a kernel goes through at a time: 64 KiB at most, where it deflates. */
const LOOK_AHEAD_BYTES = 2 ** 16;
/** Of an arena: 4 GiB but for a page and the rest of a vector. */
const MOST_BYTES = 4 * GIB - LOOK_AHEAD_BYTES - 16;
const SIZE = [63, 41, 9] as const;
const VOXELS = SIZE[0] * SIZE[1] * SIZE[2];

const ct = Int16Array.from({ length: VOXELS }, (_, i) => ((i * 7919) % 1400) - 1024 + 3 * (i % 5));
const real = Float32Array.from(ct, (hu) => hu + 0.3);

/** What is computed of a CT by kernels, or without them, as far as that is the same. */
async function computed(hu: Int16Array, floats: Float32Array): Promise<unknown> {
  const histogram = new HuHistogram(hu);
  const moments = emptyWindowedMoments();
  addWindowed(moments, floats, [-900, 100], { thresholdHu: -850 });
  const axes = [
    linearAxis(SIZE[0], 0.8, 1, { scanLine: true, originMm: 0 }),
    linearAxis(SIZE[1], 0.8, 1, { scanLine: false, originMm: 0 }),
    linearAxis(SIZE[2], 3, 2, { scanLine: false, originMm: 0 }),
  ] as const;
  const step = [1, SIZE[0], SIZE[0] * SIZE[1]] as const;
  const resampled = [hu, floats].map((data) =>
    Array.from(resampleLinear({ data, size: SIZE, start: 0, step }, axes, -1024)),
  );
  const packed = Buffer.concat(
    await gzipVoxels([new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength)], 2),
  );
  return {
    range: histogram.range(),
    soft: histogram.count(-200, 200),
    moments: [moments.count, moments.sum, moments.sumOfSquares, moments.tally.percentiles([5, 50, 95])],
    noise: noiseHu(hu, SIZE[0], -400, 400),
    wraps: wrapShare(hu, SIZE[0], SIZE[1]),
    rounded: Array.from(roundToInt16(floats)),
    resampled,
    packed: packed.toString('base64'),
    inflated: Buffer.from(gunzip(packed)).equals(Buffer.from(ct.buffer)),
    left: [Array.from(hu), Array.from(floats)],
  };
}

/** Takes all that the arena has left but so many bytes. */
function leave(bytes: number): void {
  const start = room(Uint8Array, 16).byteOffset + 16;
  const taken = room(Uint8Array, MOST_BYTES - start - bytes);
  if (kernelsFor(taken) === undefined) throw new Error(`the arena has no ${taken.length} bytes`);
}

let expected: unknown;
beforeAll(async () => {
  expected = await computed(ct, real);
});

test.each([4 * 2 ** 20, 2 ** 20, 600_000, 300_000, 100_000, 9000, 2000, 300, 20, 0])(
  'what is computed is the same where the arena has %i bytes left, and changes nothing else in it',
  async (bytes) => {
    await inArena(0, async () => {
      const [hu, floats] = [copyOf(ct), copyOf(real)];
      leave(bytes);
      expect(await computed(hu, floats)).toEqual(expected);
    });
  },
);

test.each([2, 3])('what is computed is the same beyond %i GiB', async (gib) => {
  await inArena(0, async () => {
    room(Uint8Array, gib * GIB);
    const [hu, floats] = [copyOf(ct), copyOf(real)];
    expect(hu.byteOffset).toBeGreaterThan(gib * GIB);
    expect(await computed(hu, floats)).toEqual(expected);
  });
});

test('arrays end where no kernel that looks ahead comes round to address 0', async () => {
  await inArena(0, async () => {
    let end = 0;
    for (const bytes of [2 ** 26, 2 ** 20, 2 ** 14, 2 ** 10, 16])
      for (let array = room(Uint8Array, bytes); kernelsFor(array); array = room(Uint8Array, bytes))
        end = array.byteOffset + bytes;
    expect(end).toBeLessThan(4 * GIB - LOOK_AHEAD_BYTES);
    expect(end).toBeGreaterThan(4 * GIB - 2 * LOOK_AHEAD_BYTES);
  });
});
