import { type Neighbours, neighbours } from './neighbours.ts';
import type { ResampleAxes } from './resample-axis.ts';
import type { LinearSource, RowKernels } from './row-kernels.ts';
import type { Strided } from './strided.ts';

/** Interpolates one input plane along x then y. Neighbouring output rows share their x-interpolated input rows. */
export class PlaneInterpolation {
  readonly #rows: RowKernels;
  readonly #y: Neighbours;
  #row0: Float64Array;
  #row1: Float64Array;

  /** @param held two rows of the output, to work in */
  constructor(
    { step }: Strided<LinearSource>,
    [, y]: ResampleAxes,
    rows: RowKernels,
    held: readonly [Float64Array, Float64Array],
  ) {
    this.#rows = rows;
    this.#y = neighbours(y, step[1]);
    [this.#row0, this.#row1] = held;
  }

  /** Writes the plane that begins at `plane` of the source into `out` from `at` on. */
  write(plane: number, out: Float32Array | Float64Array, at: number): void {
    const { lower, upper, weight } = this.#y;
    const width = this.#row0.length;
    let held0 = Number.NaN;
    let held1 = Number.NaN;
    for (let j = 0; j < lower.length; j++) {
      if (held0 !== lower[j]) {
        [this.#row0, this.#row1] = [this.#row1, this.#row0];
        [held0, held1] = [held1, held0];
      }
      if (held0 !== lower[j]) {
        this.#rows.lerp(plane + lower[j], this.#row0);
        held0 = lower[j];
      }
      if (weight[j] !== 0 && held1 !== upper[j]) {
        this.#rows.lerp(plane + upper[j], this.#row1);
        held1 = upper[j];
      }
      const row1 = weight[j] === 0 ? this.#row0 : this.#row1;
      const first = at + j * width;
      if (out instanceof Float32Array)
        this.#rows.mixInto32(this.#row0, row1, weight[j], out.subarray(first, first + width));
      else this.#rows.mixInto64(this.#row0, row1, weight[j], out.subarray(first, first + width));
    }
  }
}
