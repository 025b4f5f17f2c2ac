import { resampleLinear } from '../kernels/grid/resample.ts';
import { windowOfAxis } from '../kernels/grid/resample-axis.ts';
import { giveBack, room } from '../memory/thread.ts';
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
  try {
    for (let firstPlane = 0; firstPlane < z.lower.length; firstPlane += SLAB_PLANES) {
      const axes = [x, y, windowOfAxis(z, firstPlane, SLAB_PLANES)] as const;
      const length = plane * axes[2].lower.length;
      // Slabs that stay are garbage one after the other, long before the patient is done.
      if (keep) slab = new Float32Array(length);
      else slab ??= room(Float32Array, length);
      yield { hu: resampleLinear(ct, axes, airHu, slab), firstPlane };
    }
  } finally {
    if (slab !== undefined) giveBack(slab);
  }
}
