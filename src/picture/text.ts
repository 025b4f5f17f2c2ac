import { type Canvas, fillRect, type Rgb } from './canvas.ts';
import { ADVANCE, glyphOf } from './font.ts';

/** Width in pixels of a line of text, without the gap after its last character. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, [...text].length * ADVANCE - 1) * scale;
}

/** The text, or as much of it as fits into `width` pixels with two full stops for the rest. */
export function fitText(text: string, scale: number, width: number): string {
  if (textWidth(text, scale) <= width) return text;
  const characters = [...text];
  const kept = Math.floor((width / scale + 1) / ADVANCE) - 2;
  return kept > 0 ? `${characters.slice(0, kept).join('')}..` : '';
}

/** Writes one line whose capitals have their top left corner at (left, top); `scale` pixels a dot of the font. */
export function drawText(
  canvas: Canvas,
  text: string,
  left: number,
  top: number,
  scale: number,
  colour: Rgb,
): void {
  [...text].forEach((character, place) => {
    glyphOf(character).forEach((row, y) => {
      [...row].forEach((dot, x) => {
        if (dot !== '#') return;
        const dotLeft = left + (place * ADVANCE + x) * scale;
        fillRect(canvas, dotLeft, top + y * scale, scale, scale, colour);
      });
    });
  });
}

const BLACK: Rgb = [0, 0, 0];

/** Writes text with a one pixel black rim, so that it reads on bone as on air. */
export function drawRimmedText(
  canvas: Canvas,
  text: string,
  left: number,
  top: number,
  scale: number,
  colour: Rgb,
): void {
  for (const dy of [-1, 0, 1]) {
    for (const dx of [-1, 0, 1]) drawText(canvas, text, left + dx, top + dy, scale, BLACK);
  }
  drawText(canvas, text, left, top, scale, colour);
}
