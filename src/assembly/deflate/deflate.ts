import { align, begin, bits, count, out, put, resume } from './bit-writer';
import { planHeader, writeHeader } from './block-header';
import {
  CODE_WORK,
  COUNTS_END,
  DISTANCE_CODES,
  DISTANCE_COUNTS,
  FIRST_CODES,
  FIRST_COUNTS,
  HASH,
  HASH_BITS,
  LITERAL_CODES,
  LITERAL_COUNTS,
  SECOND_CODES,
  SECOND_COUNTS,
  TOKENS,
  WORK_BYTES,
} from './deflate-work';
import { findRuns, writeRuns } from './real-voxels';
import { buildCode } from './huffman-code';
import { FIRST_LENGTH, NO_FIRST, NO_SECOND, SECOND_LITERAL, tokenise, tokensEnd } from './voxel-tokens';

/** Literals take at most so many bits, that four fit into what `bits` has room for; longer ones gain nothing. */
const LITERAL_LIMIT: u32 = 14;
const DISTANCE_LIMIT: u32 = 15;

/** A token that is written as nothing. */
const NO_TOKEN: u32 = NO_FIRST | (NO_SECOND << 10);

const END_OF_BLOCK: usize = 256;

/** The most that a stored block holds (RFC 1951, 3.2.4). */
const STORED_BYTES: usize = 65535;

@inline
function at(base: usize, index: usize): usize {
  return base + (index << 2);
}

@inline
function lengthExtra(symbol: usize): u32 {
  return symbol < 265 || symbol == 285 ? 0 : <u32>((symbol - 261) >> 2);
}

@inline
function distanceExtra(symbol: usize): u32 {
  return symbol < 4 ? 0 : <u32>((symbol >> 1) - 1);
}

/** Counts of symbols from those of fields; returns the bits beyond symbols. */
function countSymbols(work: usize): u32 {
  const first = work + FIRST_COUNTS;
  const second = work + SECOND_COUNTS;
  const literals = work + LITERAL_COUNTS;
  for (let i: usize = 0; i < 256; i++)
    store<u32>(at(literals, i), load<u32>(at(first, i)) + load<u32>(at(second, <u32>i + SECOND_LITERAL)));
  store<u32>(at(literals, END_OF_BLOCK), 1);
  let extra: u32 = 0;
  let field: usize = FIRST_LENGTH + 3;
  for (let symbol: usize = 257; symbol < 286; symbol++) {
    const after = symbol == 285 ? field + 1 : min<usize>(field + (1 << lengthExtra(symbol)), FIRST_LENGTH + 258);
    let sum: u32 = 0;
    for (; field < after; field++) sum += load<u32>(at(first, field));
    store<u32>(at(literals, symbol), sum);
    extra += sum * lengthExtra(symbol);
  }
  for (let i: usize = 0; i < 30; i++) {
    const n = load<u32>(at(second, i));
    store<u32>(at(work + DISTANCE_COUNTS, i), n);
    extra += n * distanceExtra(i);
  }
  return extra;
}

/** What each field is written as, from the codes of symbols. */
function layOutFields(work: usize): void {
  const literals = work + LITERAL_CODES;
  const first = work + FIRST_CODES;
  const second = work + SECOND_CODES;
  for (let i: usize = 0; i < 256; i++) {
    const code = load<u32>(at(literals, i));
    store<u32>(at(first, i), code);
    store<u32>(at(second, <u32>i + SECOND_LITERAL), ((code >> 8) << 16) | (code & 255));
  }
  let field: usize = FIRST_LENGTH + 3;
  for (let symbol: usize = 257; symbol < 286; symbol++) {
    const extra = lengthExtra(symbol);
    const code = load<u32>(at(literals, symbol));
    const length = code & 255;
    const after = symbol == 285 ? field + 1 : min<usize>(field + (1 << extra), FIRST_LENGTH + 258);
    for (let i: u32 = 0; field < after; field++, i++)
      store<u32>(at(first, field), (((code >> 8) | (i << length)) << 8) | (length + extra));
  }
  for (let i: usize = 0; i < 30; i++) {
    const code = load<u32>(at(work + DISTANCE_CODES, i));
    store<u32>(at(second, i), ((code >> 8) << 16) | (distanceExtra(i) << 8) | (code & 255));
  }
  store<u32>(at(first, NO_FIRST), 0);
  store<u32>(at(second, NO_SECOND), 0);
}

/** Writes the tokens of a block. */
function writeTokens(work: usize): void {
  const end = tokensEnd;
  const first = work + FIRST_CODES;
  const second = work + SECOND_CODES;
  let o = out;
  let pending = bits;
  let n = count;
  // An empty one behind the last makes them even.
  store<u32>(end, NO_TOKEN);
  for (let token = work + TOKENS; token < end; token += 8) {
    const one = load<u32>(token);
    const other = load<u32>(token + 4);
    const a = load<u32>(at(first, one & 1023));
    const b = load<u32>(at(second, (one >> 10) & 511));
    const c = load<u32>(at(first, other & 1023));
    const d = load<u32>(at(second, (other >> 10) & 511));
    const ab = a + b;
    const cd = c + d;
    const oneBits = (<u64>(a >> 8)) | ((<u64>(b >> 16)) << <u64>a) | ((<u64>(one >> 19)) << <u64>ab);
    const otherBits = (<u64>(c >> 8)) | ((<u64>(d >> 16)) << <u64>c) | ((<u64>(other >> 19)) << <u64>cd);
    const oneCount = (ab & 255) + ((b >> 8) & 255);
    const otherCount = (cd & 255) + ((d >> 8) & 255);
    pending |= oneBits << n;
    n += <u64>oneCount;
    if (oneCount + otherCount > 56) {
      store<u64>(o, pending);
      o += <usize>(n >> 3);
      pending >>= n & 56;
      n &= 7;
    }
    pending |= otherBits << n;
    n += <u64>otherCount;
    store<u64>(o, pending);
    o += <usize>(n >> 3);
    pending >>= n & 56;
    n &= 7;
  }
  resume(o, pending, n);
}

/** Writes bytes as they are. */
function writeStored(from: usize, end: usize): void {
  let p = from;
  while (p < end) {
    const n = min<usize>(end - p, STORED_BYTES);
    put(0, 3);
    align();
    put((<u64>n) | ((<u64>(n ^ 0xffff)) << 16), 32);
    memory.copy(out, p, n);
    resume(out + n, 0, 0);
    p += n;
  }
}

/** Bytes of working room that `deflate` needs. */
export function deflateWorkBytes(): usize {
  return WORK_BYTES;
}

/** Bytes that `deflate` may write to make at most of `length` bytes, the room for its last store included. */
export function deflateBound(length: usize): usize {
  return length + (length >> 10) + 64;
}

/**
 * Deflates bytes into blocks of a raw DEFLATE stream (RFC 1951), none of them the last, and an empty stored block behind
 * them, as Z_SYNC_FLUSH of zlib does: what comes next begins at a byte. Blocks have Huffman codes of their own, or are stored
 * where that is less. Matches do not reach back beyond `input`. The bytes depend on `input` and `unit` alone.
 *
 * @param length at most 2^20
 * @param output with room for `deflateBound(length)` bytes
 * @param work `deflateWorkBytes()` bytes, aligned to 16, that may hold anything
 * @param unit the bytes that are matched as one: 1 and 2, of integers, are matched as they came anywhere in the last 32 KiB;
 *   4 and 8, of voxels in floating point, with the constants among them alone
 * @returns the number of bytes written
 */
export function deflate(input: usize, length: usize, output: usize, work: usize, unit: u32): usize {
  const end = input + length;
  begin(output);
  memory.fill(work + HASH, 0, 2 << HASH_BITS);
  const codeWork = work + CODE_WORK;
  let p = input;
  while (p < end) {
    memory.fill(work + FIRST_COUNTS, 0, COUNTS_END - FIRST_COUNTS);
    // What is left of a voxel at the end is bytes.
    const reals = unit >= 4 && end - p >= <usize>unit;
    const next = reals
      ? unit == 4
        ? findRuns<u32>(input, p, end, work)
        : findRuns<u64>(input, p, end, work)
      : unit == 2
        ? tokenise<u16>(input, p, end, work)
        : tokenise<u8>(input, p, end, work);
    let cost = countSymbols(work);
    cost += buildCode(work + LITERAL_COUNTS, 286, work + LITERAL_CODES, LITERAL_LIMIT, codeWork);
    cost += buildCode(work + DISTANCE_COUNTS, 30, work + DISTANCE_CODES, DISTANCE_LIMIT, codeWork);
    cost += planHeader(work + LITERAL_CODES, work + DISTANCE_CODES, codeWork);
    const size = next - p;
    if (cost > <u32>((size + 4 * (size / STORED_BYTES + 1)) << 3)) writeStored(p, next);
    else {
      writeHeader(codeWork);
      layOutFields(work);
      if (reals) writeRuns(p, work);
      else writeTokens(work);
      const code = load<u32>(at(work + LITERAL_CODES, END_OF_BLOCK));
      put(code >> 8, code & 255);
    }
    p = next;
  }
  put(0, 3);
  align();
  put(0xffff0000, 32);
  return out - output;
}
