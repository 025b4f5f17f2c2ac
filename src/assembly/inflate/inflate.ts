import { inflateBlock } from './inflate-block';
import {
  alignToByte,
  BROKEN,
  bitBuffer,
  bitCount,
  copyStored,
  DONE,
  drop,
  has,
  input as inputAt,
  open,
  output as outputAt,
  take,
} from './inflate-stream';
import {
  DISTANCE_BITS,
  DISTANCE_CODE,
  DISTANCE_TABLE,
  INVALID,
  joinLiterals,
  LITERAL_BITS,
  LITERAL_CODE,
  LITERAL_TABLE,
  makeTable,
  PRECODE,
  PRECODE_BITS,
  PRECODE_TABLE,
  TABLE_WORK_BYTES,
} from './inflate-tables';

/** Symbols of the alphabets; two of either are in the fixed codes alone, and mean nothing (RFC 1951, 3.2.6). */
const LITERAL_SYMBOLS: u32 = 288;
const DISTANCE_SYMBOLS: u32 = 32;
const PRECODE_SYMBOLS: u32 = 19;

/** The working room: what is returned, then lengths of codes, then tables. */
const LENGTHS_AT: usize = 16;
const TABLE_WORK_AT: usize = LENGTHS_AT + 512;
const UNJOINED_AT: usize = (TABLE_WORK_AT + TABLE_WORK_BYTES + 15) & ~15;
const WORK_BYTES: usize = UNJOINED_AT + (4 << (LITERAL_BITS - 1));

/** Bytes of working room that `inflate` asks for. */
export function inflateWorkBytes(): usize {
  return WORK_BYTES;
}

/** Bytes that a block has to come to for its literals to be worth joining in the next one's table. */
const LONG_BLOCK: usize = 1 << 12;

/** The last block was a long one, so that the next is likely to be. */
let blocksAreLong: bool = true;
/** The tables are those of the fixed codes. */
let tablesAreFixed: bool = false;

/** In which order the lengths of the code of code lengths stand (RFC 1951, 3.2.7). */
const PRECODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/**
 * Inflates a raw DEFLATE stream (RFC 1951). Reads and writes within what it is told alone, whatever the stream holds. Returns
 * 0 where it went well, 1 where the stream is broken or ends early, 2 where the output cannot hold all; and in any case, as
 * u32 at `work` and after it, the bytes written, and the bytes of the input that were taken. What zlib refuses is refused.
 *
 * @param work `inflateWorkBytes`, aligned to 16
 */
export function inflate(input: usize, inputBytes: usize, output: usize, capacity: usize, work: usize): u32 {
  open(input, inputBytes, output, capacity);
  blocksAreLong = true;
  const status = inflateBlocks(work);
  alignToByte();
  store<u32>(work, outputAt - output);
  store<u32>(work + 4, inputAt - input);
  return status;
}

function inflateBlocks(work: usize): u32 {
  let last = false;
  while (!last) {
    if (!has(3)) return BROKEN;
    last = take(1) === 1;
    const type = take(2);
    let status = BROKEN;
    if (type === 0) status = inflateStored();
    else if (type === 3 || !(type === 1 ? fixedTables(work) : dynamicTables(work))) return BROKEN;
    else {
      const before = outputAt;
      status = inflateBlock();
      blocksAreLong = outputAt - before >= LONG_BLOCK;
    }
    if (status !== DONE) return status;
  }
  return DONE;
}

function inflateStored(): u32 {
  drop(bitCount & 7);
  if (!has(32)) return BROKEN;
  const bytes = take(16);
  if ((take(16) ^ bytes) !== 0xffff) return BROKEN;
  alignToByte();
  return copyStored(bytes);
}

/** RFC 1951, 3.2.6. */
function fixedTables(work: usize): bool {
  if (tablesAreFixed) return true;
  const lengths = work + LENGTHS_AT;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  memory.fill(lengths + LITERAL_SYMBOLS, 5, DISTANCE_SYMBOLS);
  makeTables(work, LITERAL_SYMBOLS, DISTANCE_SYMBOLS);
  tablesAreFixed = true;
  return true;
}

/** RFC 1951, 3.2.7. */
function dynamicTables(work: usize): bool {
  if (!has(14)) return false;
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const precodes = take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  const lengths = work + LENGTHS_AT;
  memory.fill(lengths, 0, PRECODE_SYMBOLS);
  for (let i: u32 = 0; i < precodes; i++) {
    if (!has(3)) return false;
    store<u8>(lengths + load<u8>(PRECODE_ORDER + i), <u8>take(3));
  }
  if (!makeTable(PRECODE, lengths, PRECODE_SYMBOLS, PRECODE_TABLE, PRECODE_BITS, work + TABLE_WORK_AT))
    return false;
  const all = literals + distances;
  for (let i: u32 = 0; i < all; ) {
    has(14);
    const entry = load<u32>((<usize>bitBuffer & ((1 << PRECODE_BITS) - 1)) << 2, PRECODE_TABLE);
    const bits = entry & 63;
    const symbol = entry >> 16;
    const extra: u32 = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    if (entry === INVALID || !has(bits + extra)) return false;
    drop(bits);
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol);
      continue;
    }
    if (symbol === 16 && i === 0) return false;
    const value: u8 = symbol === 16 ? load<u8>(lengths + i - 1) : 0;
    const times: u32 = take(extra) + (symbol === 18 ? 11 : 3);
    if (times > all - i) return false;
    memory.fill(lengths + i, value, times);
    i += times;
  }
  return load<u8>(lengths + 256) !== 0 && makeTables(work, literals, distances);
}

function makeTables(work: usize, literals: u32, distances: u32): bool {
  const lengths = work + LENGTHS_AT;
  const room = work + TABLE_WORK_AT;
  tablesAreFixed = false;
  if (!makeTable(LITERAL_CODE, lengths, literals, LITERAL_TABLE, LITERAL_BITS, room)) return false;
  if (blocksAreLong) joinLiterals(lengths, room, work + UNJOINED_AT);
  return makeTable(DISTANCE_CODE, lengths + literals, distances, DISTANCE_TABLE, DISTANCE_BITS, room);
}
