import { expect, test } from 'vitest';
import { loadWasmDecoder } from '../../src/dicom/codec/wasm.ts';
import { createCanvas, fillRect } from '../../src/picture/canvas.ts';
import { loadJpegEncoder } from '../../src/picture/jpeg.ts';
import { CONTOUR } from '../../src/picture/panel.ts';

const encode = await loadJpegEncoder();
const decode = await loadWasmDecoder('@cornerstonejs/codec-libjpeg-turbo-8bit', 'JPEGDecoder');

/** A red line of one pixel on grey. */
function outlined() {
  const picture = createCanvas(48, 32);
  picture.rgb.fill(200);
  fillRect(picture, 0, 13, 48, 1, CONTOUR);
  return picture;
}

test('a line of one pixel keeps its colour', () => {
  const rgb = decode(encode(outlined(), 90));
  expect(rgb).toHaveLength(3 * 48 * 32);
  const line = 3 * (13 * 48 + 20);
  CONTOUR.forEach((value, channel) => {
    expect(Math.abs(rgb[line + channel] - value)).toBeLessThan(25);
  });
  expect(Math.abs(rgb[3 * (2 * 48 + 20)] - 200)).toBeLessThan(5);
});

test('the same picture gives the same bytes, a lower quality fewer', () => {
  expect(encode(outlined(), 80)).toEqual(encode(outlined(), 80));
  expect(encode(outlined(), 30).length).toBeLessThan(encode(outlined(), 90).length);
});

test('the file says nothing of where it is from', () => {
  // JFIF alone: neither EXIF (APP1) nor a comment.
  const bytes = encode(outlined(), 80);
  for (let at = 2; bytes[at + 1] !== 0xda; at += 2 + bytes[at + 2] * 256 + bytes[at + 3])
    expect([0xe0, 0xdb, 0xc0, 0xc2, 0xc4]).toContain(bytes[at + 1]);
});
