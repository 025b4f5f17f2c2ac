import { type Geometry, type Vec3, vec3 } from '../../volume/geometry.ts';

/** Voxels along an axis after resampling: floor(N * (s/t) + 0.5), as the reference program rounds. */
export function resampledLength(length: number, spacingMm: number, targetMm: number): number {
  return Math.floor(length * (spacingMm / targetMm) + 0.5);
}

/**
 * Where the output samples of one axis fall among the input samples. Sample i reads `lower[i]` and its upper neighbour
 * with weight `weight[i]` on the latter; 0 where the edge value repeats. `inside[i]` is 0 beyond the image's buffer.
 */
export interface ResampleAxis {
  readonly lower: Int32Array;
  readonly weight: Float64Array;
  readonly inside: Uint8Array;
}

/** How ITK comes from an output sample to its place on an input axis; it decides the last bit, and so what lies half way. */
export interface AxisPath {
  /** Along x ITK interpolates between the ends of a scan line; along y and z it maps each sample by itself. */
  readonly scanLine: boolean;
  /** Coordinate of the first sample along the axis: what ITK adds and takes away again on its way. */
  readonly originMm: number;
}

/**
 * The paths along the axes of a grid. Where the axes lie aslant of the patient's, ITK's detour over physical points
 * leaves rounding noise that differs from voxel to voxel; then the detour is left out.
 */
export function axisPaths({
  originMm,
  direction,
}: Pick<Geometry, 'originMm' | 'direction'>): readonly [AxisPath, AxisPath, AxisPath] {
  const aligned = direction.every((cosine) => cosine === 0 || Math.abs(cosine) === 1);
  const along = (axis: number): number =>
    [0, 1, 2].reduce((sum, row) => sum + direction[3 * row + axis] * originMm[row], 0);
  const path = (axis: number): AxisPath => ({ scanLine: axis === 0, originMm: aligned ? along(axis) : 0 });
  return [path(0), path(1), path(2)];
}

/**
 * Continuous input index of output sample i of M, in double, with first voxel centres coinciding
 * (ITK itkResampleImageFilter.hxx, `LinearThreadedGenerateData`; itkImageBase.h, `TransformPhysicalPointToContinuousIndex`).
 */
function continuousIndex(
  count: number,
  spacingMm: number,
  targetMm: number,
  { scanLine, originMm }: AxisPath,
): (i: number) => number {
  const indexOf = (i: number): number => (originMm + i * targetMm - originMm) * (1 / spacingMm);
  if (!scanLine) return indexOf;
  const end = indexOf(count);
  return (i) => (i / count) * end;
}

/** Samples [start, start + length) of an axis. */
export interface AxisRun {
  readonly start: number;
  readonly length: number;
}

/** Inside a buffer: -0.5 <= c < N - 0.5 from its first sample on (ITK itkImageFunction.h, `IsInsideBuffer`). */
function isInside(c: number, { start, length }: AxisRun): boolean {
  return c >= start - 0.5 && c < start + length - 0.5;
}

/** Where a continuous index within a run reads: the lower neighbour, and the weight of the upper one. */
type Place = (c: number, run: AxisRun) => { readonly lower: number; readonly weight: number };

/** Linear interpolation within a run (ITK itkLinearInterpolateImageFunction.h, `EvaluateOptimized`). */
export const linearPlace: Place = (c, { start, length }) => {
  const lower = Math.max(Math.floor(c), start);
  const distance = c - lower;
  return { lower, weight: distance <= 0 || lower + 1 > start + length - 1 ? 0 : distance };
};

/** Nearest neighbour: floor(c + 0.5) (ITK itkNearestNeighborInterpolateImageFunction.h). */
export const nearestPlace: Place = (c) => ({ lower: Math.floor(c + 0.5), weight: 0 });

/**
 * An axis of `count` output samples over a run of input samples. Output sample i lies at the continuous input index
 * `indexOf(i)`, counted as the run's start is; those within the run are placed by `place`, and read its samples from 0 on;
 * those outside read sample 0 and are filled later. Where the run starts is never taken from an index that is no whole
 * number: that would round, and decide what lies half way.
 */
export function sampleAxis(
  count: number,
  run: AxisRun,
  indexOf: (i: number) => number,
  place: Place,
): ResampleAxis {
  const axis = {
    lower: new Int32Array(count),
    weight: new Float64Array(count),
    inside: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    const c = indexOf(i);
    if (!isInside(c, run)) continue;
    const { lower, weight } = place(c, run);
    axis.lower[i] = lower - run.start;
    axis.weight[i] = weight;
    axis.inside[i] = 1;
  }
  return axis;
}

function axisOf(
  length: number,
  spacingMm: number,
  targetMm: number,
  path: AxisPath,
  place: Place,
): ResampleAxis {
  const count = resampledLength(length, spacingMm, targetMm);
  return sampleAxis(count, { start: 0, length }, continuousIndex(count, spacingMm, targetMm, path), place);
}

/** Linear interpolation along an axis. */
export function linearAxis(
  length: number,
  spacingMm: number,
  targetMm: number,
  path: AxisPath,
): ResampleAxis {
  return axisOf(length, spacingMm, targetMm, path, linearPlace);
}

/** Nearest neighbour along an axis; weights stay 0. */
export function nearestAxis(
  length: number,
  spacingMm: number,
  targetMm: number,
  path: AxisPath,
): ResampleAxis {
  return axisOf(length, spacingMm, targetMm, path, nearestPlace);
}

/** The part [start, start + count) of an axis, for resampling a window of the output only. */
export function windowOfAxis(axis: ResampleAxis, start: number, count: number): ResampleAxis {
  return {
    lower: axis.lower.subarray(start, start + count),
    weight: axis.weight.subarray(start, start + count),
    inside: axis.inside.subarray(start, start + count),
  };
}

export type ResampleAxes = readonly [ResampleAxis, ResampleAxis, ResampleAxis];

/** Size of what the axes describe. */
export function sizeOfAxes(axes: ResampleAxes): Vec3 {
  return vec3((a) => axes[a].lower.length);
}
