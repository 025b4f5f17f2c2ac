import type { RandomStream } from './random.ts';

/** Side of a tile in pixels; a power of two, so that wrapping is a bit mask. */
const tileSide = 512;
const mask = tileSide - 1;

/** Periodic noise with mean 0 and standard deviation 1, `tileSide` squared, x fastest. */
export type NoiseTile = Float32Array;

/** The mottle of a CT reconstruction: correlated over about `grainPixels`, with little power at low frequencies. */
export function grainTile(random: RandomStream, grainPixels: number): NoiseTile {
  const tile = white(random);
  const fine = blurred(tile, grainPixels);
  const coarse = blurred(fine, grainPixels + 2);
  for (let i = 0; i < fine.length; i++) fine[i] -= 0.8 * coarse[i];
  return standardised(fine);
}

/** Smooth clouds of about `radiusPixels`. */
export function cloudTile(random: RandomStream, radiusPixels: number): NoiseTile {
  return standardised(blurred(white(random), Math.max(1, Math.min(radiusPixels, tileSide / 8))));
}

/** Weights of two places in one tile, such that their sum changes slowly with z and keeps its variance. */
export interface CloudSlice {
  readonly here: number;
  readonly there: number;
}

const halfTile = (tileSide / 2) * tileSide + tileSide / 2;

export function cloudSlice(zMm: number, wavelengthMm: number): CloudSlice {
  const phase = (2 * Math.PI * zMm) / wavelengthMm;
  return { here: Math.cos(phase), there: Math.sin(phase) };
}

/** Index of pixel (column, row) in a tile. */
export function tileIndex(column: number, row: number): number {
  return ((row & mask) << 9) | (column & mask);
}

/** Value of a slowly changing cloud at a pixel. */
export function cloudAt(tile: NoiseTile, slice: CloudSlice, column: number, row: number): number {
  const index = tileIndex(column, row);
  return slice.here * tile[index] + slice.there * tile[(index + halfTile) & (tile.length - 1)];
}

function white(random: RandomStream): NoiseTile {
  const tile = new Float32Array(tileSide * tileSide);
  for (let i = 0; i < tile.length; i++) tile[i] = random.normal();
  return tile;
}

/** Three periodic box filters along each axis, close to a Gaussian; `radius` may be a fraction of a pixel. */
function blurred(tile: NoiseTile, radius: number): NoiseTile {
  let from = tile;
  for (let pass = 0; pass < 3; pass++) {
    from = boxAlong(boxAlong(from, radius, 1, tileSide), radius, tileSide, 1);
  }
  return from;
}

function boxAlong(from: NoiseTile, radius: number, step: number, across: number): NoiseTile {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const scale = 1 / (1 + 2 * radius);
  const to = new Float32Array(from.length);
  for (let line = 0; line < tileSide; line++) {
    const base = line * across;
    let sum = 0;
    for (let i = -whole; i <= whole; i++) sum += from[base + (i & mask) * step];
    for (let i = 0; i < tileSide; i++) {
      const ends =
        from[base + ((i - whole - 1) & mask) * step] + from[base + ((i + whole + 1) & mask) * step];
      to[base + i * step] = (sum + part * ends) * scale;
      sum += from[base + ((i + whole + 1) & mask) * step] - from[base + ((i - whole) & mask) * step];
    }
  }
  return to;
}

function standardised(tile: NoiseTile): NoiseTile {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < tile.length; i++) {
    sum += tile[i];
    squares += tile[i] * tile[i];
  }
  const mean = sum / tile.length;
  const scale = 1 / Math.sqrt(squares / tile.length - mean * mean);
  for (let i = 0; i < tile.length; i++) tile[i] = (tile[i] - mean) * scale;
  return tile;
}
