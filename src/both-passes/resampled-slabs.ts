import { resampleLinear } from '../kernels/grid/resample.ts';
import { windowOfAxis } from '../kernels/grid/resample-axis.ts';
import { room } from '../memory/thread.ts';
import type { StandardisedCt } from './standardise.ts';

/** Planes resampled at a time, so that the whole float volume never exists. */
const SLAB_PLANES = 8;

/** Planes of the resampled CT, in HU. */
export interface Slab {
  readonly hu: Float32Array;
  readonly firstPlane: number;
}

/**
 * The resampled CT from the first plane to the last, each slab made when it is asked for.
 *
 * @param keep whether a slab stays as it is; else it is good until the next one, which takes its room
 */
export function* resampledSlabs(
  { ct, ctAxes }: StandardisedCt,
  airHu: number,
  { keep }: { readonly keep: boolean },
): Generator<Slab> {
  const [x, y, z] = ctAxes;
  const plane = x.lower.length * y.lower.length;
  let slab: Float32Array | undefined;
  for (let firstPlane = 0; firstPlane < z.lower.length; firstPlane += SLAB_PLANES) {
    const axes = [x, y, windowOfAxis(z, firstPlane, SLAB_PLANES)] as const;
    if (keep || slab === undefined) slab = room(Float32Array, plane * axes[2].lower.length);
    yield { hu: resampleLinear(ct, axes, airHu, slab), firstPlane };
  }
}
