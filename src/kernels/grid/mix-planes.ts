import { typeOf } from '../../memory/arena.ts';
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

/** The nearer of the two input planes of an output plane, the upper one where both are as near. */
function nearerPlane({ lower, weight }: PlaneMix, k: number): number {
  return weight[k] < 0.5 ? lower[k] : lower[k] + 1;
}

/** Each output plane as the nearer of the two input planes, the upper one where both are as near. */
export function pickPlanes(source: Uint8Array, planeLength: number, mix: PlaneMix): Uint8Array {
  const planes = Int32Array.from(mix.lower, (_, k) => nearerPlane(mix, k));
  return takePlanes(source, planeLength, planes);
}

/**
 * The way back of `pickPlanes`, so that back and forth loses nothing: the target that is put on the plane at each position. Of
 * the targets that were read from it the nearest; where none was, the nearest of all. Both ascending.
 */
export function backPlanes(positions: ArrayLike<number>, targets: ArrayLike<number>): Int32Array {
  const nearest = planeMix(targets, positions);
  const back = Int32Array.from(positions, (_, n) => nearerPlane(nearest, n));
  const forward = planeMix(positions, targets);
  const distance = new Float64Array(positions.length).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < targets.length; k++) {
    const n = nearerPlane(forward, k);
    const away = Math.abs(targets[k] - positions[n]);
    if (away >= distance[n]) continue;
    distance[n] = away;
    back[n] = k;
  }
  return back;
}

/** The planes of these indices, one after the other. */
export function takePlanes<T extends Uint8Array | Uint16Array | Float32Array>(
  source: T,
  planeLength: number,
  planes: ArrayLike<number>,
): T {
  const target = room<T>(typeOf(source), planes.length * planeLength);
  for (let k = 0; k < planes.length; k++) {
    const from = planes[k] * planeLength;
    target.set(source.subarray(from, from + planeLength), k * planeLength);
  }
  return target;
}

/** `mixPlanes` of fractions, in double, kept as float32. */
export function mixFractions(
  source: Float32Array,
  planeLength: number,
  { lower, weight }: PlaneMix,
): Float32Array {
  const target = takePlanes(source, planeLength, lower);
  for (let k = 0; k < lower.length; k++) {
    const w = weight[k];
    if (w === 0) continue;
    const above = (lower[k] + 1) * planeLength;
    const to = k * planeLength;
    for (let i = 0; i < planeLength; i++) target[to + i] += (source[above + i] - target[to + i]) * w;
  }
  return target;
}
