import { BLOCK_TOKENS, FIRST_COUNTS, HASH, HASH_BITS, SECOND_COUNTS, TOKENS } from './deflate-work';

/*
 * A token is a match, a voxel of two literals, or one literal: ten bits of a first field, a literal or 254 more than the
 * length of a match; nine bits of a second, a symbol of a distance, none, or 32 more than a second literal; and thirteen of
 * what a distance has beyond its symbol. All are written by the same instructions, whatever they are.
 */

export const NO_FIRST: u32 = 256;
export const NO_SECOND: u32 = 30;
export const SECOND_LITERAL: u32 = 32;
export const FIRST_LENGTH: u32 = 254;

/** Past the last token of the block that was made last. */
export let tokensEnd: usize = 0;

@inline
export function increment(counts: usize, field: u32): void {
  const count = counts + ((<usize>field) << 2);
  store<u32>(count, load<u32>(count) + 1);
}

/** Second and third field of a match `distance` back, in their place. */
@inline
export function distanceFields(distance: u32): u32 {
  const d = distance - 1;
  if (d < 2) return d << 10;
  const n = 31 - clz(d);
  return ((2 * n + ((d >> (n - 1)) & 1)) << 10) | ((d & ((1 << (n - 1)) - 1)) << 19);
}

/** Adds a match. */
@inline
function match(token: usize, length: u32, fields: u32, work: usize): usize {
  store<u32>(token, (length + FIRST_LENGTH) | fields);
  increment(work + FIRST_COUNTS, length + FIRST_LENGTH);
  increment(work + SECOND_COUNTS, (fields >> 10) & 511);
  return token + 4;
}

/** Bytes from `a` and `b` on that are equal, `a` before `end`, of which some are known to be. */
export function equalBytes(a: usize, b: usize, end: usize, known: usize): usize {
  let at = known;
  while (a + at + 16 <= end) {
    const differ = v128.xor(v128.load(a + at), v128.load(b + at));
    if (v128.any_true(differ)) {
      const low = i64x2.extract_lane(differ, 0);
      if (low != 0) return at + <usize>(ctz(low) >> 3);
      return at + 8 + <usize>(ctz(i64x2.extract_lane(differ, 1)) >> 3);
    }
    at += 16;
  }
  while (a + at < end && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** Makes the tokens of a block from `from` on, T an unsigned integer as wide as a voxel; returns where the next block begins. */
export function tokenise<T>(start: usize, from: usize, end: usize, work: usize): usize {
  const shift: usize = sizeof<T>() == 1 ? 0 : sizeof<T>() == 2 ? 1 : 2;
  const first = work + FIRST_COUNTS;
  const second = work + SECOND_COUNTS;
  let p = from;
  let token = work + TOKENS;
  const fullAt = token + (BLOCK_TOKENS << 2);
  const safe = end - start < 16 ? start : end - 16;
  while (p < safe && token < fullAt) {
    const v = load<u64>(p);
    const at = <u32>((p - start) >> shift);
    const slot = work + HASH + ((<usize>(((<u32>v) * 0x9e3779b1) >> (32 - HASH_BITS))) << 1);
    const distance = ((at - <u32>load<u16>(slot)) & 0xffff) << <u32>shift;
    store<u16>(slot, at);
    const differ = load<u64>(p - distance) ^ v;
    if ((<u32>differ | ((distance - 1) >> 15)) == 0) {
      const fields = distanceFields(distance);
      if (differ != 0) {
        const length = <u32>((ctz(differ) >> (3 + shift)) << shift);
        if (sizeof<T>() == 2) {
          const inner = work + HASH + ((<usize>(((<u32>(v >> 16)) * 0x9e3779b1) >> (32 - HASH_BITS))) << 1);
          store<u16>(inner, at + 1);
        }
        // Each length in a branch of its own, so that the processor guesses where to go on rather than waits for it.
        if (sizeof<T>() == 2 && length == 4) {
          token = match(token, 4, fields, work);
          p += 4;
        } else if (sizeof<T>() == 2) {
          token = match(token, 6, fields, work);
          p += 6;
        } else {
          token = match(token, length, fields, work);
          p += length;
        }
      } else {
        let left = (equalBytes(p, p - distance, end, 8) >> shift) << shift;
        p += left;
        while (left >= 258 + 4) {
          token = match(token, 258, fields, work);
          left -= 258;
        }
        if (left > 258) {
          token = match(token, 128, fields, work);
          left -= 128;
        }
        token = match(token, <u32>left, fields, work);
      }
    } else if (sizeof<T>() == 1) {
      const literal = <u32>v & 255;
      store<u32>(token, literal | (NO_SECOND << 10));
      token += 4;
      increment(first, literal);
      p++;
    } else {
      const one = <u32>v & 255;
      const other = SECOND_LITERAL + ((<u32>v >> 8) & 255);
      store<u32>(token, one | (other << 10));
      increment(first, one);
      increment(second, other);
      token += 4;
      p += 2;
    }
  }
  if (p >= safe)
    while (p < end && token < fullAt) {
      const literal = <u32>load<u8>(p++);
      store<u32>(token, literal | (NO_SECOND << 10));
      token += 4;
      increment(first, literal);
    }
  tokensEnd = token;
  return p;
}
