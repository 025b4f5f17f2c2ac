import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Canvas, createCanvas, place } from '../../src/picture/canvas.ts';
import { shrink, shrinkToWidth } from '../../src/picture/shrink.ts';

const greyPicture = (width: number, height: number, greys: readonly number[]) => ({
  width,
  height,
  rgb: Uint8Array.from(greys.flatMap((grey) => [grey, grey, grey])),
});

test('a half is the mean of two by two', () => {
  const picture = greyPicture(4, 2, [0, 40, 8, 8, 80, 120, 8, 12]);
  expect(shrinkToWidth(picture, 2)).toEqual(greyPicture(2, 1, [60, 9]));
});

test('a pixel between two counts to each by its share', () => {
  const picture = greyPicture(3, 3, [0, 90, 180, 0, 90, 180, 0, 90, 180]);
  // Target pixels cover 1.5 source pixels: (0 + 90/2) / 1.5 and (90/2 + 180) / 1.5.
  expect(shrinkToWidth(picture, 2)).toEqual(greyPicture(2, 2, [30, 150, 30, 150]));
});

test('a picture that is narrow enough is the same', () => {
  const picture = greyPicture(2, 1, [1, 2]);
  expect(shrinkToWidth(picture, 2)).toBe(picture);
});

test('an even picture stays even at any size', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(side, side, side, fc.integer({ min: 0, max: 255 }), (width, height, target, grey) => {
      const picture = createCanvas(width, height);
      picture.rgb.fill(grey);
      expect(shrinkToWidth(picture, target).rgb.every((value) => value === grey)).toBe(true);
    }),
  );
});

test('a part is shrunk as the picture of it alone', () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      fc.record({ left: fc.nat(9), top: fc.nat(9), width: side, height: side }),
      fc.uint8Array({ minLength: 432, maxLength: 432 }),
      fc.nat(),
      fc.nat(),
      (part, bytes, w, h) => {
        const alone: Canvas = { ...part, rgb: bytes.slice(0, 3 * part.width * part.height) };
        const picture = createCanvas(part.left + part.width + 3, part.top + part.height + 2);
        picture.rgb.fill(77);
        place(picture, alone, part.left, part.top);
        const target = { width: 1 + (w % part.width), height: 1 + (h % part.height) };
        const whole = { left: 0, top: 0, width: part.width, height: part.height };
        expect(shrink(picture, part, target)).toEqual(shrink(alone, whole, target));
      },
    ),
  );
});
