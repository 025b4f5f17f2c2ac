/** Count, sum and sum of squares: enough for mean and standard deviation, and additive. */
export interface Moments {
  count: number;
  sum: number;
  sumOfSquares: number;
}

/** Moments of the windowed voxels above a threshold, and of all of them, for images with too few. */
export interface WindowedMoments {
  readonly above: Moments;
  readonly all: Moments;
}

export function emptyWindowedMoments(): WindowedMoments {
  return { above: { count: 0, sum: 0, sumOfSquares: 0 }, all: { count: 0, sum: 0, sumOfSquares: 0 } };
}

/** Voxels summed before their sum joins the total, so that the total never swallows small terms. */
const CHUNK = 4096;

/** Adds the voxels of `hu`, clamped to the window, to `into`. */
export function addWindowed(
  into: WindowedMoments,
  hu: Float32Array,
  [lowHu, highHu]: readonly [number, number],
  thresholdHu: number,
): void {
  for (let from = 0; from < hu.length; from += CHUNK) {
    const to = Math.min(hu.length, from + CHUNK);
    let count = 0;
    let sum = 0;
    let squares = 0;
    let allSum = 0;
    let allSquares = 0;
    for (let i = from; i < to; i++) {
      const value = Math.min(Math.max(hu[i], lowHu), highHu);
      allSum += value;
      allSquares += value * value;
      if (value > thresholdHu) {
        count++;
        sum += value;
        squares += value * value;
      }
    }
    into.above.count += count;
    into.above.sum += sum;
    into.above.sumOfSquares += squares;
    into.all.count += to - from;
    into.all.sum += allSum;
    into.all.sumOfSquares += allSquares;
  }
}

/** Mean and population standard deviation. */
export function meanAndSd({ count, sum, sumOfSquares }: Moments): { mean: number; sd: number } {
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, sumOfSquares / count - mean * mean)) };
}
