import { gunzipSync } from 'node:zlib';
import { inflated } from '../memory/inflate.ts';
import { giveBack } from '../memory/thread.ts';
import { sparseCrc32 } from './sparse-crc.ts';

/** More than 2^30 voxels of four bytes: what inflates to more is no volume but a bomb. */
const MAX_INFLATED_BYTES = 2 ** 32 + 2 ** 20;

/** Bytes that a deflated byte stands for at most: four times the longest match, 258 bytes, of two bits (RFC 1951). */
const MOST_INFLATION = 1032;

/** Of room that zlib is given at once, at least. */
const LEAST_ROOM_BYTES = 2 ** 20;

/** Magic number, method, flags, modification time, level and system; then, last of all, CRC-32 and length (RFC 1952, 2.3). */
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const DEFLATED = 8;

/** Flags of a header: what may stand in it beside a note that it is text (RFC 1952, 2.3.1). */
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** Whether bytes start with the gzip magic number (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Where the first member's DEFLATE stream begins; undefined where its header is broken, or has a checksum, as none in use
 * has.
 */
function streamStart(bytes: Uint8Array): number | undefined {
  const flags = bytes[3];
  if (!isGzip(bytes) || bytes[2] !== DEFLATED || (flags & (HEADER_CRC | RESERVED)) !== 0) return undefined;
  let at = HEADER_BYTES;
  if ((flags & EXTRA) !== 0) at += 2 + bytes[at] + 256 * bytes[at + 1];
  for (const text of [NAME, COMMENT]) {
    if ((flags & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  return at <= bytes.length - TRAILER_BYTES ? at : undefined;
}

/** How many bytes the last member holds, modulo 2^32, by its own word (RFC 1952, ISIZE). */
function toldLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
}

/**
 * What a file of one member holds, in the thread's arena. Undefined where no patient is at work there, and of all else: several
 * members, bytes after the last one, what is broken or more than `mostBytes`.
 */
function singleMember(bytes: Uint8Array, mostBytes: number): Uint8Array | undefined {
  const start = streamStart(bytes);
  if (start === undefined) return undefined;
  const length = toldLength(bytes);
  if (length > mostBytes || length > MOST_INFLATION * bytes.length) return undefined;
  const end = bytes.length - TRAILER_BYTES;
  const content = inflated(bytes.subarray(start, end), length);
  if (content === undefined) return undefined;
  const told = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
  if (sparseCrc32(content) === told) return content;
  giveBack(content);
  return undefined;
}

/** Room for all that a gzip file inflates to, by what its last member tells, so that nothing is moved later. */
function roomFor(bytes: Uint8Array, mostBytes: number): number {
  if (bytes.length < TRAILER_BYTES) return LEAST_ROOM_BYTES;
  const possible = Math.min(toldLength(bytes), mostBytes, MOST_INFLATION * bytes.length);
  // A byte to spare: zlib asks for more room when the last one is taken.
  return Math.max(LEAST_ROOM_BYTES, possible + 1);
}

/**
 * Inflates every member of a gzip file, up to a limit; fflate and nifti-reader-js give the first, at the length of the last,
 * silently. While a patient is at work in the thread's arena the result lies there, to be used no longer than that. Throws what
 * zlib throws, which is asked about every file that is not a single whole member.
 */
export function gunzip(bytes: Uint8Array, mostBytes = MAX_INFLATED_BYTES): Uint8Array {
  const content = singleMember(bytes, mostBytes);
  if (content !== undefined) return content;
  const out = gunzipSync(bytes, { chunkSize: roomFor(bytes, mostBytes), maxOutputLength: mostBytes });
  return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
}
