/**
 * How a filled polygon meets what a slice holds: `or` and `xor` on 0 and 1; `both` keeps the two side by side, XOR in
 * bit 0 and OR in bit 1.
 */
export type Combine = 'or' | 'xor' | 'both';

/** A part of a slice: first and last row and column. Empty where a last one is less than its first. */
export interface SliceBounds {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Edge crossings of closed polygons on one slice, from which the filled slice is made. Rule: pixel centres lie at
 * integers; row r is crossed by an edge if (y0 <= r < y1) or (y1 <= r < y0); every column c >= x_cross toggles.
 * So a polygon fills by even-odd, and polygons on one slice combine by XOR: a hole is a polygon inside a polygon.
 */
export class SliceRaster {
  readonly columns: number;
  readonly rows: number;
  readonly #toggles: Uint8Array;
  #top: number;
  #bottom = -1;
  #left: number;
  #right = -1;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#toggles = new Uint8Array(columns * rows);
    this.#top = rows;
    this.#left = columns;
  }

  /** Where the polygons can have pixels. */
  get bounds(): SliceBounds {
    return { top: this.#top, bottom: this.#bottom, left: this.#left, right: this.#right };
  }

  /** Adds a polygon given by continuous pixel indices; the last point joins the first. Parts off the slice are cut off. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    const { columns, rows } = this;
    const toggles = this.#toggles;
    for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
      const [x0, y0, x1, y1] = [x[j], y[j], x[i], y[i]];
      const top = Math.max(0, Math.ceil(Math.min(y0, y1)));
      const bottom = Math.max(y0, y1);
      for (let row = top; row < bottom && row < rows; row++) {
        const column = Math.max(0, Math.ceil(x0 + ((row - y0) * (x1 - x0)) / (y1 - y0)));
        if (row < this.#top) this.#top = row;
        if (row > this.#bottom) this.#bottom = row;
        if (column < this.#left) this.#left = column;
        if (column < columns) {
          toggles[row * columns + column] ^= 1;
          if (column > this.#right) this.#right = column;
        } else {
          // The polygon goes on beyond the slice: the row is filled up to its end.
          this.#right = columns - 1;
        }
      }
    }
  }

  /** Writes the filled polygons, 1 inside, over `slice` (columns x rows). */
  fillInto(slice: Uint8Array, combine: Combine): void {
    const { columns } = this;
    const toggles = this.#toggles;
    for (let row = this.#top; row <= this.#bottom; row++) {
      let inside = 0;
      const last = row * columns + this.#right;
      for (let at = row * columns + this.#left; at <= last; at++) {
        inside ^= toggles[at];
        if (inside === 0) continue;
        if (combine === 'or') slice[at] = 1;
        else slice[at] = combine === 'xor' ? slice[at] ^ 1 : (slice[at] ^ 1) | 2;
      }
    }
  }

  /** Forgets the polygons, so that the raster serves again. */
  clear(): void {
    for (let row = this.#top; row <= this.#bottom; row++) {
      this.#toggles.fill(0, row * this.columns + this.#left, row * this.columns + this.#right + 1);
    }
    this.#top = this.rows;
    this.#bottom = -1;
    this.#left = this.columns;
    this.#right = -1;
  }
}
