import { typeOf } from '../../memory/arena.ts';
import { room, scratch, zeros } from '../../memory/thread.ts';
import type { VoxelArray } from '../../volume/geometry.ts';
import type { Box } from '../mask/bounding-box.ts';
import { neighbours } from './neighbours.ts';
import { PlaneInterpolation } from './plane-interpolation.ts';
import { type ResampleAxes, type ResampleAxis, sizeOfAxes } from './resample-axis.ts';
import { type LinearSource, rowKernels } from './row-kernels.ts';
import type { Strided } from './strided.ts';

/** Sets every voxel that an axis puts outside the input to `fill`. */
function fillOutside(target: VoxelArray, axes: ResampleAxes, fill: number): void {
  const [nx, ny, nz] = sizeOfAxes(axes);
  const [x, y, z] = axes;
  for (let k = 0; k < nz; k++) {
    if (!z.inside[k]) target.fill(fill, k * nx * ny, (k + 1) * nx * ny);
    for (let j = 0; j < ny; j++)
      if (!y.inside[j]) target.fill(fill, (k * ny + j) * nx, (k * ny + j + 1) * nx);
  }
  for (let i = 0; i < nx; i++)
    if (!x.inside[i]) for (let at = i; at < target.length; at += nx) target[at] = fill;
}

/**
 * Trilinear resampling on axes from `linearAxis`: x, then y, then z, each v0 + (v1 - v0) * d in double, then float32.
 * Equal to SimpleITK's `ResampleImageFilter` with an identity transform, to the last bit of float32 at most.
 *
 * @param fill value outside the input's buffer
 * @param into where the voxels go, if it is given; it has room for them, x fastest
 */
export function resampleLinear(
  source: Strided<LinearSource>,
  axes: ResampleAxes,
  fill: number,
  into?: Float32Array,
): Float32Array {
  const [nx, ny, nz] = sizeOfAxes(axes);
  const target = into?.subarray(0, nx * ny * nz) ?? room(Float32Array, nx * ny * nz);
  scratch(() => interpolate(source, axes, target));
  fillOutside(target, axes, fill);
  return target;
}

/** All voxels as if the input went on beyond its edges; what it takes on the way is of no use after. */
function interpolate(source: Strided<LinearSource>, axes: ResampleAxes, target: Float32Array): void {
  const [nx, ny, nz] = sizeOfAxes(axes);
  const planeLength = nx * ny;
  const { lower, upper, weight } = neighbours(axes[2], source.step[2]);
  // Whole planes in double are held only where planes are mixed.
  const mixed = weight.some((w) => w !== 0) ? planeLength : 0;
  let plane0 = room(Float64Array, mixed);
  let plane1 = room(Float64Array, mixed);
  const held = [room(Float64Array, nx), room(Float64Array, nx)] as const;
  const rows = rowKernels(source, axes[0], [target, plane0, plane1, ...held]);
  const planes = new PlaneInterpolation(source, axes, rows, held);
  let held0 = Number.NaN;
  let held1 = Number.NaN;
  for (let k = 0; k < nz; k++) {
    const at = k * planeLength;
    if (weight[k] === 0) {
      planes.write(source.start + lower[k], target, at);
      continue;
    }
    if (held0 !== lower[k]) {
      [plane0, plane1] = [plane1, plane0];
      [held0, held1] = [held1, held0];
    }
    if (held0 !== lower[k]) {
      planes.write(source.start + lower[k], plane0, 0);
      held0 = lower[k];
    }
    if (held1 !== upper[k]) {
      planes.write(source.start + upper[k], plane1, 0);
      held1 = upper[k];
    }
    rows.mixInto32(plane0, plane1, weight[k], target.subarray(at, at + planeLength));
  }
}

/** The samples of an axis that read input samples first to last; they are one run, since samples ascend. */
function samplesReading(
  { lower, inside }: ResampleAxis,
  first: number,
  last: number,
): readonly [number, number] {
  const reads = (i: number): boolean => inside[i] !== 0 && lower[i] >= first && lower[i] <= last;
  let from = 0;
  while (from < lower.length && !reads(from)) from++;
  let to = from;
  while (to < lower.length && reads(to)) to++;
  return [from, to];
}

/**
 * Nearest-neighbour resampling of labels on axes from `nearestAxis`; 0 outside the input. Only what reads voxels
 * within `box`, in the source's axes, is gone over: the others are known to be 0.
 */
export function resampleNearest<T extends VoxelArray>(source: Strided<T>, axes: ResampleAxes, box?: Box): T {
  const [nx, ny, nz] = sizeOfAxes(axes);
  const [x, y, z] = axes;
  const { data, start, step } = source;
  const target = zeros(typeOf(data), nx * ny * nz);
  const { start: first, size } = box ?? { start: [0, 0, 0], size: source.size };
  const run = (a: number) => samplesReading(axes[a], first[a], first[a] + size[a] - 1);
  const [x0, x1] = run(0);
  const [y0, y1] = run(1);
  const [z0, z1] = run(2);
  const { lower: columns } = neighbours(x, step[0]);
  for (let k = z0; k < z1; k++) {
    for (let j = y0; j < y1; j++) {
      const row = start + z.lower[k] * step[2] + y.lower[j] * step[1];
      const at = (k * ny + j) * nx;
      for (let i = x0; i < x1; i++) target[at + i] = data[row + columns[i]];
    }
  }
  return target;
}
