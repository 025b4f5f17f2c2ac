import { typeOf } from '../../memory/arena.ts';
import { room, zeros } from '../../memory/thread.ts';
import type { Vec3 } from '../../volume/geometry.ts';

/**
 * A translation of every plane of a stack within itself, onto wider planes that hold all of them: voxel (i, j) of output
 * plane k lies at (i - before[0] - x[k], j - before[1] - y[k]) of input plane k.
 */
export interface PlaneShift {
  /** Pixels that plane k moves along x and y. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Columns and rows added before the first. */
  readonly before: readonly [x: number, y: number];
  readonly inputSize: Vec3;
  readonly outputSize: Vec3;
}

/** Shifts that are whole pixels but for rounding copy instead of interpolating. */
const WHOLE_PIXEL = 1e-6;

function margins(shift: ArrayLike<number>): [before: number, after: number] {
  let low = 0;
  let high = 0;
  for (let k = 0; k < shift.length; k++) {
    low = Math.min(low, shift[k]);
    high = Math.max(high, shift[k]);
  }
  return [Math.ceil(-low - WHOLE_PIXEL) + 0, Math.ceil(high - WHOLE_PIXEL) + 0];
}

/** The translation by `x[k]`, `y[k]` pixels, with the smallest margins that keep every input pixel. */
export function planeShift(inputSize: Vec3, x: Float64Array, y: Float64Array): PlaneShift {
  const [left, right] = margins(x);
  const [above, below] = margins(y);
  const outputSize: Vec3 = [left + inputSize[0] + right, above + inputSize[1] + below, inputSize[2]];
  return { x, y, before: [left, above], inputSize, outputSize };
}

/** One axis of one plane: output index i reads input `lower + i` and, with `weight`, the next. */
interface AxisShift {
  readonly lower: number;
  readonly weight: number;
}

function axisShift(before: number, shift: number): AxisShift {
  const c = -before - shift;
  const nearest = Math.round(c);
  if (Math.abs(c - nearest) <= WHOLE_PIXEL) return { lower: nearest, weight: 0 };
  const lower = Math.floor(c);
  return { lower, weight: c - lower };
}

/** Index within a line of `length`, -1 where it lies more than half a pixel off the line; the edge value repeats before. */
function edge(c: number, index: number, length: number): number {
  if (c < -0.5 || c >= length - 0.5) return -1;
  return Math.min(Math.max(index, 0), length - 1);
}

/** Input indices that each output index of a line mixes, -1 outside (ITK itkImageFunction.h, `IsInsideBuffer`). */
function line(count: number, length: number, { lower, weight }: AxisShift): [Int32Array, Int32Array] {
  const at = (up: number) =>
    Int32Array.from({ length: count }, (_, i) => edge(i + lower + weight, i + lower + up, length));
  return [at(0), at(weight === 0 ? 0 : 1)];
}

/**
 * Shifts planes by bilinear interpolation, x then y in double, rounded to nearest int16; `fill` where no input plane
 * reaches. An edge pixel reaches half a pixel outwards.
 */
export function shiftPlanes(source: Int16Array, shift: PlaneShift, fill: number): Int16Array {
  const { inputSize, outputSize, before } = shift;
  const [nx, ny] = inputSize;
  const [mx, my, mz] = outputSize;
  const target = room(Int16Array, mx * my * mz).fill(fill);
  for (let k = 0; k < mz; k++) {
    const ax = axisShift(before[0], shift.x[k]);
    const ay = axisShift(before[1], shift.y[k]);
    const [x0, x1] = line(mx, nx, ax);
    const [y0, y1] = line(my, ny, ay);
    for (let j = 0; j < my; j++) {
      if (y0[j] < 0) continue;
      const row0 = (k * ny + y0[j]) * nx;
      const row1 = (k * ny + y1[j]) * nx;
      const to = (k * my + j) * mx;
      for (let i = 0; i < mx; i++) {
        if (x0[i] < 0) continue;
        const a = source[row0 + x0[i]];
        const b = source[row1 + x0[i]];
        const v0 = a + (source[row0 + x1[i]] - a) * ax.weight;
        const v1 = b + (source[row1 + x1[i]] - b) * ax.weight;
        target[to + i] = Math.round(v0 + (v1 - v0) * ay.weight);
      }
    }
  }
  return target;
}

/** Columns and rows by which nearest neighbour, floor(c + 0.5), moves plane k onto the wider planes. */
function wholeShift({ before, x, y }: PlaneShift, k: number): [left: number, above: number] {
  const whole = ({ lower, weight }: AxisShift): number => -Math.floor(lower + weight + 0.5);
  return [whole(axisShift(before[0], x[k])), whole(axisShift(before[1], y[k]))];
}

/** The same shift by nearest neighbour, floor(c + 0.5): every input voxel keeps its value, outside is 0. */
export function shiftMaskPlanes(source: Uint8Array, shift: PlaneShift): Uint8Array {
  const [nx, ny] = shift.inputSize;
  const [mx, my, mz] = shift.outputSize;
  const target = zeros(Uint8Array, mx * my * mz);
  for (let k = 0; k < mz; k++) {
    const [left, above] = wholeShift(shift, k);
    for (let j = 0; j < ny; j++) {
      const from = (k * ny + j) * nx;
      target.set(source.subarray(from, from + nx), (k * my + above + j) * mx + left);
    }
  }
  return target;
}

/** Undoes `shiftMaskPlanes`, voxel by voxel, of the planes of these indices; what lies in the margins is cut off. */
export function unshiftMaskPlanes<T extends Uint8Array | Uint16Array>(
  source: T,
  shift: PlaneShift,
  planes: ArrayLike<number>,
): T {
  const [nx, ny] = shift.inputSize;
  const [mx, my] = shift.outputSize;
  const target = room<T>(typeOf(source), nx * ny * planes.length);
  for (let k = 0; k < planes.length; k++) {
    const [left, above] = wholeShift(shift, planes[k]);
    for (let j = 0; j < ny; j++) {
      const from = (planes[k] * my + above + j) * mx + left;
      target.set(source.subarray(from, from + nx), (k * ny + j) * nx);
    }
  }
  return target;
}

/** Fractions on the wider planes at the places of the input pixels: bilinear, x then y in double, kept as float32. */
export function unshiftFractions(source: Float32Array, shift: PlaneShift): Float32Array {
  const { inputSize, outputSize, before } = shift;
  const [nx, ny, nz] = inputSize;
  const [mx, my] = outputSize;
  const target = room(Float32Array, nx * ny * nz);
  for (let k = 0; k < nz; k++) {
    const ax = axisShift(-before[0], -shift.x[k]);
    const ay = axisShift(-before[1], -shift.y[k]);
    const [x0, x1] = line(nx, mx, ax);
    const [y0, y1] = line(ny, my, ay);
    for (let j = 0; j < ny; j++) {
      const row0 = (k * my + y0[j]) * mx;
      const row1 = (k * my + y1[j]) * mx;
      const to = (k * ny + j) * nx;
      for (let i = 0; i < nx; i++) {
        const a = source[row0 + x0[i]];
        const b = source[row1 + x0[i]];
        const v0 = a + (source[row0 + x1[i]] - a) * ax.weight;
        const v1 = b + (source[row1 + x1[i]] - b) * ax.weight;
        target[to + i] = v0 + (v1 - v0) * ay.weight;
      }
    }
  }
  return target;
}
