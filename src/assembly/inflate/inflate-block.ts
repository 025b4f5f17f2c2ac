import {
  BROKEN,
  bitBuffer,
  bitCount,
  DONE,
  drop,
  FULL,
  goOn,
  has,
  input,
  inputEnd,
  output,
  outputEnd,
  outputStart,
  put,
  take,
} from './inflate-stream';
import {
  DISTANCE_BITS,
  DISTANCE_TABLE,
  END_OF_BLOCK,
  EXCEPTIONAL,
  KIND,
  LITERAL_BITS,
  LITERAL_TABLE,
  MORE,
  SUBTABLE,
} from './inflate-tables';

/** The fast loop came too near to an end of input or output. */
const AT_AN_END: u32 = 3;

/**
 * More than what the loads before and in a round of the fast loop reach; than its literals, a match, and what is stored
 * beyond.
 */
const INPUT_MARGIN: usize = 32;
const OUTPUT_MARGIN: usize = 6 + 258 + 16;

/** By distance, 0 to 15, of a match: which of the bytes before make the next 16, and how many of them are whole repeats. */
const PATTERNS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6,
  7, 8, 9, 10, 11, 12, 0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8,
  9, 10, 11, 12, 13, 14, 0,
]);
const WHOLE_PATTERNS = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/*
 * The fast loop keeps the stream's next bit at bit 2 of its buffer, so that bits as they lie there count bytes of a table. What
 * is below is what was taken before. A load of eight bytes fills the buffer to 54 bits or more, and the bits above are those
 * that the next load brings again. An entry is looked up before the load that follows it in the program, for which it need not
 * wait then: three entries of literals and lengths leave 15 bits of 54, enough for a distance's or the next one's. The three
 * are written out: a function could not change the local variables that hold all this.
 */

function literalAt(buffer: u64): u32 {
  return load<u32>(<usize>buffer & (((1 << LITERAL_BITS) - 1) << 2), LITERAL_TABLE);
}

function distanceAt(buffer: u64): u32 {
  return load<u32>(<usize>buffer & (((1 << DISTANCE_BITS) - 1) << 2), DISTANCE_TABLE);
}

/** Decodes to the end of a block. */
export function inflateBlock(): u32 {
  const status = decodeFast();
  return status === AT_AN_END ? decodeCarefully() : status;
}

/** As far as loads and stores of many bytes stay within input and output whatever comes. */
function decodeFast(): u32 {
  if (inputEnd - input < INPUT_MARGIN || outputEnd - output < OUTPUT_MARGIN) return AT_AN_END;
  const lastIn = inputEnd - INPUT_MARGIN;
  const lastOut = outputEnd - OUTPUT_MARGIN;
  const start = outputStart;
  let from = input - (bitCount >> 3);
  let to = output;
  let buffer = bitBuffer << 2;
  // Only the lowest six bits count.
  let bits = (bitCount & 7) + 2;
  let status = AT_AN_END;
  buffer |= load<u64>(from) << (<u64>bits & 63);
  from += (~bits >> 3) & 7;
  bits |= 56;
  let entry = literalAt(buffer);
  while (from <= lastIn && to <= lastOut) {
    buffer |= load<u64>(from) << (<u64>bits & 63);
    from += (~bits >> 3) & 7;
    bits |= 56;
    store<u16>(to, entry >> 8);
    to += (entry >> 6) & 3;
    buffer >>= <u64>entry & 63;
    bits -= entry;
    if ((entry & MORE) === 0) {
      entry = literalAt(buffer);
      store<u16>(to, entry >> 8);
      to += (entry >> 6) & 3;
      buffer >>= <u64>entry & 63;
      bits -= entry;
      if ((entry & MORE) === 0) {
        entry = literalAt(buffer);
        store<u16>(to, entry >> 8);
        to += (entry >> 6) & 3;
        buffer >>= <u64>entry & 63;
        bits -= entry;
        if ((entry & MORE) === 0) {
          entry = literalAt(buffer);
          continue;
        }
      }
    }
    /** The same bits, before the load. */
    let head = buffer;
    buffer |= load<u64>(from) << (<u64>bits & 63);
    from += (~bits >> 3) & 7;
    bits |= 56;
    if (entry & EXCEPTIONAL) {
      if ((entry & KIND) === SUBTABLE) {
        const index = (<u32>buffer >> 2) & ((1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>((((entry >> 16) & 0x3fff) + index) << 2, LITERAL_TABLE);
        buffer >>= <u64>entry & 63;
        bits -= entry;
        if ((entry & MORE) === 0) {
          store<u8>(to++, entry >> 8);
          entry = literalAt(buffer);
          continue;
        }
      }
      if (entry & EXCEPTIONAL) {
        status = (entry & KIND) === END_OF_BLOCK ? DONE : BROKEN;
        break;
      }
      head = buffer;
    }
    let length = (entry >> 16) & 511;
    const mask = (entry >> 25) & 31;
    if (mask) {
      length += (<u32>buffer >> 2) & mask;
      const extra = 32 - clz(mask);
      buffer >>= <u64>extra;
      bits -= extra;
      head = buffer;
    }
    entry = distanceAt(head);
    if (entry & KIND) {
      if ((entry & KIND) === SUBTABLE) {
        buffer >>= DISTANCE_BITS;
        bits -= DISTANCE_BITS;
        const index = (<u32>buffer >> 2) & ((1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>(((entry >> 16) + index) << 2, DISTANCE_TABLE);
      }
      if (entry & KIND) {
        status = BROKEN;
        break;
      }
    }
    const code = (entry >> 8) & 15;
    const distance = (entry >> 16) + (<u32>(buffer >> <u64>(code + 2)) & ((1 << ((entry & 63) - code)) - 1));
    buffer >>= <u64>entry & 63;
    bits -= entry;
    if (<usize>distance > to - start) {
      status = BROKEN;
      break;
    }
    entry = literalAt(buffer);
    const end = to + length;
    let match = to - distance;
    if (distance >= 16) {
      do {
        v128.store(to, v128.load(match));
        to += 16;
        match += 16;
      } while (to < end);
    } else {
      const pattern = v128.swizzle(v128.load(match), v128.load(PATTERNS + 16 * <usize>distance));
      const step = <usize>load<u8>(WHOLE_PATTERNS + distance);
      do {
        v128.store(to, pattern);
        to += step;
      } while (to < end);
    }
    to = end;
  }
  goOn(buffer >> 2, (bits & 63) - 2, from, to);
  return status;
}

/** Bit by bit and byte by byte, to the ends of both. */
function decodeCarefully(): u32 {
  while (true) {
    has(48);
    let entry = load<u32>((<usize>bitBuffer & ((1 << LITERAL_BITS) - 1)) << 2, LITERAL_TABLE);
    if ((entry & EXCEPTIONAL) !== 0 && (entry & KIND) === SUBTABLE) {
      if (bitCount < LITERAL_BITS) return BROKEN;
      drop(LITERAL_BITS);
      const index = <u32>bitBuffer & ((1 << ((entry >> 8) & 15)) - 1);
      entry = load<u32>((((entry >> 16) & 0x3fff) + index) << 2, LITERAL_TABLE);
    }
    if (bitCount < (entry & 63)) return BROKEN;
    drop(entry & 63);
    const literals = (entry >> 6) & 3;
    if (outputEnd - output < <usize>literals) return FULL;
    for (let i: u32 = 0; i < literals; i++) put(<u8>(entry >> (8 + 8 * i)));
    if ((entry & MORE) === 0) continue;
    if (entry & EXCEPTIONAL) return (entry & KIND) === END_OF_BLOCK ? DONE : BROKEN;
    const mask = (entry >> 25) & 31;
    const extra = 32 - clz(mask);
    if (!has(extra)) return BROKEN;
    const length = ((entry >> 16) & 511) + take(extra);
    has(48);
    entry = load<u32>((<usize>bitBuffer & ((1 << DISTANCE_BITS) - 1)) << 2, DISTANCE_TABLE);
    if ((entry & KIND) === SUBTABLE) {
      if (bitCount < DISTANCE_BITS) return BROKEN;
      drop(DISTANCE_BITS);
      const index = <u32>bitBuffer & ((1 << ((entry >> 8) & 15)) - 1);
      entry = load<u32>(((entry >> 16) + index) << 2, DISTANCE_TABLE);
    }
    if ((entry & KIND) !== 0 || bitCount < (entry & 63)) return BROKEN;
    const code = (entry >> 8) & 15;
    const distance = (entry >> 16) + (<u32>(bitBuffer >> <u64>code) & ((1 << ((entry & 63) - code)) - 1));
    drop(entry & 63);
    if (<usize>distance > output - outputStart) return BROKEN;
    if (<usize>length > outputEnd - output) return FULL;
    for (let i: u32 = 0; i < length; i++) put(load<u8>(output - distance));
  }
}
