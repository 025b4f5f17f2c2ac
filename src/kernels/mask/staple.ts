import type { Box } from './bounding-box.ts';
import { boxOfAll, type CroppedMask, visitInside } from './cropped-mask.ts';

/** What STAPLE makes of several readers' masks of one thing. */
export interface StapleEstimate {
  /** Holds every voxel that any reader has inside. */
  readonly box: Box;
  /** For each voxel of the box the pattern of readers that have it inside; 0 for none of them. */
  readonly patterns: Int32Array;
  /** For each pattern the probability that its voxels are inside. */
  readonly probabilities: Float64Array;
  /** Of each reader: share of what is inside that the reader has inside, and of what is outside, outside. */
  readonly sensitivity: readonly number[];
  readonly specificity: readonly number[];
  /** Iterations before the one that changed nothing more, as ITK counts them. */
  readonly iterations: number;
}

/** Voxels alike to STAPLE: the same readers have them inside. */
interface Pattern {
  readonly readers: readonly number[];
  voxels: number;
}

/** The least change of a sensitivity or specificity for which there is another iteration; ITK's. */
const LEAST_CHANGE = 1e-7;

/** EM never lessens the likelihood, and so ends; a mistake of rounding could make it swing. */
const MOST_ITERATIONS = 100_000;

function patternsOf(masks: readonly CroppedMask[], box: Box, gridVoxels: number) {
  const of = new Int32Array(box.size[0] * box.size[1] * box.size[2]);
  const patterns: Pattern[] = [{ readers: [], voxels: gridVoxels }];
  masks.forEach((mask, reader) => {
    // What was of one pattern, and this reader has inside as well, is of a new one.
    const joined = new Map<number, number>();
    visitInside(mask, box, (index) => {
      const before = of[index];
      let after = joined.get(before);
      if (after === undefined) {
        after = patterns.length;
        joined.set(before, after);
        patterns.push({ readers: [...patterns[before].readers, reader], voxels: 0 });
      }
      of[index] = after;
      patterns[before].voxels--;
      patterns[after].voxels++;
    });
  });
  return { of, patterns };
}

/**
 * STAPLE of binary masks by expectation maximisation (Warfield, Zou, Wells: Simultaneous truth and performance level
 * estimation, IEEE TMI 23, 2004), over the whole grid of `gridVoxels` voxels, as ITK's STAPLEImageFilter has it with a
 * confidence weight of 1: it begins with the share of readers that have a voxel inside, and its prior is the mean of that
 * over the grid. Voxels that the same readers have inside have one probability, so that each such pattern is computed
 * once. Of one mask at least, none of them empty.
 */
export function staple(masks: readonly CroppedMask[], gridVoxels: number): StapleEstimate {
  const box = boxOfAll(masks);
  const { of, patterns } = patternsOf(masks, box, gridVoxels);
  const probabilities = Float64Array.from(patterns, ({ readers }) => readers.length / masks.length);
  const prior = patterns.reduce((sum, { voxels }, k) => sum + voxels * probabilities[k], 0) / gridVoxels;
  const sensitivity = masks.map(() => 0);
  const specificity = masks.map(() => 0);
  let iterations = 0;
  for (; iterations < MOST_ITERATIONS; iterations++) {
    const hits = masks.map(() => 0);
    const alarms = masks.map(() => 0);
    let [inside, outside] = [0, 0];
    patterns.forEach(({ readers, voxels }, k) => {
      const [within, without] = [voxels * probabilities[k], voxels * (1 - probabilities[k])];
      inside += within;
      outside += without;
      for (const reader of readers) {
        hits[reader] += within;
        alarms[reader] += without;
      }
    });
    let change = 0;
    masks.forEach((_, reader) => {
      const p = hits[reader] / inside;
      // Where all readers have the whole grid inside nothing is outside, and nobody errs there.
      const q = outside === 0 ? 1 : (outside - alarms[reader]) / outside;
      change = Math.max(change, Math.abs(p - sensitivity[reader]), Math.abs(q - specificity[reader]));
      sensitivity[reader] = p;
      specificity[reader] = q;
    });
    patterns.forEach(({ readers }, k) => {
      let [ifInside, ifOutside] = [prior, 1 - prior];
      let next = 0;
      for (let reader = 0; reader < masks.length; reader++) {
        const has = readers[next] === reader;
        if (has) next++;
        ifInside *= has ? sensitivity[reader] : 1 - sensitivity[reader];
        ifOutside *= has ? 1 - specificity[reader] : specificity[reader];
      }
      const either = ifInside + ifOutside;
      // A pattern that no voxel has any more may be impossible under both.
      probabilities[k] = either === 0 ? 0 : ifInside / either;
    });
    if (iterations > 0 && change <= LEAST_CHANGE) break;
  }
  return { box, patterns: of, probabilities, sensitivity, specificity, iterations };
}
