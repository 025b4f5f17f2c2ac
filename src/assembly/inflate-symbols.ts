import {
  DISTANCE_BITS,
  END_OF_BLOCK,
  INVALID,
  KIND,
  LITERAL_BITS,
  LITERALS,
  SUBTABLE,
} from './inflate-tables';

/** How decoding went. */
export const DONE: u32 = 0;
export const BROKEN: u32 = 1;
export const FULL: u32 = 2;
const AT_AN_END: u32 = 3;

/** The stream: bits that were read and not taken, the next one lowest, how many, and where the next byte lies. */
export let bitBuffer: u64 = 0;
export let bitCount: u32 = 0;
export let input: usize = 0;
export let inputEnd: usize = 0;
/** Where the next byte goes. */
export let output: usize = 0;
let outputStart: usize = 0;
export let outputEnd: usize = 0;

/** Bytes that one round of the fast loop reads ahead and writes at most: three loads; literals, a match, and a store beyond it. */
const INPUT_MARGIN: usize = 32;
const OUTPUT_MARGIN: usize = 16 + 258 + 32;

/** How 16 bytes are made of a pattern of 0 to 15, and how many of them are whole patterns. */
const PATTERNS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
]);
const WHOLE_PATTERNS = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

export function open(from: usize, bytes: usize, to: usize, capacity: usize): void {
  bitBuffer = 0;
  bitCount = 0;
  input = from;
  inputEnd = from + bytes;
  output = to;
  outputStart = to;
  outputEnd = to + capacity;
}

/** Whether the stream holds `count` bits more, up to 48, which are in the buffer then. */
export function has(count: u32): bool {
  while (bitCount <= 55 && input < inputEnd) {
    bitBuffer |= (<u64>load<u8>(input++)) << bitCount;
    bitCount += 8;
  }
  return bitCount >= count;
}

export function take(count: u32): u32 {
  const bits = <u32>bitBuffer & ((1 << count) - 1);
  drop(count);
  return bits;
}

export function drop(count: u32): void {
  bitBuffer >>= count;
  bitCount -= count;
}

/** Gives whole bytes back to the input; the bits before them are passed over. */
export function alignToByte(): void {
  input -= bitCount >> 3;
  bitBuffer = 0;
  bitCount = 0;
}

/** Writes bytes as they stand in the input. */
export function copyStored(bytes: u32): u32 {
  if (<usize>bytes > inputEnd - input) return BROKEN;
  if (<usize>bytes > outputEnd - output) return FULL;
  memory.copy(output, input, bytes);
  input += bytes;
  output += bytes;
  return DONE;
}

/** Decodes to the end of a block. */
export function decodeBlock(literals: usize, distances: usize): u32 {
  const status = decodeFast(literals, distances);
  return status == AT_AN_END ? decodeCarefully(literals, distances) : status;
}

/** As far as whole loads and stores stay within input and output whatever comes. */
function decodeFast(literals: usize, distances: usize): u32 {
  if (inputEnd - input < INPUT_MARGIN || outputEnd - output < OUTPUT_MARGIN) return AT_AN_END;
  const lastIn = inputEnd - INPUT_MARGIN;
  const lastOut = outputEnd - OUTPUT_MARGIN;
  const start = outputStart;
  let from = input;
  let to = output;
  let buffer = bitBuffer;
  // Only the lowest six bits count.
  let bits = bitCount;
  let status = AT_AN_END;
  while (from <= lastIn && to <= lastOut) {
    buffer |= load<u64>(from) << (<u64>bits & 63);
    from += (~bits >> 3) & 7;
    bits |= 56;
    let entry = load<u32>(literals + ((<usize>buffer & ((1 << LITERAL_BITS) - 1)) << 2));
    if (entry & LITERALS) {
      store<u32>(to, entry >> 8);
      to += (entry >> 6) & 3;
      buffer >>= <u64>entry & 63;
      bits -= entry;
      entry = load<u32>(literals + ((<usize>buffer & ((1 << LITERAL_BITS) - 1)) << 2));
      if (entry & LITERALS) {
        store<u32>(to, entry >> 8);
        to += (entry >> 6) & 3;
        buffer >>= <u64>entry & 63;
        bits -= entry;
        entry = load<u32>(literals + ((<usize>buffer & ((1 << LITERAL_BITS) - 1)) << 2));
        if (entry & LITERALS) {
          store<u32>(to, entry >> 8);
          to += (entry >> 6) & 3;
          buffer >>= <u64>entry & 63;
          bits -= entry;
          entry = load<u32>(literals + ((<usize>buffer & ((1 << LITERAL_BITS) - 1)) << 2));
          if (entry & LITERALS) {
            store<u32>(to, entry >> 8);
            to += (entry >> 6) & 3;
            buffer >>= <u64>entry & 63;
            bits -= entry;
            continue;
          }
        }
      }
    }
    if (entry & KIND) {
      if ((entry & KIND) == SUBTABLE) {
        buffer >>= LITERAL_BITS;
        bits -= LITERAL_BITS;
        const index = <u32>buffer & ((1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>(literals + (((entry >> 16) + index) << 2));
        if (entry & LITERALS) {
          store<u8>(to++, <u8>(entry >> 8));
          buffer >>= <u64>entry & 63;
          bits -= entry;
          continue;
        }
      }
      if (entry & KIND) {
        buffer >>= <u64>entry & 63;
        bits -= entry;
        status = (entry & KIND) == END_OF_BLOCK ? DONE : BROKEN;
        break;
      }
    }
    const length = ((entry >> 16) & 511) + (<u32>(buffer >> ((<u64>entry >> 8) & 15)) & (entry >> 27));
    buffer >>= <u64>entry & 63;
    bits -= entry;
    buffer |= load<u64>(from) << (<u64>bits & 63);
    from += (~bits >> 3) & 7;
    bits |= 56;
    entry = load<u32>(distances + ((<usize>buffer & ((1 << DISTANCE_BITS) - 1)) << 2));
    if (entry & KIND) {
      if ((entry & KIND) == SUBTABLE) {
        buffer >>= DISTANCE_BITS;
        bits -= DISTANCE_BITS;
        const index = <u32>buffer & ((1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>(distances + (((entry >> 16) + index) << 2));
      }
      if (entry & KIND) {
        status = BROKEN;
        break;
      }
    }
    const code = (entry >> 8) & 15;
    const distance = (entry >> 16) + (<u32>(buffer >> <u64>code) & ((1 << ((entry & 63) - code)) - 1));
    buffer >>= <u64>entry & 63;
    bits -= entry;
    if (<usize>distance > to - start) {
      status = BROKEN;
      break;
    }
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
  input = from;
  output = to;
  bitBuffer = buffer;
  bitCount = bits & 63;
  return status;
}

/** The entry for the next bits. */
function entryAt(table: usize, tableBits: u32): u32 {
  const entry = load<u32>(table + ((<usize>bitBuffer & ((1 << tableBits) - 1)) << 2));
  if ((entry & (LITERALS | KIND)) != SUBTABLE) return entry;
  return 0;
}

/** Byte by byte. */
function decodeCarefully(literals: usize, distances: usize): u32 {
  while (true) {
    has(48);
    let entry = load<u32>(literals + ((<usize>bitBuffer & ((1 << LITERAL_BITS) - 1)) << 2));
    if ((entry & LITERALS) == 0 && (entry & KIND) == SUBTABLE) {
      if (bitCount < LITERAL_BITS) return BROKEN;
      drop(LITERAL_BITS);
      entry = load<u32>(literals + (((entry >> 16) + (<u32>bitBuffer & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
    }
    if (bitCount < (entry & 63)) return BROKEN;
    if (entry & LITERALS) {
      const count = (entry >> 6) & 3;
      if (outputEnd - output < <usize>count) return FULL;
      drop(entry & 63);
      for (let i: u32 = 0; i < count; i++) store<u8>(output++, <u8>(entry >> (8 + 8 * i)));
      continue;
    }
    if (entry & KIND) {
      drop(entry & 63);
      return (entry & KIND) == END_OF_BLOCK ? DONE : BROKEN;
    }
    const length = ((entry >> 16) & 511) + (<u32>(bitBuffer >> ((<u64>entry >> 8) & 15)) & (entry >> 27));
    drop(entry & 63);
    has(48);
    entry = load<u32>(distances + ((<usize>bitBuffer & ((1 << DISTANCE_BITS) - 1)) << 2));
    if ((entry & KIND) == SUBTABLE) {
      if (bitCount < DISTANCE_BITS) return BROKEN;
      drop(DISTANCE_BITS);
      entry = load<u32>(distances + (((entry >> 16) + (<u32>bitBuffer & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
    }
    if ((entry & KIND) == INVALID || bitCount < (entry & 63)) return BROKEN;
    const code = (entry >> 8) & 15;
    const distance = (entry >> 16) + (<u32>(bitBuffer >> <u64>code) & ((1 << ((entry & 63) - code)) - 1));
    drop(entry & 63);
    if (<usize>distance > output - outputStart) return BROKEN;
    if (<usize>length > outputEnd - output) return FULL;
    for (let i: u32 = 0; i < length; i++, output++) store<u8>(output, load<u8>(output - distance));
  }
}
