import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeDeflated, encodeDeflated } from '../../../src/dicom/codec/deflate.ts';
import { withKernels } from '../../support/in-arena.ts';

const frames = fc
  .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 500 })), { maxLength: 30 })
  .map((parts) => Uint8Array.from(parts.flatMap(([value, count]) => Array<number>(count).fill(value))));

test('what is deflated is inflated, by zlib too: there is no header and no checksum around it', () => {
  fc.assert(
    fc.property(frames, fc.constantFrom(1 as const, 2 as const), (frame, bytesPerValue) => {
      const deflated = encodeDeflated(frame, bytesPerValue);
      expect(Buffer.compare(inflateRawSync(deflated), frame)).toBe(0);
      expect(Buffer.compare(decodeDeflated(deflated, frame.length), frame)).toBe(0);
    }),
  );
});

test('a frame of more than a chunk is one stream, the same in the arena of a patient', async () => {
  const frame = Uint8Array.from({ length: 2 ** 21 + 7 }, (_, i) => (i % 1000 < 3 ? i % 251 : 0));
  const deflated = encodeDeflated(frame, 1);
  expect(Buffer.compare(inflateRawSync(deflated), frame)).toBe(0);
  const there = await withKernels(() => {
    const { buffer } = encodeDeflated(frame, 1);
    expect(buffer).toBeInstanceOf(ArrayBuffer);
    return new Uint8Array(buffer);
  });
  expect(Buffer.compare(there, deflated)).toBe(0);
});
