import { kernelsFor, scratch, zeros } from '../../memory/thread.ts';

/** Median absolute deviation of a normal distribution, as a share of its standard deviation. */
const MAD_OF_NORMAL = 0.6745;

/** Largest difference of neighbours that is counted exactly; more is an edge, not noise. */
const MOST_HU = 1000;

/** In TypeScript: what the kernel of src/assembly is held to. */
export function countDifferences(
  counts: Uint32Array,
  hu: Int16Array,
  nx: number,
  lowHu: number,
  highHu: number,
): void {
  for (let row = 0; row < hu.length; row += nx) {
    let a = hu[row];
    let tissue = a >= lowHu && a <= highHu;
    for (let at = row + 1; at < row + nx; at++) {
      const b = hu[at];
      const both = tissue;
      tissue = b >= lowHu && b <= highHu;
      if (both && tissue) counts[Math.min(MOST_HU, Math.abs(a - b))]++;
      a = b;
    }
  }
}

/** Differences of neighbours along x that both lie within [lowHu, highHu], by their size up to `MOST_HU`. */
function differences(hu: Int16Array, nx: number, lowHu: number, highHu: number): Uint32Array {
  const counts = new Uint32Array(MOST_HU + 1);
  scratch(() => {
    const counted = zeros(Uint32Array, counts.length);
    const kernels = kernelsFor(hu, counted);
    if (kernels === undefined) return countDifferences(counts, hu, nx, lowHu, highHu);
    const rows = hu.length / nx;
    kernels.neighbourDifferences(hu.byteOffset, nx, rows, lowHu, highHu, MOST_HU, counted.byteOffset);
    counts.set(counted);
  });
  return counts;
}

/**
 * Standard deviation of noise in HU: from the median absolute difference of neighbours along x that both lie within
 * [lowHu, highHu], so that edges and anatomy hardly count. Undefined where there are no such neighbours.
 */
export function noiseHu(hu: Int16Array, nx: number, lowHu: number, highHu: number): number | undefined {
  const counts = differences(hu, nx, lowHu, highHu);
  const total = counts.reduce((sum, count) => sum + count);
  if (total === 0) return undefined;
  let below = 0;
  for (let difference = 0; difference <= MOST_HU; difference++) {
    if (below + counts[difference] >= total / 2) {
      // Differences are whole numbers: interpolate within the step that holds the median.
      const median = difference - 0.5 + (total / 2 - below) / counts[difference];
      return Math.max(0, median) / MAD_OF_NORMAL / Math.SQRT2;
    }
    below += counts[difference];
  }
  return undefined;
}
