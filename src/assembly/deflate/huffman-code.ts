/* Huffman codes of limited length (RFC 1951, 3.2.2). */

/** Symbols up to which simple sorting is the fastest. */
const FEW: i32 = 32;

/** Parts of the work area, which takes 4 KiB. */
const KEYS: usize = 0;
const OTHER_KEYS: usize = 1152;
const BUCKETS: usize = 2304;
const LENGTH_COUNTS: usize = 3328;
const NEXT_CODES: usize = 3392;

@inline
function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 2);
}

/** Sorts `n` keys by eight of their bits, in their order where these are equal. */
function sortBy(shift: u32, from: usize, to: usize, n: i32, buckets: usize): void {
  memory.fill(buckets, 0, 1024);
  for (let i = 0; i < n; i++) {
    const bucket = at(buckets, (load<u32>(at(from, i)) >> shift) & 255);
    store<u32>(bucket, load<u32>(bucket) + 1);
  }
  let sum: u32 = 0;
  for (let i = 0; i < 256; i++) {
    const size = load<u32>(at(buckets, i));
    store<u32>(at(buckets, i), sum);
    sum += size;
  }
  for (let i = 0; i < n; i++) {
    const key = load<u32>(at(from, i));
    const bucket = at(buckets, (key >> shift) & 255);
    const place = load<u32>(bucket);
    store<u32>(bucket, place + 1);
    store<u32>(at(to, place), key);
  }
}

/** Sorts a few keys. */
function sortFew(from: usize, to: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const key = load<u32>(at(from, i));
    let j = i;
    while (j > 0 && load<u32>(at(to, j - 1)) > key) {
      store<u32>(at(to, j), load<u32>(at(to, j - 1)));
      j--;
    }
    store<u32>(at(to, j), key);
  }
}

/**
 * Turns `n` counts, ascending, into the depths of their leaves in a Huffman tree, descending, where they are (Moffat and
 * Katajainen, In-place calculation of minimum-redundancy codes, 1995).
 */
function depths(a: usize, n: i32): void {
  store<u32>(a, load<u32>(a) + load<u32>(at(a, 1)));
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < n - 1; next++) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= n || (root < next && load<u32>(at(a, root)) < load<u32>(at(a, leaf)))) {
        sum += load<u32>(at(a, root));
        store<u32>(at(a, root++), next);
      } else sum += load<u32>(at(a, leaf++));
    }
    store<u32>(at(a, next), sum);
  }
  store<u32>(at(a, n - 2), 0);
  for (let next = n - 3; next >= 0; next--)
    store<u32>(at(a, next), load<u32>(at(a, load<u32>(at(a, next)))) + 1);
  let free = 1;
  let depth: u32 = 0;
  root = n - 2;
  let next = n - 1;
  while (free > 0) {
    let used = 0;
    while (root >= 0 && load<u32>(at(a, root)) == depth) {
      used++;
      root--;
    }
    while (free > used) {
      store<u32>(at(a, next--), depth);
      free--;
    }
    free = 2 * used;
    depth++;
  }
}

/** The lowest `length` bits of a code of at most 16, the first one last. */
@inline
function reversed(code: u32, length: u32): u32 {
  let c = code;
  c = ((c & 0x5555) << 1) | ((c >> 1) & 0x5555);
  c = ((c & 0x3333) << 2) | ((c >> 2) & 0x3333);
  c = ((c & 0x0f0f) << 4) | ((c >> 4) & 0x0f0f);
  c = ((c & 0x00ff) << 8) | (c >> 8);
  return c >> (16 - length);
}

/**
 * Codes of `n` symbols, at most 288, by their counts, below 2^23 each, at most `limit` bits long: u32, the code above eight
 * bits of its length, 0 where the count is 0. Two symbols at least get a code, as zlib does it, for some readers refuse
 * less. Returns the bits that all of the symbols take.
 */
export function buildCode(counts: usize, n: i32, codes: usize, limit: u32, work: usize): u32 {
  const keys = work + KEYS;
  let used = 0;
  for (let i = 0; i < n; i++) {
    const count = load<u32>(at(counts, i));
    if (count > 0) store<u32>(at(keys, used++), (count << 9) | i);
  }
  for (let i = 0; used < 2; i++)
    if (load<u32>(at(counts, i)) == 0) store<u32>(at(keys, used++), (1 << 9) | i);
  const sorted = work + OTHER_KEYS;
  if (used <= FEW) sortFew(keys, sorted, used);
  else {
    sortBy(9, keys, sorted, used, work + BUCKETS);
    sortBy(17, sorted, keys, used, work + BUCKETS);
    sortBy(25, keys, sorted, used, work + BUCKETS);
  }
  for (let i = 0; i < used; i++) store<u32>(at(keys, i), load<u32>(at(sorted, i)) >> 9);
  depths(keys, used);

  // Leaves that lie too deep move up to the limit, and others one down each, until all have room.
  const lengths = work + LENGTH_COUNTS;
  memory.fill(lengths, 0, 64);
  let overfull: i32 = 0;
  for (let i = 0; i < used; i++) {
    const length = min(load<u32>(at(keys, i)), limit);
    store<u32>(at(lengths, length), load<u32>(at(lengths, length)) + 1);
    overfull += 1 << (limit - length);
  }
  overfull -= 1 << limit;
  while (overfull > 0) {
    let length = limit - 1;
    while (load<u32>(at(lengths, length)) == 0) length--;
    store<u32>(at(lengths, length), load<u32>(at(lengths, length)) - 1);
    store<u32>(at(lengths, length + 1), load<u32>(at(lengths, length + 1)) + 2);
    store<u32>(at(lengths, limit), load<u32>(at(lengths, limit)) - 1);
    overfull--;
  }

  const next = work + NEXT_CODES;
  let code: u32 = 0;
  store<u32>(next, 0);
  for (let length: u32 = 1; length <= limit; length++) {
    code = code << 1;
    store<u32>(at(next, length), code);
    code += load<u32>(at(lengths, length));
  }
  memory.fill(codes, 0, (<usize>n) << 2);
  // The rarest symbols are the first, and get the longest codes.
  let length = limit;
  let left = load<u32>(at(lengths, length));
  let total: u32 = 0;
  for (let i = 0; i < used; i++) {
    while (left == 0) left = load<u32>(at(lengths, --length));
    left--;
    const key = load<u32>(at(sorted, i));
    store<u32>(at(codes, key & 511), length);
    total += (key >> 9) * length;
  }
  for (let i = 0; i < n; i++) {
    length = load<u32>(at(codes, i));
    if (length == 0) continue;
    code = load<u32>(at(next, length));
    store<u32>(at(next, length), code + 1);
    store<u32>(at(codes, i), (reversed(code, length) << 8) | length);
  }
  return total;
}
