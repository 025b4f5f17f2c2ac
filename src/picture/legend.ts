import { type Canvas, fillRect, type Rgb } from './canvas.ts';
import { drawText, textWidth } from './text.ts';

const BAR_LENGTHS_MM = [100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1];

/** A round length in mm, the longest that takes no more than `maxPixels`; the shortest there is where none fits. */
export function scaleBarMm(pixelsPerMm: number, maxPixels: number): number {
  return BAR_LENGTHS_MM.find((mm) => mm * pixelsPerMm <= maxPixels) ?? BAR_LENGTHS_MM.at(-1)!;
}

/** Where a line of legend lies and how it is written, in pixels. */
export interface Legend {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly textScale: number;
  readonly textHeight: number;
  readonly colour: Rgb;
}

const GAP = 10;
const MAX_BAR_PIXELS = 160;
const BAR_THICKNESS = 3;

/** A bar with end ticks and its length in mm. Returns where it ends. */
export function drawScaleBar(canvas: Canvas, legend: Legend, pixelsPerMm: number): number {
  const { left, top, textHeight, colour } = legend;
  const mm = scaleBarMm(pixelsPerMm, MAX_BAR_PIXELS);
  const length = Math.max(1, Math.round(mm * pixelsPerMm));
  fillRect(canvas, left, top + ((textHeight - BAR_THICKNESS) >> 1), length, BAR_THICKNESS, colour);
  fillRect(canvas, left, top, 1, textHeight, colour);
  fillRect(canvas, left + length - 1, top, 1, textHeight, colour);
  return drawLabel(canvas, legend, `${mm} mm`, left + length + GAP);
}

/** A piece of outline and what it stands for. Returns where it ends. */
export function drawOutlineKey(canvas: Canvas, legend: Legend, outline: Rgb, label: string): number {
  const { left, top, textHeight } = legend;
  fillRect(canvas, left, top, textHeight, textHeight, outline);
  fillRect(canvas, left + 1, top + 1, textHeight - 2, textHeight - 2, [0, 0, 0]);
  return drawLabel(canvas, legend, label, left + textHeight + GAP);
}

/** Which HU are black and white, at the right end of the line. */
export function drawWindow(canvas: Canvas, legend: Legend, [lowHu, highHu]: readonly [number, number]): void {
  const label = `window ${lowHu} to ${highHu} HU`;
  drawLabel(canvas, legend, label, legend.right - textWidth(label, legend.textScale));
}

function drawLabel(canvas: Canvas, { top, textScale, colour }: Legend, label: string, left: number): number {
  drawText(canvas, label, left, top, textScale, colour);
  return left + textWidth(label, textScale);
}
