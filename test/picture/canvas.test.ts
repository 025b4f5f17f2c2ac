import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { decodePng } from '../../src/picture/canvas.ts';

test('a grey PNG is a picture of grey', () => {
  const png = encode({ width: 2, height: 1, data: new Uint8Array([40, 90]), channels: 1, depth: 8 });
  expect([...decodePng(png, 'grey.png').rgb]).toEqual([40, 40, 40, 90, 90, 90]);
});

test('what is no picture is named', () => {
  expect(() => decodePng(new Uint8Array([1, 2, 3]), 'PHANTOM-007/overlay.png')).toThrow(
    /^PHANTOM-007\/overlay\.png: not a readable PNG/,
  );
  expect(() => decodePng(new Uint8Array([1, 2, 3]), 'overlay.png')).toThrow(UsageError);
});

test('a PNG of 16 bits is refused', () => {
  const png = encode({ width: 1, height: 1, data: new Uint16Array([1]), channels: 1, depth: 16 });
  expect(() => decodePng(png, 'deep.png')).toThrow(UsageError);
});
