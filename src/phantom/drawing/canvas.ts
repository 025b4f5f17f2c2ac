import type { Ellipse } from './ellipse.ts';

/** One axial slice being painted. Positions are in the body frame of `Ellipse`. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly pixelMm: number;
  readonly sliceMm: number;
  /** Position of each column and row. */
  readonly xMm: Float64Array;
  readonly yMm: Float64Array;
  /** Organic distortion: added to x by row and to y by column before an outline is tested. */
  readonly bendXMm: Float64Array;
  readonly bendYMm: Float64Array;
  readonly hu: Float32Array;
  /** Share of each pixel that is aerated lung. */
  readonly lung: Float32Array;
  /** Share of each pixel that lies inside the rib cage. */
  readonly cavity: Float32Array;
  /** One row of coverage, overwritten by every `coverRows`. */
  readonly cover: Float32Array;
}

export const largestBendMm = 5;

export function newCanvas(size: number, pixelMm: number, sliceMm: number): Canvas {
  const positions = () => Float64Array.from({ length: size }, (_, i) => (i - (size - 1) / 2) * pixelMm);
  return {
    columns: size,
    rows: size,
    pixelMm,
    sliceMm,
    xMm: positions(),
    yMm: positions(),
    bendXMm: new Float64Array(size),
    bendYMm: new Float64Array(size),
    hu: new Float32Array(size * size),
    lung: new Float32Array(size * size),
    cavity: new Float32Array(size * size),
    cover: new Float32Array(size),
  };
}

/** First index at or after `fromMm` and one past the last at or before `toMm`, within the image. */
export function pixelRange(canvas: Canvas, fromMm: number, toMm: number): [from: number, to: number] {
  const first = canvas.xMm[0];
  const from = Math.ceil((fromMm - first) / canvas.pixelMm);
  const to = Math.floor((toMm - first) / canvas.pixelMm) + 1;
  return [Math.max(0, from), Math.min(canvas.columns, to)];
}

/**
 * Hands over, row by row, how much of each pixel an outline covers: `cover[column]` for columns `from` <= column < `to`
 * of the row that starts at `offset`. `edgeMm` widens the blur of the edge beyond the pixel's own.
 */
export function coverRows(
  canvas: Canvas,
  ellipse: Ellipse,
  edgeMm: number,
  onRow: (offset: number, from: number, to: number, cover: Float32Array) => void,
): void {
  const { xMm, yMm, bendXMm, bendYMm, cover } = canvas;
  const { halfXMm: a, halfYMm: b, turn = 0, square = 0 } = ellipse;
  if (a <= 0 || b <= 0) return;
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const width = 1.2 * canvas.pixelMm + edgeMm;
  const margin = width / Math.min(a, b);
  const inner = Math.max(0, 1 - margin) ** 2;
  const outer = (1 + margin) ** 2;
  const reachX = Math.hypot(a * cos, b * sin) + width + largestBendMm;
  const reachY = Math.hypot(a * sin, b * cos) + width + largestBendMm;
  const boxed = square > 0 && turn !== 0 ? Math.SQRT2 : 1;
  const [from, to] = pixelRange(canvas, ellipse.xMm - boxed * reachX, ellipse.xMm + boxed * reachX);
  const [top, bottom] = pixelRange(canvas, ellipse.yMm - boxed * reachY, ellipse.yMm + boxed * reachY);
  for (let row = top; row < bottom; row++) {
    const x0 = bendXMm[row] - ellipse.xMm;
    const y0 = yMm[row] - ellipse.yMm;
    let first = to;
    let last = from;
    for (let column = from; column < to; column++) {
      const dx = xMm[column] + x0;
      const dy = bendYMm[column] + y0;
      const u = (cos * dx + sin * dy) / a;
      const v = (cos * dy - sin * dx) / b;
      const uu = u * u;
      const vv = v * v;
      const f = uu + vv - square * uu * vv;
      let share = 0;
      if (uu < outer && vv < outer && f < outer) {
        if (f <= inner) share = 1;
        else {
          const gu = (2 * u * (1 - square * vv)) / a;
          const gv = (2 * v * (1 - square * uu)) / b;
          const distance = (f - 1) / Math.sqrt(gu * gu + gv * gv + 1e-12);
          share = Math.min(1, Math.max(0, 0.5 - distance / width));
        }
      }
      cover[column] = share;
      if (share > 0) {
        if (column < first) first = column;
        last = column + 1;
      }
    }
    if (first < last) onRow(row * canvas.columns, first, last, cover);
  }
}

export interface Tissue {
  readonly hu: number;
  /** 1 for aerated lung, 0 (default) for anything else. */
  readonly lung?: number;
  readonly edgeMm?: number | undefined;
  /** Paints only within this layer of the canvas. */
  readonly within?: Float32Array | undefined;
}

/** Paints tissue over what is there, mixing at the edge as partial volume does. */
export function paint(canvas: Canvas, ellipse: Ellipse, tissue: Tissue): void {
  const { hu, lung } = canvas;
  const { within, hu: value, lung: aerated = 0 } = tissue;
  coverRows(canvas, ellipse, tissue.edgeMm ?? 0, (offset, from, to, cover) => {
    for (let column = from; column < to; column++) {
      const i = offset + column;
      const share = within === undefined ? cover[column] : cover[column] * within[i];
      hu[i] += share * (value - hu[i]);
      lung[i] += share * (aerated - lung[i]);
    }
  });
}
