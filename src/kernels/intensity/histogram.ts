import { kernelsFor, room, scratch, zeros } from '../../memory/thread.ts';

/** Values of int16. */
const BINS = 65536;

/** Offset of HU 0 in a histogram of int16. */
const ZERO = 32768;

/** In TypeScript: what the kernel of src/assembly is held to. */
export function countInto(counts: Uint32Array, hu: Int16Array): void {
  for (let i = 0; i < hu.length; i++) counts[hu[i] + ZERO]++;
}

/** The same by the kernel, into zeros. False where not all that it takes lies in the arena. */
function countByKernel(counts: Uint32Array, hu: Int16Array): boolean {
  if (kernelsFor(hu) === undefined) return false;
  return scratch(() => {
    const bins = zeros(Uint32Array, BINS);
    const spare = room(Uint32Array, BINS);
    const kernels = kernelsFor(hu, bins, spare);
    kernels?.histogram(hu.byteOffset, hu.length, bins.byteOffset, spare.byteOffset);
    if (kernels !== undefined) counts.set(bins);
    return kernels !== undefined;
  });
}

/** Voxels of each int16 value; exact, and histograms of parts add up. */
export class HuHistogram {
  readonly #counts = new Uint32Array(BINS);
  readonly total: number;

  constructor(hu: Int16Array) {
    if (!countByKernel(this.#counts, hu)) countInto(this.#counts, hu);
    this.total = hu.length;
  }

  /** Least and largest value, and the mean, of all voxels. */
  range(): { readonly min: number; readonly max: number; readonly mean: number } {
    let min = 32767;
    let max = -32768;
    let sum = 0;
    for (let hu = -32768; hu <= 32767; hu++) {
      const count = this.#counts[hu + ZERO];
      if (count === 0) continue;
      if (hu < min) min = hu;
      max = hu;
      sum += count * hu;
    }
    return { min, max, mean: sum / this.total };
  }

  /** Voxels with lowHu <= HU <= highHu. */
  count(lowHu: number, highHu: number): number {
    let count = 0;
    for (let hu = lowHu; hu <= highHu; hu++) count += this.#counts[hu + ZERO];
    return count;
  }

  /** Lower median of the voxels with lowHu <= HU <= highHu; undefined where there is none. */
  median(lowHu: number, highHu: number): number | undefined {
    const half = Math.ceil(this.count(lowHu, highHu) / 2);
    let count = 0;
    for (let hu = lowHu; hu <= highHu; hu++) {
      count += this.#counts[hu + ZERO];
      if (count >= half && count > 0) return hu;
    }
    return undefined;
  }
}
