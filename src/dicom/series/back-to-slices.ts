import { mixFractions, type PlaneMix, takePlanes } from '../../kernels/grid/mix-planes.ts';
import { type PlaneShift, unshiftFractions, unshiftMaskPlanes } from '../../kernels/grid/shift-planes.ts';
import { giveBack } from '../../memory/thread.ts';

/** A label map (uint8, uint16), or probabilities (float32). */
export type GridMap = Uint8Array | Uint16Array | Float32Array;

/** Which planes of a grid lie on the slices. */
export interface PlanesOfSlices {
  /** Of each slice the plane that it takes its labels from. */
  readonly planes: ArrayLike<number>;
  /** Where slices lie between planes, for probabilities; undefined where each lies on one. */
  readonly between?: PlaneMix;
}

/** What was done to slices on their way onto a grid, to be undone; nothing where both are undefined. */
export interface BackToSlices {
  /** Undefined where they are all planes of the grid, in order. */
  readonly spacing: PlanesOfSlices | undefined;
  /** How planes were moved so that the stack stands straight. */
  readonly shift: PlaneShift | undefined;
  /** Pixels of a slice. */
  readonly planeLength: number;
}

function fractionsOnSlices(map: Float32Array, { spacing, shift, planeLength }: BackToSlices): Float32Array {
  const leaning = shift === undefined ? map : unshiftFractions(map, shift);
  if (spacing === undefined) return leaning;
  const { planes, between } = spacing;
  const onSlices =
    between === undefined
      ? takePlanes(leaning, planeLength, planes)
      : mixFractions(leaning, planeLength, between);
  if (shift !== undefined) giveBack(leaning);
  return onSlices;
}

/** A map on the grid, on the pixels of the slices one after the other: labels by nearest neighbour, probabilities linearly. */
export function onSlices<T extends GridMap>(map: T, back: BackToSlices): T;
export function onSlices(map: GridMap, back: BackToSlices): GridMap {
  if (map instanceof Float32Array) return fractionsOnSlices(map, back);
  const { spacing, shift, planeLength } = back;
  if (shift !== undefined) {
    const all = Array.from({ length: shift.inputSize[2] }, (_, k) => k);
    return unshiftMaskPlanes(map, shift, spacing?.planes ?? all);
  }
  return spacing === undefined ? map : takePlanes(map, planeLength, spacing.planes);
}
