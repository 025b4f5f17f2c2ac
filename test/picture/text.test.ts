import { expect, test } from 'vitest';
import { createCanvas } from '../../src/picture/canvas.ts';
import { glyphOf } from '../../src/picture/font.ts';
import { drawRimmedText, drawText, fitText, textWidth } from '../../src/picture/text.ts';

const PRINTED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+/()=%_<>#'*?";

test('every character of the font has eight rows of five dots, and no two look alike', () => {
  const glyphs = [...PRINTED].map(glyphOf);
  for (const rows of glyphs) {
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row).toMatch(/^[#.]{5}$/);
  }
  expect(new Set(glyphs.map((rows) => rows.join())).size).toBe(PRINTED.length);
});

test('a character the font lacks is a question mark', () => {
  expect(glyphOf('ë')).toBe(glyphOf('?'));
});

test('a character is five dots wide, seven high and six from the next', () => {
  const canvas = createCanvas(11, 7);
  drawText(canvas, 'LI', 0, 0, 1, [255, 255, 255]);
  const rows = Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 11 }, (_, x) => (canvas.rgb[3 * (11 * y + x)] > 0 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual([
    '#......###.',
    '#.......#..',
    '#.......#..',
    '#.......#..',
    '#.......#..',
    '#.......#..',
    '#####..###.',
  ]);
});

test('text that leaves the canvas is cut there', () => {
  const canvas = createCanvas(4, 4);
  drawRimmedText(canvas, 'HH', -1, -1, 3, [9, 9, 9]);
  expect(canvas.rgb.some((value) => value === 9)).toBe(true);
});

test('fitText keeps what fits and says that there was more', () => {
  expect(fitText('LUNG1-001', 1, 53)).toBe('LUNG1-001');
  expect(fitText('LUNG1-001', 1, 52)).toBe('LUNG1-..');
  expect(textWidth('LUNG1-..', 1)).toBeLessThanOrEqual(52);
  expect(fitText('LUNG1-001', 2, 12)).toBe('');
});
