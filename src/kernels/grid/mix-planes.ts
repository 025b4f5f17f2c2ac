import { room } from '../../memory/thread.ts';

/** Where the output planes of a stack fall among its input planes: `lower[k]` and its upper neighbour, `weight[k]` on the latter. */
export interface PlaneMix {
  readonly lower: Int32Array;
  /** In [0, 1); 0 copies the lower plane. */
  readonly weight: Float64Array;
}

/**
 * Places among ascending positions: position t reads the plane at or below it and the one above, linearly; beyond the
 * first and last plane the edge plane repeats.
 */
export function planeMix(positions: ArrayLike<number>, targets: ArrayLike<number>): PlaneMix {
  const mix = { lower: new Int32Array(targets.length), weight: new Float64Array(targets.length) };
  const last = positions.length - 1;
  let plane = 0;
  for (let k = 0; k < targets.length; k++) {
    while (plane > 0 && positions[plane] > targets[k]) plane--;
    while (plane < last && positions[plane + 1] <= targets[k]) plane++;
    const step = plane < last ? positions[plane + 1] - positions[plane] : Number.POSITIVE_INFINITY;
    mix.lower[k] = plane;
    mix.weight[k] = Math.max(0, (targets[k] - positions[plane]) / step);
  }
  return mix;
}

/** Each output plane as a linear mix of two input planes, rounded to nearest int16. `planeLength` voxels a plane. */
export function mixPlanes(source: Int16Array, planeLength: number, { lower, weight }: PlaneMix): Int16Array {
  const target = room(Int16Array, lower.length * planeLength);
  for (let k = 0; k < lower.length; k++) {
    const w = weight[k];
    const from = lower[k] * planeLength;
    const to = k * planeLength;
    if (w === 0) {
      target.set(source.subarray(from, from + planeLength), to);
      continue;
    }
    for (let i = 0; i < planeLength; i++) {
      const v0 = source[from + i];
      target[to + i] = Math.round(v0 + (source[from + planeLength + i] - v0) * w);
    }
  }
  return target;
}

/** Each output plane as the nearer of the two input planes, the upper one where both are as near. */
export function pickPlanes(source: Uint8Array, planeLength: number, { lower, weight }: PlaneMix): Uint8Array {
  const target = room(Uint8Array, lower.length * planeLength);
  for (let k = 0; k < lower.length; k++) {
    const from = (weight[k] < 0.5 ? lower[k] : lower[k] + 1) * planeLength;
    target.set(source.subarray(from, from + planeLength), k * planeLength);
  }
  return target;
}
