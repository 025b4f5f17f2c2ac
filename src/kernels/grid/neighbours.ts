import type { ResampleAxis } from './resample-axis.ts';

/**
 * How the samples of one axis are read: offsets into the source of each sample's two neighbours, the same one twice where
 * the weight is 0.
 */
export interface Neighbours {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly weight: Float64Array;
}

/** The neighbours along an axis of a source that lie `step` voxels apart. */
export function neighbours({ lower, weight }: ResampleAxis, step: number): Neighbours {
  const at = (i: number): number => lower[i] * step;
  return {
    lower: lower.map((_, i) => at(i)),
    upper: lower.map((_, i) => at(i) + (weight[i] === 0 ? 0 : step)),
    weight,
  };
}
