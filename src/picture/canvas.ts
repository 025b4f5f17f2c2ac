import { type DecodedPng, decode, encode } from 'fast-png';
import { messageOf, UsageError } from '../errors.ts';

/** Red, green, blue, each 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** An 8-bit RGB picture: three bytes a pixel, rows from the top. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A black canvas. */
export function createCanvas(width: number, height: number): Canvas {
  return { width, height, rgb: new Uint8Array(3 * width * height) };
}

/** Paints the part of a rectangle that lies on the canvas. */
export function fillRect(
  canvas: Canvas,
  left: number,
  top: number,
  width: number,
  height: number,
  [red, green, blue]: Rgb,
): void {
  const right = Math.min(canvas.width, left + width);
  const bottom = Math.min(canvas.height, top + height);
  for (let y = Math.max(0, top); y < bottom; y++) {
    for (let x = Math.max(0, left); x < right; x++) {
      const at = 3 * (y * canvas.width + x);
      canvas.rgb[at] = red;
      canvas.rgb[at + 1] = green;
      canvas.rgb[at + 2] = blue;
    }
  }
}

/** Copies a whole picture onto a place where it fits. */
export function place(canvas: Canvas, picture: Canvas, left: number, top: number): void {
  const rowBytes = 3 * picture.width;
  for (let y = 0; y < picture.height; y++) {
    const row = picture.rgb.subarray(y * rowBytes, (y + 1) * rowBytes);
    canvas.rgb.set(row, 3 * ((top + y) * canvas.width + left));
  }
}

/** The canvas as a PNG. The deflate is JavaScript, so the bytes are the same on every machine and Node version. */
export function encodePng({ width, height, rgb }: Canvas): Uint8Array {
  return encode({ width, height, data: rgb, channels: 3, depth: 8 }, { zlib: { level: 3 } });
}

/**
 * A PNG of 8-bit grey or RGB as a canvas. `name` says in the message which one it is.
 *
 * @throws UsageError where the bytes are no such PNG.
 */
export function decodePng(bytes: Uint8Array, name: string): Canvas {
  const { width, height, channels, depth, palette, data } = decodeOrExplain(bytes, name);
  if (depth !== 8 || palette !== undefined || (channels !== 1 && channels !== 3)) {
    throw new UsageError(`${name}: the PNG has ${channels} channels of ${depth} bits, not 8-bit grey or RGB`);
  }
  const canvas = createCanvas(width, height);
  if (channels === 3) canvas.rgb.set(data);
  else
    for (let pixel = 0; pixel < data.length; pixel++) canvas.rgb.fill(data[pixel], 3 * pixel, 3 * pixel + 3);
  return canvas;
}

function decodeOrExplain(bytes: Uint8Array, name: string): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw new UsageError(`${name}: not a readable PNG (${messageOf(cause)}); write it again`, { cause });
  }
}
