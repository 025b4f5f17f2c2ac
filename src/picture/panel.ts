import type { Geometry, Volume } from '../volume/geometry.ts';
import { type Canvas, createCanvas, type Rgb } from './canvas.ts';
import type { ScreenAxis, View } from './view.ts';

/** Red, as contouring software draws a gross tumour volume: it stands out on soft tissue as on lung. */
export const CONTOUR: Rgb = [255, 56, 56];

/** Blue, for the lungs: beside the tumour, not over it. */
export const LUNG_CONTOUR: Rgb = [80, 160, 255];

/** A mask on the grid of the CT and the colour of its outline. */
export interface Outline {
  readonly mask: Volume<Uint8Array>;
  readonly colour: Rgb;
}

/** Where the pixels of one screen direction lie on their voxel axis. */
interface PixelMap {
  /** The voxel whose extent holds the pixel's centre. */
  readonly nearest: Int32Array;
  /** The voxels whose centres the pixel's centre lies between, and the share of the second. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float64Array;
}

/** `pixels` equal pixels over `voxels` voxels, outer edge to outer edge; indices are in elements of the volume. */
function pixelMap({ axis, flipped }: ScreenAxis, size: Geometry['size'], pixels: number): PixelMap {
  const voxels = size[axis];
  const stride = size.slice(0, axis).reduce((product, n) => product * n, 1);
  const element = (step: number) => {
    const inside = Math.min(voxels - 1, Math.max(0, step));
    return stride * (flipped ? voxels - 1 - inside : inside);
  };
  const map: PixelMap = {
    nearest: new Int32Array(pixels),
    before: new Int32Array(pixels),
    after: new Int32Array(pixels),
    share: new Float64Array(pixels),
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    const edges = ((pixel + 0.5) * voxels) / pixels;
    const below = Math.floor(edges - 0.5);
    map.nearest[pixel] = element(Math.floor(edges));
    map.before[pixel] = element(below);
    map.after[pixel] = element(below + 1);
    map.share[pixel] = edges - 0.5 - below;
  }
  return map;
}

/** HU between the four voxel centres around each pixel, to 0..255 over the window; one byte a pixel. */
function greyPixels(
  ct: Float32Array,
  base: number,
  across: PixelMap,
  down: PixelMap,
  [lowHu, highHu]: readonly [number, number],
): Uint8Array {
  const width = across.share.length;
  const grey = new Uint8Array(width * down.share.length);
  const between = (row: number, x: number) => {
    const first = ct[row + across.before[x]];
    return first + across.share[x] * (ct[row + across.after[x]] - first);
  };
  for (let y = 0, pixel = 0; y < down.share.length; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const upper = between(base + down.before[y], x);
      const hu = upper + down.share[y] * (between(base + down.after[y], x) - upper);
      const level = (255 * (hu - lowHu)) / (highHu - lowHu);
      grey[pixel] = Math.round(Math.min(255, Math.max(0, level)));
    }
  }
  return grey;
}

function maskPixels(mask: Uint8Array, base: number, across: PixelMap, down: PixelMap): Uint8Array {
  const width = across.nearest.length;
  const pixels = new Uint8Array(width * down.nearest.length);
  for (let y = 0, pixel = 0; y < down.nearest.length; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      pixels[pixel] = mask[base + down.nearest[y] + across.nearest[x]] === 0 ? 0 : 1;
    }
  }
  return pixels;
}

/** A mask pixel with a neighbour above, below, left or right that is not: the line closes where the panel ends. */
function isOutline(mask: Uint8Array, width: number, pixel: number): boolean {
  if (mask[pixel] === 0) return false;
  const x = pixel % width;
  return !(
    x > 0 &&
    x < width - 1 &&
    mask[pixel - 1] === 1 &&
    mask[pixel + 1] === 1 &&
    mask[pixel - width] === 1 &&
    mask[pixel + width] === 1
  );
}

export interface PanelOptions {
  readonly view: View;
  /** Voxel index of the cut along `view.through`. */
  readonly slice: number;
  readonly pixelsPerMm: number;
  /** HU shown as black and as white. */
  readonly windowHu: readonly [number, number];
}

/** Pixels of a screen direction when the whole axis is shown, at least one. */
function pixelsAlong({ axis }: ScreenAxis, geometry: Geometry, pixelsPerMm: number): number {
  return Math.max(1, Math.round(geometry.size[axis] * geometry.spacingMm[axis] * pixelsPerMm));
}

/** One cut of the CT (HU) in grey, equal mm both ways, with masks on the same grid as one pixel lines, the first uppermost. */
export function renderPanel(
  ct: Volume<Float32Array>,
  outlines: readonly Outline[],
  options: PanelOptions,
): Canvas {
  const { view, slice, pixelsPerMm, windowHu } = options;
  const { size } = ct.geometry;
  const width = pixelsAlong(view.across, ct.geometry, pixelsPerMm);
  const height = pixelsAlong(view.down, ct.geometry, pixelsPerMm);
  const across = pixelMap(view.across, size, width);
  const down = pixelMap(view.down, size, height);
  const base = slice * size.slice(0, view.through).reduce((product, n) => product * n, 1);
  const grey = greyPixels(ct.data, base, across, down, windowHu);
  const canvas = createCanvas(width, height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    canvas.rgb[at] = grey[pixel];
    canvas.rgb[at + 1] = grey[pixel];
    canvas.rgb[at + 2] = grey[pixel];
  }
  for (const { mask, colour } of outlines.toReversed()) {
    const inside = maskPixels(mask.data, base, across, down);
    for (let pixel = 0; pixel < grey.length; pixel++)
      if (isOutline(inside, width, pixel)) canvas.rgb.set(colour, 3 * pixel);
  }
  return canvas;
}
