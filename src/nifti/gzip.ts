import { gunzipSync, gzipSync } from 'node:zlib';

/** Output buffer of zlib calls: at its default of 16 KiB inflating is a quarter slower. */
const CHUNK_BYTES = 1 << 20;

/** One gzip member with modification time 0, so that equal input gives equal bytes. */
export function gzip(bytes: Uint8Array, level: number): Uint8Array {
  return gzipSync(bytes, { level, chunkSize: CHUNK_BYTES });
}

/** More than 2^30 voxels of four bytes: what inflates to more is no volume but a bomb. */
const MAX_INFLATED_BYTES = 2 ** 32 + CHUNK_BYTES;

/** Inflates every member of a gzip file, up to a limit. fflate and nifti-reader-js return the first member only, silently. */
export function gunzip(bytes: Uint8Array, mostBytes = MAX_INFLATED_BYTES): Uint8Array<ArrayBuffer> {
  const out = gunzipSync(bytes, { chunkSize: CHUNK_BYTES, maxOutputLength: mostBytes });
  return new Uint8Array(out.buffer as ArrayBuffer, out.byteOffset, out.byteLength);
}

/** Whether bytes start with the gzip magic number (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}
