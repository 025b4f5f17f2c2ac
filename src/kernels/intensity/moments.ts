import type { Kernels } from '../../memory/kernels.ts';
import { kernelsFor, room, scratch, zeros } from '../../memory/thread.ts';
import { HuTally } from './hu-tally.ts';

/** Count, sum and sum of squares: enough for mean and standard deviation, and additive. */
export interface Moments {
  count: number;
  sum: number;
  sumOfSquares: number;
}

/** Moments of windowed HU, and a tally of the same voxels before the window. */
export interface WindowedMoments extends Moments {
  readonly tally: HuTally;
}

/** Which voxels count: those above a threshold in windowed HU, and those within a mask (> 0) on the same grid, where given. */
export interface VoxelChoice {
  /** Infinity lets the mask alone decide, -Infinity takes every voxel. */
  readonly thresholdHu: number;
  readonly mask?: Uint8Array | undefined;
}

export function emptyWindowedMoments(): WindowedMoments {
  return { count: 0, sum: 0, sumOfSquares: 0, tally: new HuTally() };
}

/** Voxels summed before their sum joins the total, so that the total never swallows small terms. */
const CHUNK = 4096;

/** The threshold for HU before the window that chooses the same voxels. */
function beforeWindow(thresholdHu: number, [lowHu, highHu]: readonly [number, number]): number {
  if (thresholdHu < lowHu) return Number.NEGATIVE_INFINITY;
  return thresholdHu >= highHu ? Number.POSITIVE_INFINITY : thresholdHu;
}

/** Adds the voxels of `hu` that count, clamped to the window, to `into`. HU lie in the range of int16. */
export function addWindowed(
  into: WindowedMoments,
  hu: Float32Array,
  window: readonly [number, number],
  { thresholdHu, mask }: VoxelChoice,
): void {
  const above = beforeWindow(thresholdHu, window);
  const kernels = mask === undefined ? kernelsFor(hu) : undefined;
  if (kernels !== undefined) addAboveBy(kernels, into, hu, window, above);
  else addInChunks(into, hu, window, above, mask);
}

/** In TypeScript: what the kernel of src/assembly is held to. */
export function addInChunks(
  into: WindowedMoments,
  hu: Float32Array,
  window: readonly [number, number],
  above: number,
  mask: Uint8Array | undefined,
): void {
  for (let from = 0; from < hu.length; from += CHUNK) {
    const part = hu.subarray(from, from + CHUNK);
    if (mask === undefined) addAbove(into, part, window, above);
    else addAboveOrMasked(into, part, window, above, mask.subarray(from, from + CHUNK));
  }
}

function addAboveBy(
  kernels: Kernels,
  into: WindowedMoments,
  hu: Float32Array,
  [lowHu, highHu]: readonly [number, number],
  above: number,
): void {
  scratch(() => {
    const moments = room(Float64Array, 3);
    moments.set([into.count, into.sum, into.sumOfSquares]);
    const bins = zeros(Uint32Array, into.tally.bins.length);
    kernels.addAbove(hu.byteOffset, hu.length, lowHu, highHu, above, moments.byteOffset, bins.byteOffset);
    [into.count, into.sum, into.sumOfSquares] = moments;
    into.tally.addCounts(bins);
  });
}

function addAbove(
  into: WindowedMoments,
  hu: Float32Array,
  [lowHu, highHu]: readonly [number, number],
  above: number,
): void {
  const { bins } = into.tally;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < hu.length; i++) {
    const v = hu[i];
    if (!(v > above)) continue;
    const value = Math.min(Math.max(v, lowHu), highHu);
    count++;
    sum += value;
    squares += value * value;
    bins[(v + 32768.5) | 0]++; // as HuTally.add does
  }
  into.count += count;
  into.sum += sum;
  into.sumOfSquares += squares;
}

/** The same with a mask, in a loop of its own: a test of the mask in the other would double its time. */
function addAboveOrMasked(
  into: WindowedMoments,
  hu: Float32Array,
  [lowHu, highHu]: readonly [number, number],
  above: number,
  mask: Uint8Array,
): void {
  const { bins } = into.tally;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < hu.length; i++) {
    const v = hu[i];
    if (!(v > above) && mask[i] === 0) continue;
    const value = Math.min(Math.max(v, lowHu), highHu);
    count++;
    sum += value;
    squares += value * value;
    bins[(v + 32768.5) | 0]++;
  }
  into.count += count;
  into.sum += sum;
  into.sumOfSquares += squares;
}

/** Mean and population standard deviation. */
export function meanAndSd({ count, sum, sumOfSquares }: Moments): { mean: number; sd: number } {
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, sumOfSquares / count - mean * mean)) };
}
