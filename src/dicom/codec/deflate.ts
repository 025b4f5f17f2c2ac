import { inflateRawSync } from 'node:zlib';

/** A frame of Deflated Image Frame Compression: `length` bytes of it. Throws an Error where there are fewer. */
export function decodeDeflated(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const inflated = inflateRawSync(frame, { maxOutputLength: length + 1 });
  if (inflated.length < length) throw new Error(`holds ${inflated.length} bytes, ${length} are needed`);
  return new Uint8Array(inflated.subarray(0, length));
}
