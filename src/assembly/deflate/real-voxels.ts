import { bits, count, out, resume } from './bit-writer';
import { BYTE_COUNTS, FIRST_CODES, FIRST_COUNTS, RUN_BLOCK_BYTES, SECOND_CODES, SECOND_COUNTS, TOKENS } from './deflate-work';
import { distanceFields, equalBytes, FIRST_LENGTH, increment } from './voxel-tokens';

/*
 * Voxels in floating point: their lowest bytes are as good as random, so that a voxel is either one of a few constants, such as
 * padding and what a window clips, or nothing like it came before. A block is a row of sequences: voxels that are written
 * byte by byte, and a match after them, as u64: the count of voxels, above it the two fields of the match as in a token,
 * 0 where there is none.
 */

/** Past the last sequence of the block that was made last. */
let sequencesEnd: usize = 0;

@inline
function countBytes(work: usize, v: u32): void {
  increment(work + BYTE_COUNTS, v & 255);
  increment(work + BYTE_COUNTS + 1024, (v >> 8) & 255);
  increment(work + BYTE_COUNTS + 2048, (v >> 16) & 255);
  increment(work + BYTE_COUNTS + 3072, v >> 24);
}

/** Further back than a match may lie, whatever the address. */
const NOWHERE: usize = 1 << 16;

/**
 * Makes the sequences of a block from `from` on, T an unsigned integer as wide as a voxel, of which one is left at least.
 * Returns where the next block begins.
 */
export function findRuns<T>(start: usize, from: usize, last: usize, work: usize): usize {
  const end = from + ((last - from) & ~(sizeof<T>() - 1));
  memory.fill(work + BYTE_COUNTS, 0, 4096);
  const stop = min(end, from + RUN_BLOCK_BYTES);
  let sequence = work + TOKENS;
  let p = from;
  let literals = from;
  // The two constants met last, and where.
  let one: T = 0;
  let other: T = 0;
  let oneAt = p - NOWHERE;
  let otherAt = p - NOWHERE;
  let before: T = p > start ? load<T>(p - sizeof<T>()) : ~load<T>(p);
  while (p < stop) {
    const v = load<T>(p);
    let distance: usize = sizeof<T>();
    if (v != before) {
      before = v;
      if (v == one) distance = p - oneAt;
      else if (v == other) distance = p - otherAt;
      else distance = NOWHERE;
      if (distance > 32768) {
        countBytes(work, <u32>v);
        if (sizeof<T>() == 8) countBytes(work, <u32>((<u64>v) >> 32));
        p += sizeof<T>();
        continue;
      }
    }
    let left = equalBytes(p, p - distance, end, sizeof<T>()) & ~(sizeof<T>() - 1);
    const fields = distanceFields(<u32>distance);
    store<u32>(sequence, <u32>(p - literals));
    p += left;
    literals = p;
    before = load<T>(p - sizeof<T>());
    if (before == one) oneAt = p - sizeof<T>();
    else {
      other = one;
      otherAt = oneAt;
      one = before;
      oneAt = p - sizeof<T>();
    }
    while (left > 0) {
      const length: usize = left > 258 && left < 261 ? 128 : min<usize>(left, 258);
      increment(work + FIRST_COUNTS, <u32>length + FIRST_LENGTH);
      increment(work + SECOND_COUNTS, (fields >> 10) & 511);
      store<u32>(sequence + 4, (<u32>length + FIRST_LENGTH) | fields);
      sequence += 8;
      store<u32>(sequence, 0);
      left -= length;
    }
  }
  store<u32>(sequence, <u32>(p - literals));
  store<u32>(sequence + 4, 0);
  sequence += 8;
  sequencesEnd = sequence;
  // The four are one from here on.
  for (let i: usize = 0; i < 1024; i += 16) {
    const bytes = work + BYTE_COUNTS + i;
    const sum = i32x4.add(
      i32x4.add(v128.load(bytes), v128.load(bytes + 1024)),
      i32x4.add(v128.load(bytes + 2048), v128.load(bytes + 3072)),
    );
    v128.store(work + FIRST_COUNTS + i, sum);
  }
  return p;
}

/** Writes the sequences of a block that begins at `from`. */
export function writeRuns(from: usize, work: usize): void {
  const first = work + FIRST_CODES;
  const second = work + SECOND_CODES;
  const end = sequencesEnd;
  let p = from;
  let o = out;
  let pending = bits;
  let n = count;
  for (let sequence = work + TOKENS; sequence < end; sequence += 8) {
    const stop = p + <usize>load<u32>(sequence);
    for (; p < stop; p += 4) {
      const v = load<u32>(p);
      const a = load<u32>(first + ((<usize>(v & 255)) << 2));
      const b = load<u32>(first + ((<usize>((v >> 8) & 255)) << 2));
      const c = load<u32>(first + ((<usize>((v >> 16) & 255)) << 2));
      const d = load<u32>(first + ((<usize>(v >> 24)) << 2));
      const low = (a >> 8) | ((b >> 8) << a);
      const high = (c >> 8) | ((d >> 8) << c);
      pending |= (<u64>low) << n;
      n += <u64>(a + b);
      pending |= (<u64>high) << n;
      n += <u64>(c + d);
      store<u64>(o, pending);
      const whole = (n >> 3) & 7;
      o += <usize>whole;
      pending >>= whole << 3;
      n &= 7;
    }
    const fields = load<u32>(sequence + 4);
    if (fields == 0) continue;
    const a = load<u32>(first + ((<usize>(fields & 1023)) << 2));
    const b = load<u32>(second + ((<usize>((fields >> 10) & 511)) << 2));
    pending |= (<u64>(a >> 8)) << n;
    n += <u64>a;
    pending |= (<u64>(b >> 16)) << n;
    n += <u64>b;
    pending |= (<u64>(fields >> 19)) << n;
    n += <u64>((b >> 8) & 255);
    store<u64>(o, pending);
    const whole = (n >> 3) & 7;
    o += <usize>whole;
    pending >>= whole << 3;
    n &= 7;
    p += <usize>((fields & 1023) - FIRST_LENGTH);
  }
  resume(o, pending, n);
}
