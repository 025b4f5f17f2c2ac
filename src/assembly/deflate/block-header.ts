import { put } from './bit-writer';
import { buildCode } from './huffman-code';

/* The header of a block with dynamic Huffman codes (RFC 1951, 3.2.7). */

/** Parts of the work area, after the 4 KiB of `buildCode`. */
const SYMBOLS: usize = 4096;
const COUNTS: usize = SYMBOLS + 2 * 324;
const CODES: usize = COUNTS + 4 * 20;

const KINDS: i32 = 19;

/** Symbols of code lengths in the order in which their own lengths are written. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** What has been planned, for `writeHeader`. */
let literals: i32 = 0;
let distances: i32 = 0;
let kinds: i32 = 0;
let symbols: usize = 0;

/** Symbols up to the last that has a code, at least `least`. */
function usedOf(codes: usize, n: i32, least: i32): i32 {
  let used = n;
  while (used > least && load<u32>(codes + ((<usize>(used - 1)) << 2)) == 0) used--;
  return used;
}

function addSymbol(work: usize, symbol: u32, extra: u32): void {
  store<u16>(work + SYMBOLS + (symbols << 1), symbol | (extra << 8));
  symbols++;
  const count = work + COUNTS + ((<usize>symbol) << 2);
  store<u32>(count, load<u32>(count) + 1);
}

function addRun(work: usize, length: u32, repeats: u32): void {
  let left = repeats;
  if (length == 0) {
    while (left >= 11) {
      const n = min<u32>(left, 138);
      addSymbol(work, 18, n - 11);
      left -= n;
    }
    if (left >= 3) {
      addSymbol(work, 17, left - 3);
      left = 0;
    }
  } else {
    addSymbol(work, length, 0);
    left--;
    while (left >= 3) {
      const n = min<u32>(left, 6);
      addSymbol(work, 16, n - 3);
      left -= n;
    }
  }
  for (; left > 0; left--) addSymbol(work, length, 0);
}

@inline
function extraBits(symbol: u32): u32 {
  return symbol == 18 ? 7 : symbol == 17 ? 3 : symbol == 16 ? 2 : 0;
}

/** Lays out the header of a block with these two codes; returns its bits, the three of its kind included. */
export function planHeader(literalCodes: usize, distanceCodes: usize, work: usize): u32 {
  literals = usedOf(literalCodes, 286, 257);
  distances = usedOf(distanceCodes, 30, 1);
  symbols = 0;
  memory.fill(work + COUNTS, 0, KINDS << 2);
  let last: u32 = 0;
  let repeats: u32 = 0;
  for (let i = 0; i < literals + distances; i++) {
    const code = i < literals ? literalCodes + ((<usize>i) << 2) : distanceCodes + ((<usize>(i - literals)) << 2);
    const length = load<u32>(code) & 255;
    if (length == last) repeats++;
    else {
      if (repeats > 0) addRun(work, last, repeats);
      last = length;
      repeats = 1;
    }
  }
  addRun(work, last, repeats);
  let bits = buildCode(work + COUNTS, KINDS, work + CODES, 7, work);
  for (let symbol: u32 = 16; symbol < 19; symbol++)
    bits += load<u32>(work + COUNTS + ((<usize>symbol) << 2)) * extraBits(symbol);
  kinds = KINDS;
  while (kinds > 4 && load<u32>(work + CODES + ((<usize>load<u8>(ORDER + kinds - 1)) << 2)) == 0) kinds--;
  return bits + 3 + 14 + 3 * kinds;
}

/** Writes what was planned last, of a block that is not the last. */
export function writeHeader(work: usize): void {
  put(2 << 1, 3);
  put((literals - 257) | ((distances - 1) << 5) | ((kinds - 4) << 10), 14);
  for (let i = 0; i < kinds; i++)
    put(load<u32>(work + CODES + ((<usize>load<u8>(ORDER + i)) << 2)) & 255, 3);
  for (let i: usize = 0; i < symbols; i++) {
    const symbol = <u32>load<u8>(work + SYMBOLS + (i << 1));
    const extra = <u32>load<u8>(work + SYMBOLS + (i << 1) + 1);
    const code = load<u32>(work + CODES + ((<usize>symbol) << 2));
    const length = code & 255;
    put((code >> 8) | (extra << length), length + extraBits(symbol));
  }
}
