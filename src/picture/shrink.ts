import { type Canvas, createCanvas } from './canvas.ts';

/** The source pixels under one target pixel: the first, and how much of each it covers (the sum is 1). */
interface Coverage {
  readonly first: number;
  readonly weights: readonly number[];
}

function coverages(source: number, target: number): readonly Coverage[] {
  const step = source / target;
  return Array.from({ length: target }, (_, pixel) => {
    const from = pixel * step;
    const to = Math.min(source, from + step);
    const first = Math.floor(from);
    const weights: number[] = [];
    for (let i = first; i < to; i++) weights.push((Math.min(to, i + 1) - Math.max(from, i)) / step);
    return { first, weights };
  });
}

/** The picture at `width` pixels, its shape kept, by area averaging; the same picture where it is no wider. */
export function shrinkToWidth(picture: Canvas, width: number): Canvas {
  if (picture.width <= width) return picture;
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const target = createCanvas(width, height);
  const columns = coverages(picture.width, width);
  coverages(picture.height, height).forEach((rows, y) => {
    columns.forEach((column, x) => {
      for (let channel = 0; channel < 3; channel++) {
        const mean = meanUnder(picture, rows, column, channel);
        target.rgb[3 * (y * width + x) + channel] = Math.round(mean);
      }
    });
  });
  return target;
}

function meanUnder(picture: Canvas, rows: Coverage, columns: Coverage, channel: number): number {
  let sum = 0;
  for (let j = 0; j < rows.weights.length; j++) {
    const row = 3 * ((rows.first + j) * picture.width + columns.first) + channel;
    for (let i = 0; i < columns.weights.length; i++) {
      sum += rows.weights[j] * columns.weights[i] * picture.rgb[row + 3 * i];
    }
  }
  return sum;
}
