import { expect, test } from 'vitest';
import { createCanvas } from '../../src/picture/canvas.ts';
import { drawScaleBar, scaleBarMm } from '../../src/picture/legend.ts';

test.each([
  [930 / 576, 50],
  [0.7, 100],
  [8, 20],
  [1000, 0.1],
  [5000, 0.1],
])('at %f pixels a mm the bar is %f mm', (pixelsPerMm, mm) => {
  expect(scaleBarMm(pixelsPerMm, 160)).toBe(mm);
});

test('the bar is as long as it says', () => {
  const canvas = createCanvas(400, 20);
  const legend = {
    left: 10,
    right: 390,
    top: 3,
    textScale: 2,
    textHeight: 14,
    colour: [255, 255, 255] as const,
  };
  drawScaleBar(canvas, legend, 1.5);
  const middleRow = Array.from({ length: 400 }, (_, x) => canvas.rgb[3 * (400 * 9 + x)] > 0);
  expect(middleRow.indexOf(true)).toBe(10);
  // At 1.5 pixels a mm the bar is 100 mm, so 150 pixels.
  expect(middleRow.indexOf(false, 10)).toBe(160);
});
