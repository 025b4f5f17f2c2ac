/*
 * Tables by which a Huffman code of DEFLATE is decoded (RFC 1951, 3.2.2): the next bits of the stream are an index into the
 * main table; codes longer than that go on in a subtable. An entry says all that is to be done, in 32 bits. Of literals and
 * lengths:
 *
 *   bits 0 to 5    bits that it takes from the stream, extra ones not among them
 *   bits 6, 7      how many literals it stands for, 0 to 2, which lie in bits 8 to 23
 *   bit 31         more than literals: after one of them, or none, comes a length, whose base are
 *   bits 16 to 24  and the mask of whose extra bits are
 *   bits 25 to 29
 *   bit 30         or it is neither, and bits 12, 13 say what
 *
 * Of distances, bits 0 to 5 are all that it takes, bits 8 to 11 those of the code alone, bits 16 to 31 the base.
 * Of a subtable, bits 8 to 11 are the bits that index it, bits 16 to 29 where it begins.
 */

export const ONE_LITERAL: u32 = 0x40;
export const MORE: u32 = 0x80000000;
export const EXCEPTIONAL: u32 = 0x40000000;
export const KIND: u32 = 0x3000;
export const SUBTABLE: u32 = 0x1000;
export const END_OF_BLOCK: u32 = 0x2000;
export const INVALID: u32 = 0x3000;

/** Bits that index the main tables: of literals and lengths, of distances, of code lengths. */
export const LITERAL_BITS: u32 = 13;
export const DISTANCE_BITS: u32 = 9;
export const PRECODE_BITS: u32 = 7;

/** Where the tables lie. Each at least two codes share a subtable. */
export const LITERAL_TABLE = memory.data(4 * ((1 << 13) + 144 * (1 << 2)), 16);
export const DISTANCE_TABLE = memory.data(4 * ((1 << 9) + 16 * (1 << 6)), 16);
export const PRECODE_TABLE = memory.data(4 * (1 << 7), 16);

/** No code is longer. */
const MOST_BITS: u32 = 15;

/** Which alphabet a code is of. */
export const LITERAL_CODE: u32 = 0;
export const DISTANCE_CODE: u32 = 1;
export const PRECODE: u32 = 2;

/** RFC 1951, 3.2.5. */
const LENGTH_BASE = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]);
const LENGTH_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]);
const DISTANCE_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);

/** How many codes there are of each length, and where the next symbol of a length goes; u32 each. */
const COUNTS_BYTES: usize = 64;
const SORTED_AT: usize = 2 * COUNTS_BYTES;
/** Working room of `makeTable`: both, and the symbols in the order of their codes, u16 each. */
export const TABLE_WORK_BYTES: usize = 2 * COUNTS_BYTES + 2 * 288;

function entryOf(alphabet: u32, symbol: u32, bits: u32): u32 {
  if (alphabet === LITERAL_CODE) {
    if (symbol < 256) return (symbol << 8) | ONE_LITERAL | bits;
    if (symbol === 256) return MORE | EXCEPTIONAL | END_OF_BLOCK | bits;
    if (symbol > 285) return MORE | EXCEPTIONAL | INVALID;
    const extra = <u32>load<u8>(LENGTH_EXTRA + (symbol - 257));
    const base = <u32>load<u16>(LENGTH_BASE + 2 * (symbol - 257));
    return MORE | (((1 << extra) - 1) << 25) | (base << 16) | bits;
  }
  if (alphabet === DISTANCE_CODE) {
    if (symbol > 29) return INVALID;
    const extra = <u32>load<u8>(DISTANCE_EXTRA + symbol);
    return ((<u32>load<u16>(DISTANCE_BASE + 2 * symbol)) << 16) | (bits << 8) | (bits + extra);
  }
  return (symbol << 16) | bits;
}

/** Fills from the entries that are there, `from` of them, up to `to`, each a power of two. */
function doubled(table: usize, from: u32, to: u32): void {
  for (; from < to; from <<= 1) memory.copy(table + 4 * from, table, 4 * from);
}

/**
 * Makes the table of a code whose symbols have the given lengths, u8 each. False where the lengths are of no code: more codes
 * than there can be, or fewer, save a single one of one bit or none at all, as zlib takes them.
 *
 * @param work TABLE_WORK_BYTES
 */
export function makeTable(
  alphabet: u32,
  lengths: usize,
  symbols: u32,
  table: usize,
  mainBits: u32,
  work: usize,
): bool {
  memory.fill(work, 0, COUNTS_BYTES);
  for (let i: u32 = 0; i < symbols; i++) {
    const at = work + 4 * <usize>load<u8>(lengths + i);
    store<u32>(at, load<u32>(at) + 1);
  }
  let left: i32 = 1;
  let next: u32 = 0;
  let longest: u32 = 0;
  for (let bits: u32 = 1; bits <= MOST_BITS; bits++) {
    const count = load<u32>(work + 4 * bits);
    store<u32>(work + COUNTS_BYTES + 4 * bits, next);
    next += count;
    left = 2 * left - <i32>count;
    if (left < 0) return false;
    if (count > 0) longest = bits;
  }
  if (left > 0 && (longest > 1 || (alphabet === PRECODE && longest > 0))) return false;
  const sorted = work + SORTED_AT;
  for (let i: u32 = 0; i < symbols; i++) {
    const bits = <usize>load<u8>(lengths + i);
    if (bits === 0) continue;
    const at = work + COUNTS_BYTES + 4 * bits;
    const place = load<u32>(at);
    store<u16>(sorted + 2 * place, <u16>i);
    store<u32>(at, place + 1);
  }
  if (left > 0) {
    // Half of the code, or all of it, means nothing.
    const invalid = alphabet === LITERAL_CODE ? MORE | EXCEPTIONAL | INVALID : INVALID;
    store<u32>(table, longest === 0 ? invalid : entryOf(alphabet, load<u16>(sorted), 1));
    store<u32>(table + 4, invalid);
    doubled(table, 2, 1 << mainBits);
    return true;
  }
  fill(alphabet, sorted, next, table, mainBits, work);
  return true;
}

/** The next code of as many bits or more, the first bit being the lowest here and the highest in value. */
function codeAfter(code: u32, bits: u32): u32 {
  const zeros = code ^ ((1 << bits) - 1);
  if (zeros === 0) return 0;
  const highest: u32 = 1 << (31 - clz(zeros));
  return (code & (highest - 1)) | highest;
}

/** The same of a complete code, of which `counts` says how many codes have each length. */
function fill(alphabet: u32, sorted: usize, symbols: u32, table: usize, mainBits: u32, counts: usize): void {
  /** Of the code, whose first bit is the lowest. */
  let code: u32 = 0;
  let bits: u32 = 1;
  let filled: u32 = 2;
  let prefix: u32 = -1;
  let subtable: u32 = 0;
  let subtableEnd: u32 = 1 << mainBits;
  for (let i: u32 = 0; i < symbols; i++) {
    while (load<u32>(counts + 4 * bits) === 0) bits++;
    const symbol = <u32>load<u16>(sorted + 2 * i);
    if (bits <= mainBits) {
      if (filled < (<u32>1) << bits) {
        doubled(table, filled, 1 << bits);
        filled = 1 << bits;
      }
      store<u32>(table + 4 * code, entryOf(alphabet, symbol, bits));
    } else {
      if (filled < (<u32>1) << mainBits) {
        doubled(table, filled, 1 << mainBits);
        filled = 1 << mainBits;
      }
      const first = code & ((1 << mainBits) - 1);
      if (first !== prefix) {
        prefix = first;
        // As many bits as the codes take that follow.
        let indexBits = bits - mainBits;
        let room = load<u32>(counts + 4 * bits);
        while (room < (<u32>1) << indexBits) {
          indexBits++;
          room = 2 * room + load<u32>(counts + 4 * (mainBits + indexBits));
        }
        subtable = subtableEnd;
        subtableEnd += 1 << indexBits;
        store<u32>(
          table + 4 * prefix,
          (alphabet === LITERAL_CODE ? MORE | EXCEPTIONAL : 0) |
            (subtable << 16) |
            SUBTABLE |
            (indexBits << 8) |
            mainBits,
        );
      }
      const entry = entryOf(alphabet, symbol, bits - mainBits);
      const step: u32 = 1 << (bits - mainBits);
      for (let at = subtable + (code >> mainBits); at < subtableEnd; at += step)
        store<u32>(table + 4 * at, entry);
    }
    store<u32>(counts + 4 * bits, load<u32>(counts + 4 * bits) - 1);
    code = codeAfter(code, bits);
  }
  doubled(table, filled, 1 << mainBits);
}

/**
 * Lets entries of one literal stand for the literal or length after it, too, where the index holds both.
 *
 * @param work as `makeTable` has left it, of the code of these lengths
 * @param unjoined 2 ^ (LITERAL_BITS - 1) entries of working room
 */
export function joinLiterals(lengths: usize, work: usize, unjoined: usize): void {
  memory.copy(unjoined, LITERAL_TABLE, 4 << (LITERAL_BITS - 1));
  const symbols = load<u32>(work + COUNTS_BYTES + 4 * MOST_BITS);
  let code: u32 = 0;
  for (let i: u32 = 0; i < symbols; i++) {
    const symbol = <u32>load<u16>(work + SORTED_AT + 2 * i);
    const bits = <u32>load<u8>(lengths + symbol);
    // Four entries at a time, which of a longer code there are not.
    if (bits > LITERAL_BITS - 2) return;
    if (symbol < 256) join((symbol << 8) | ONE_LITERAL | bits, code, bits, unjoined);
    code = codeAfter(code, bits);
  }
}

/** The entries of the literal with this code, of which the next symbol's bits make one after the other. */
function join(literal: u32, code: u32, bits: u32, unjoined: usize): void {
  const first = i32x4.splat(literal);
  const step: usize = 4 << bits;
  let at = LITERAL_TABLE + 4 * <usize>code;
  const end = unjoined + (4 << (LITERAL_BITS - bits));
  for (let from = unjoined; from < end; from += 16) {
    const second = v128.load(from);
    // Two literals, or one and what lies above bit 15 of a length.
    const joint = i32x4.add(
      i32x4.add(first, v128.and(second, i32x4.splat(0xffff00ff))),
      i32x4.shl(v128.and(second, i32x4.splat(0xff00)), 8),
    );
    const fits = i32x4.le_s(v128.and(joint, i32x4.splat(63)), i32x4.splat(LITERAL_BITS));
    const exceptional = i32x4.shr_s(i32x4.shl(second, 1), 31);
    const entries = v128.bitselect(joint, first, v128.andnot(fits, exceptional));
    v128.store_lane<u32>(at, entries, 0);
    v128.store_lane<u32>(at + step, entries, 1);
    v128.store_lane<u32>(at + 2 * step, entries, 2);
    v128.store_lane<u32>(at + 3 * step, entries, 3);
    at += 4 * step;
  }
}
