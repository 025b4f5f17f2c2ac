import { inflateRawSync } from 'node:zlib';
import { deflatedStream } from '../../memory/deflate.ts';

/** A frame of Deflated Image Frame Compression: `length` bytes of it. Throws an Error where there are fewer. */
export function decodeDeflated(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const inflated = inflateRawSync(frame, { maxOutputLength: length + 1 });
  if (inflated.length < length) throw new Error(`holds ${inflated.length} bytes, ${length} are needed`);
  return new Uint8Array(inflated.subarray(0, length));
}

/**
 * A frame as Deflated Image Frame Compression: a raw DEFLATE stream (DICOM PS3.5 A.4.13).
 *
 * @param bytesPerValue that are matched as one
 */
export function encodeDeflated(frame: Uint8Array, bytesPerValue: 1 | 2): Uint8Array<ArrayBuffer> {
  return deflatedStream(frame, bytesPerValue);
}
