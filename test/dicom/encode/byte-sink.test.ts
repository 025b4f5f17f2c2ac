import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteSink } from '../../../src/dicom/encode/byte-sink.ts';

type Write = readonly [how: 'text' | 'bytes' | 'uint16' | 'uint32' | 'zeros' | 'reserve', size: number];

const writes = fc.array(
  fc.tuple(
    fc.constantFrom('text', 'bytes', 'uint16', 'uint32', 'zeros', 'reserve'),
    fc.oneof(fc.nat(70), fc.nat(20_000)),
  ),
  { maxLength: 30 },
) as fc.Arbitrary<Write[]>;

test('whatever is written, and however memory grows for it, stands there in order', () => {
  fc.assert(
    fc.property(writes, fc.string({ unit: 'binary' }), (list, letters) => {
      const sink = new ByteSink();
      const parts: Buffer[] = [];
      for (const [how, size] of list) {
        if (how === 'text') {
          const text = letters.repeat(size % 50);
          sink.text(text);
          parts.push(Buffer.from(text));
        } else if (how === 'bytes') {
          const bytes = Buffer.alloc(size, size);
          sink.bytes(bytes);
          parts.push(bytes);
        } else if (how === 'zeros') {
          sink.zeros(size);
          parts.push(Buffer.alloc(size));
        } else if (how === 'reserve') sink.reserve(size);
        else {
          sink[how](size);
          const bytes = Buffer.alloc(how === 'uint16' ? 2 : 4);
          bytes.writeUIntLE(size, 0, bytes.length);
          parts.push(bytes);
        }
        expect(sink.length).toBe(parts.reduce((sum, part) => sum + part.length, 0));
      }
      const end = sink.end();
      expect(Buffer.compare(end, Buffer.concat(parts))).toBe(0);
      expect(end.buffer.byteLength).toBe(end.length);
    }),
  );
});

test('a number may be written over another', () => {
  const sink = new ByteSink();
  sink.uint32(1);
  sink.zeros(5000);
  sink.uint32At(0, 0xfffee000);
  expect([...sink.end().subarray(0, 5)]).toEqual([0x00, 0xe0, 0xfe, 0xff, 0]);
});

test('pixels take no more memory than they need', () => {
  const sink = new ByteSink();
  sink.zeros(100);
  sink.bytes(new Uint8Array(2 ** 21));
  const before = process.memoryUsage().arrayBuffers;
  sink.end();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});
