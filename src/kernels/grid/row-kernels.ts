import type { Kernels } from '../../memory/kernels.ts';
import { copyOf, kernelsFor } from '../../memory/thread.ts';
import { neighbours } from './neighbours.ts';
import type { ResampleAxis } from './resample-axis.ts';
import type { Strided } from './strided.ts';

/** HU on their way forward, probabilities on their way back. */
export type LinearSource = Int16Array | Float32Array;

/** What interpolation does with whole rows, each value v0 + (v1 - v0) * w in double. */
export interface RowKernels {
  /** One input row, which begins at `row` of the source, interpolated along x into `out`. */
  lerp(row: number, out: Float64Array): void;
  /** Two rows mixed into `out`. One function a type of target, so that neither sees both. */
  mixInto64(row0: Float64Array, row1: Float64Array, w: number, out: Float64Array): void;
  mixInto32(row0: Float64Array, row1: Float64Array, w: number, out: Float32Array): void;
}

/**
 * The kernels of src/assembly where the source, what rows are written to and all that is kept beside them lie in the arena of
 * this thread, else the same in TypeScript.
 */
export function rowKernels(
  source: Strided<LinearSource>,
  x: ResampleAxis,
  written: readonly (Float32Array | Float64Array)[],
): RowKernels {
  const kernels = kernelsFor(source.data, ...written);
  return (kernels && assembledRows(kernels, source, x)) ?? typeScriptRows(source, x);
}

/** In TypeScript: what the kernels of src/assembly are held to. */
export function typeScriptRows({ data, step }: Strided<LinearSource>, axis: ResampleAxis): RowKernels {
  const { lower, upper, weight } = neighbours(axis, step[0]);
  return {
    lerp(row, out) {
      for (let i = 0; i < out.length; i++) {
        const v0 = data[row + lower[i]];
        out[i] = v0 + (data[row + upper[i]] - v0) * weight[i];
      }
    },
    mixInto64(row0, row1, w, out) {
      for (let i = 0; i < out.length; i++) out[i] = row0[i] + (row1[i] - row0[i]) * w;
    },
    mixInto32(row0, row1, w, out) {
      for (let i = 0; i < out.length; i++) out[i] = row0[i] + (row1[i] - row0[i]) * w;
    },
  };
}

/** Where the same numbers lie in the arena; undefined where it has no room for them. */
function kept(numbers: Int32Array | Float64Array): number | undefined {
  const array = copyOf(numbers);
  return kernelsFor(array) && array.byteOffset;
}

/** Offsets in bytes from the start of a row: what kernels add to its address. */
function inBytes(offsets: Int32Array, bytesPerVoxel: number): Int32Array {
  return offsets.map((offset) => offset * bytesPerVoxel);
}

function assembledRows(
  kernels: Kernels,
  { data, step }: Strided<LinearSource>,
  axis: ResampleAxis,
): RowKernels | undefined {
  const { lower, upper, weight } = neighbours(axis, step[0]);
  const bytes = data.BYTES_PER_ELEMENT;
  const addressOf = (row: number): number => data.byteOffset + row * bytes;
  const weights = kept(weight);
  if (weights === undefined) return undefined;
  const mixes: Omit<RowKernels, 'lerp'> = {
    mixInto64: (row0, row1, w, out) =>
      kernels.mixRowsInto64(row0.byteOffset, row1.byteOffset, w, out.length, out.byteOffset),
    mixInto32: (row0, row1, w, out) =>
      kernels.mixRowsInto32(row0.byteOffset, row1.byteOffset, w, out.length, out.byteOffset),
  };
  // The lower of two addresses; the other neighbour lies beside it, or counts for nothing.
  const besideEachOther = Math.abs(step[0]) === 1 && data instanceof Int16Array;
  if (besideEachOther) {
    const reversed = step[0] === -1;
    const first = kept(inBytes(reversed ? lower.map((offset) => offset - 1) : lower, bytes));
    if (first === undefined) return undefined;
    return {
      ...mixes,
      lerp: (row, out) =>
        kernels.lerpRowOfPairs(addressOf(row), first, weights, reversed, out.length, out.byteOffset),
    };
  }
  const [lowers, uppers] = [kept(inBytes(lower, bytes)), kept(inBytes(upper, bytes))];
  if (lowers === undefined || uppers === undefined) return undefined;
  const lerpRow = data instanceof Int16Array ? kernels.lerpRowInt16 : kernels.lerpRowFloat32;
  return {
    ...mixes,
    lerp: (row, out) => lerpRow(addressOf(row), lowers, uppers, weights, out.length, out.byteOffset),
  };
}
