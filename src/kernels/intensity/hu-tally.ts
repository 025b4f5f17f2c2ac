import { betweenRanks } from './percentile.ts';

/** Bins of one HU each, from the least to the largest int16. */
const BINS = 65536;
/** Bin of HU 0. */
const ZERO = 32768;

/** A tally as JSON holds it: counts of successive whole HU from `first_hu`, without empty bins at either end. */
export interface EncodedTally {
  readonly first_hu: number;
  /** Numbers with spaces between; '' for no voxel. */
  readonly counts: string;
}

/**
 * Voxels per whole HU; fractional HU are rounded, halves up. Counts are exact and add up, so that tallies of parts make
 * the tally of the whole whatever the parts and their order, and all that is read from it is the same to the last bit.
 */
export class HuTally {
  /** Counts by HU + 32768. Doubles hold whole numbers exactly up to 2^53. */
  readonly bins = new Float64Array(BINS);

  /** Adds one voxel of a HU within [-32768, 32767.5). */
  add(hu: number): void {
    this.bins[(hu + ZERO + 0.5) | 0]++;
  }

  /** Adds what another tally holds. */
  merge({ first_hu, counts }: EncodedTally): void {
    if (counts === '') return;
    const from = first_hu + ZERO;
    counts.split(' ').forEach((count, i) => {
      this.bins[from + i] += Number(count);
    });
  }

  /** Adds all that another one holds. */
  addAll({ bins }: HuTally): void {
    this.addCounts(bins);
  }

  /** Adds counts by HU + 32768. */
  addCounts(counts: Float64Array | Uint32Array): void {
    for (let bin = 0; bin < BINS; bin++) this.bins[bin] += counts[bin];
  }

  /** First and one past the last bin that holds voxels; equal where none does. */
  #range(): [first: number, end: number] {
    let first = 0;
    let end = BINS;
    while (first < end && this.bins[first] === 0) first++;
    while (end > first && this.bins[end - 1] === 0) end--;
    return [first, end];
  }

  get voxels(): number {
    const [first, end] = this.#range();
    let sum = 0;
    for (let bin = first; bin < end; bin++) sum += this.bins[bin];
    return sum;
  }

  /** Least and largest HU, mean and population standard deviation; undefined where there is no voxel. */
  moments(): { min: number; max: number; mean: number; sd: number } | undefined {
    const { bins } = this;
    const [first, end] = this.#range();
    if (first === end) return undefined;
    let voxels = 0;
    let sum = 0;
    for (let bin = first; bin < end; bin++) {
      voxels += bins[bin];
      sum += bins[bin] * (bin - ZERO);
    }
    const mean = sum / voxels;
    let squares = 0;
    for (let bin = first; bin < end; bin++) squares += bins[bin] * (bin - ZERO - mean) ** 2;
    return { min: first - ZERO, max: end - 1 - ZERO, mean, sd: Math.sqrt(squares / voxels) };
  }

  /** Percentiles of the rounded HU by numpy's linear rule, as `percentile` takes them of a list; `ps` ascending. Throws a RangeError on no voxel. */
  percentiles(ps: readonly number[]): number[] {
    const { bins, voxels } = this;
    if (voxels === 0) throw new RangeError('percentile of no voxels');
    let bin = 0;
    let below = 0;
    const atRank = (rank: number): number => {
      while (below + bins[bin] <= rank) below += bins[bin++];
      return bin - ZERO;
    };
    return ps.map((p) => {
      const rank = (p / 100) * (voxels - 1);
      const lower = Math.floor(rank);
      const a = atRank(lower);
      const [heldBin, heldBelow] = [bin, below];
      const b = atRank(Math.min(lower + 1, voxels - 1));
      [bin, below] = [heldBin, heldBelow];
      return betweenRanks(a, b, rank - lower);
    });
  }

  encode(): EncodedTally {
    const [first, end] = this.#range();
    if (first === end) return { first_hu: 0, counts: '' };
    return { first_hu: first - ZERO, counts: this.bins.subarray(first, end).join(' ') };
  }
}
