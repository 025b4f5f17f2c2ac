import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCanvas } from '../../src/picture/canvas.ts';
import { shrinkToWidth } from '../../src/picture/shrink.ts';

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
