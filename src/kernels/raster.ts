/**
 * Edge crossings of closed polygons on one slice, from which the filled slice is made. Rule: pixel centres lie at
 * integers; row r is crossed by an edge if (y0 <= r < y1) or (y1 <= r < y0); every column c >= x_cross toggles.
 * So a polygon fills by even-odd, and polygons on one slice combine by XOR: a hole is a polygon inside a polygon.
 */
export class SliceRaster {
  readonly columns: number;
  readonly rows: number;
  readonly #toggles: Uint8Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#toggles = new Uint8Array(columns * rows);
  }

  /** Adds a polygon given by continuous pixel indices; the last point joins the first. Parts off the slice are cut off. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    const { columns, rows } = this;
    for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
      const [x0, y0, x1, y1] = [x[j], y[j], x[i], y[i]];
      const top = Math.max(0, Math.ceil(Math.min(y0, y1)));
      const bottom = Math.max(y0, y1);
      for (let row = top; row < bottom && row < rows; row++) {
        const column = Math.max(0, Math.ceil(x0 + ((row - y0) * (x1 - x0)) / (y1 - y0)));
        if (column < columns) this.#toggles[row * columns + column] ^= 1;
      }
    }
  }

  /** Writes the filled polygons, 1 inside, over `slice` (columns x rows): by OR with what is there, or by XOR. */
  fillInto(slice: Uint8Array, combine: 'or' | 'xor'): void {
    for (let row = 0; row < this.rows; row++) {
      let inside = 0;
      for (let at = row * this.columns; at < (row + 1) * this.columns; at++) {
        inside ^= this.#toggles[at];
        slice[at] = combine === 'or' ? slice[at] | inside : slice[at] ^ inside;
      }
    }
  }
}
