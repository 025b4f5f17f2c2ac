import { crc32 } from 'node:zlib';

/** What is looked at at once; the first of it that differs from zeros ends the comparison. */
const ZEROS = new Uint8Array(1 << 14);

/** The remainder (RFC 1952, 8) of each single bit after ZEROS; their sum by XOR is that of any remainder, as CRC is linear. */
let bits: Int32Array | undefined;

/** The checksum after ZEROS, of that before: both are inverted remainders. */
function afterZeros(crc: number): number {
  bits ??= Int32Array.from({ length: 32 }, (_, bit) => ~crc32(ZEROS, ~(1 << bit) >>> 0));
  let remainder = 0;
  for (let bit = 0, left = ~crc; left !== 0; bit++, left >>>= 1) if ((left & 1) === 1) remainder ^= bits[bit];
  return ~remainder >>> 0;
}

/** CRC-32 as gzip has it. Long stretches of zeros, of which masks nearly are, are compared instead of summed up. */
export function sparseCrc32(bytes: Uint8Array): number {
  const step = ZEROS.length;
  const isEmpty = (at: number): boolean =>
    at + step <= bytes.length && Buffer.compare(bytes.subarray(at, at + step), ZEROS) === 0;
  let crc = 0;
  for (let at = 0; at < bytes.length; ) {
    const from = at;
    while (at < bytes.length && !isEmpty(at)) at += step;
    if (at > from) crc = crc32(bytes.subarray(from, at), crc);
    for (; isEmpty(at); at += step) crc = afterZeros(crc);
  }
  return crc;
}
