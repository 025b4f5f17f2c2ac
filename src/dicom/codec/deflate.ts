import { inflateRawSync } from 'node:zlib';
import { deflated, FINAL_BLOCK } from '../../memory/deflate.ts';
import { scratch } from '../../memory/thread.ts';

/** What is deflated at a time. */
const CHUNK_BYTES = 2 ** 20;

/** A frame of Deflated Image Frame Compression: `length` bytes of it. Throws an Error where there are fewer. */
export function decodeDeflated(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const inflated = inflateRawSync(frame, { maxOutputLength: length + 1 });
  if (inflated.length < length) throw new Error(`holds ${inflated.length} bytes, ${length} are needed`);
  return new Uint8Array(inflated.subarray(0, length));
}

/**
 * A frame as Deflated Image Frame Compression: a raw DEFLATE stream (DICOM PS3.5 A.4.13, RFC 1951). Its bytes depend on the
 * frame alone, which those of zlib do not: they differ between its builds.
 *
 * @param bytesPerValue that are matched as one
 */
export function encodeDeflated(frame: Uint8Array, bytesPerValue: 1 | 2): Uint8Array<ArrayBuffer> {
  return scratch(() => {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < frame.length; at += CHUNK_BYTES)
      blocks.push(deflated(frame.subarray(at, at + CHUNK_BYTES), bytesPerValue));
    return new Uint8Array(Buffer.concat([...blocks, FINAL_BLOCK]));
  });
}
