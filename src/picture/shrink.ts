import { type Canvas, createCanvas } from './canvas.ts';

/** A part of a picture, in its pixels. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The source pixels under each target pixel of one direction, and how much of it each covers (the sum is 1). */
interface Coverages {
  /** Where the weights of each target pixel begin; one more at the end. */
  readonly starts: Uint32Array;
  /** The first source pixel of each target pixel. */
  readonly firsts: Uint32Array;
  readonly weights: Float64Array;
}

function coverages(from: number, source: number, target: number): Coverages {
  const step = source / target;
  const starts = new Uint32Array(target + 1);
  const firsts = new Uint32Array(target);
  const weights: number[] = [];
  for (let pixel = 0; pixel < target; pixel++) {
    const begin = pixel * step;
    const end = Math.min(source, begin + step);
    const first = Math.floor(begin);
    firsts[pixel] = from + first;
    for (let i = first; i < end; i++) weights.push((Math.min(end, i + 1) - Math.max(begin, i)) / step);
    starts[pixel + 1] = weights.length;
  }
  return { starts, firsts, weights: Float64Array.from(weights) };
}

/** A part of a picture, no smaller than the target, at the target's size, by area averaging. */
export function shrink(
  { width: stride, rgb }: Canvas,
  part: Part,
  { width, height }: Pick<Part, 'width' | 'height'>,
): Canvas {
  const target = createCanvas(width, height);
  const rows = coverages(part.top, part.height, height);
  const columns = coverages(part.left, part.width, width);
  const { starts, firsts, weights } = columns;
  let at = 0;
  // Summed row by row in one order of operations: the bytes of contact sheets hang on it.
  for (let y = 0; y < height; y++) {
    const [firstRow, lastRow] = [rows.starts[y], rows.starts[y + 1]];
    const top = rows.firsts[y] - firstRow;
    for (let x = 0; x < width; x++) {
      const [first, last] = [starts[x], starts[x + 1]];
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let j = firstRow; j < lastRow; j++) {
        const rowWeight = rows.weights[j];
        let pixel = 3 * ((top + j) * stride + firsts[x]);
        for (let i = first; i < last; i++) {
          const weight = rowWeight * weights[i];
          red += weight * rgb[pixel++];
          green += weight * rgb[pixel++];
          blue += weight * rgb[pixel++];
        }
      }
      target.rgb[at++] = Math.round(red);
      target.rgb[at++] = Math.round(green);
      target.rgb[at++] = Math.round(blue);
    }
  }
  return target;
}

/** The picture at `width` pixels, its shape kept, by area averaging; the same picture where it is no wider. */
export function shrinkToWidth(picture: Canvas, width: number): Canvas {
  if (picture.width <= width) return picture;
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  return shrink(picture, whole, { width, height });
}
