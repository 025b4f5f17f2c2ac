/* Bits of a DEFLATE stream (RFC 1951, 3.1.1): the first is the lowest of a byte. */

/** Where the next whole byte goes. */
export let out: usize = 0;

/** Bits that are not written yet, at most seven after `flush`. */
export let bits: u64 = 0;
export let count: u64 = 0;

@inline
export function begin(at: usize): void {
  out = at;
  bits = 0;
  count = 0;
}

/** Goes on from where a loop with its own variables has come. */
@inline
export function resume(at: usize, pending: u64, pendingCount: u64): void {
  out = at;
  bits = pending;
  count = pendingCount;
}

/** Adds up to 57 bits. What is above them in `value` is 0. */
@inline
export function put(value: u64, length: u64): void {
  bits |= value << count;
  count += length;
  store<u64>(out, bits);
  const whole = count >> 3;
  out += <usize>whole;
  bits >>= whole << 3;
  count &= 7;
}

/** Fills the last byte with zeros. */
@inline
export function align(): void {
  put(0, (8 - count) & 7);
}
