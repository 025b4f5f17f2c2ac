import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRle, encodeRle as encodedRle } from '../../../src/dicom/codec/rle.ts';

/** PackBits: runs of three and more as runs, all else literally, at most 128 bytes each. */
function packBits(bytes: Uint8Array): number[] {
  const packed: number[] = [];
  const literal: number[] = [];
  const flush = (): void => {
    if (literal.length > 0) packed.push(literal.length - 1, ...literal.splice(0));
  };
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) {
      flush();
      packed.push(257 - run, bytes[at]);
      at += run;
    } else {
      literal.push(bytes[at++]);
      if (literal.length === 128) flush();
    }
  }
  flush();
  return packed.length % 2 === 0 ? packed : [...packed, 128];
}

/** A frame of one segment per byte of a value, the most significant first (DICOM PS3.5 annex G). */
function encodeRle(values: Uint8Array, bytesPerValue: number): Uint8Array {
  const segments = Array.from({ length: bytesPerValue }, (_, s) =>
    packBits(values.filter((_byte, i) => i % bytesPerValue === bytesPerValue - 1 - s)),
  );
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length);
  let offset = 64;
  segments.forEach((segment, s) => {
    header.writeUInt32LE(offset, 4 + 4 * s);
    offset += segment.length;
  });
  return Buffer.concat([header, ...segments.map((segment) => Buffer.from(segment))]);
}

/** Bytes in which runs are as likely as noise. */
const runs = fc
  .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 20 })
  .map((parts) => Uint8Array.from(parts.flatMap(([value, count]) => Array<number>(count).fill(value))));

test.each([1, 2])('what is encoded of values of %i bytes is decoded', (bytesPerValue) => {
  fc.assert(
    fc.property(runs, (bytes) => {
      const values = bytes.subarray(0, bytes.length - (bytes.length % bytesPerValue));
      const decoded = decodeRle(encodeRle(values, bytesPerValue), values.length, bytesPerValue);
      expect(Buffer.compare(decoded, values)).toBe(0);
    }),
  );
});

test('any bytes are decoded to the length asked for, or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), fc.nat(3), (bytes, segments) => {
      const frame = Uint8Array.from(bytes);
      if (frame.length > 3) frame.set([segments, 0, 0, 0]);
      try {
        expect(decodeRle(frame, 100, 2)).toHaveLength(100);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Error);
        expect((thrown as Error).name).toMatch(/^(Error|CutOffError)$/);
      }
    }),
  );
});

describe('a frame is refused', () => {
  const frame = encodeRle(Uint8Array.of(1, 2, 3, 4), 2);
  test('that ends too early', () => {
    expect(() => decodeRle(frame, 400, 2)).toThrow('ends before the frame is full');
  });

  test('with segments for values of another size', () => {
    expect(() => decodeRle(frame, 4, 1)).toThrow('has 2 segments, 1 are needed');
  });

  test('whose header points outside', () => {
    const wrong = Buffer.from(frame);
    wrong.writeUInt32LE(1000, 8);
    expect(() => decodeRle(wrong, 4, 2)).toThrow('points outside');
  });
});

describe('a frame that we encode', () => {
  const frames = fc.record({
    bytesPerValue: fc.constantFrom(1 as const, 2 as const),
    columns: fc.integer({ min: 1, max: 300 }),
    rows: fc.integer({ min: 1, max: 4 }),
    bytes: runs,
  });

  test('is decoded to what it was, each segment of even length', () => {
    fc.assert(
      fc.property(frames, ({ bytesPerValue, columns, rows, bytes }) => {
        const values = Uint8Array.from(
          { length: columns * rows * bytesPerValue },
          (_, i) => bytes[i % bytes.length],
        );
        const frame = encodedRle(values, columns, bytesPerValue);
        expect(Buffer.compare(decodeRle(frame, values.length, bytesPerValue), values)).toBe(0);
        const { buffer } = frame;
        const offsets = new Uint32Array(buffer, 4, bytesPerValue);
        expect([...offsets, frame.length].every((offset) => offset % 2 === 0)).toBe(true);
        expect(frame.length).toBeLessThanOrEqual(64 + values.length + rows * 6 + 2);
      }),
    );
  });

  const packed = (values: readonly number[], columns: number) => [
    ...encodedRle(Uint8Array.from(values), columns, 1).subarray(64),
  ];

  /** Minus a number of repetitions, as a byte; the rule of DICOM PS3.5 G.3.1. */
  const run = (count: number, value: number) => [257 - count, value];

  test('has a run for each row, of at most 128 bytes', () => {
    expect(packed(Array(8).fill(9), 4)).toEqual([...run(4, 9), ...run(4, 9)]);
    expect(packed(Array(300).fill(0), 300)).toEqual([...run(128, 0), ...run(128, 0), ...run(44, 0)]);
  });

  test('has two equal bytes among others with those, and three as a run', () => {
    expect(packed([1, 2, 2, 3], 4)).toEqual([3, 1, 2, 2, 3, 0]);
    expect(packed([1, 2, 2, 2], 4)).toEqual([0, 1, ...run(3, 2)]);
  });

  test('has other bytes literally, at most 128 at a time', () => {
    const values = Array.from({ length: 130 }, (_, i) => i);
    expect(packed(values, 130)).toEqual([127, ...values.slice(0, 128), 1, 128, 129]);
  });

  test('has the segment of the most significant byte first', () => {
    const frame = encodedRle(Uint8Array.of(1, 2, 3, 4), 2, 2);
    expect([...frame.subarray(0, 12)]).toEqual([2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0]);
    expect([...frame.subarray(64)]).toEqual([1, 2, 4, 0, 1, 1, 3, 0]);
  });
});
