/** How decoding went: to the end, or the stream is broken or ends early, or the output has no room for all. */
export const DONE: u32 = 0;
export const BROKEN: u32 = 1;
export const FULL: u32 = 2;

/** Bits that were read and not taken, the next one lowest; above `bitCount` of them may be more of the same stream. */
export let bitBuffer: u64 = 0;
export let bitCount: u32 = 0;
/** Where the next byte is read, and the input ends. */
export let input: usize = 0;
export let inputEnd: usize = 0;
/** Where the output began, the next byte is written, and its room ends. */
export let outputStart: usize = 0;
export let output: usize = 0;
export let outputEnd: usize = 0;

/** Begins with a stream. */
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

/** The next bits, up to 16, which the buffer has. */
export function take(count: u32): u32 {
  const bits = <u32>bitBuffer & ((1 << count) - 1);
  drop(count);
  return bits;
}

/** Passes over bits that the buffer has. */
export function drop(count: u32): void {
  bitBuffer >>= count;
  bitCount -= count;
}

/** Goes on where a decoder that kept all this to itself has come to. */
export function goOn(buffer: u64, count: u32, from: usize, to: usize): void {
  bitBuffer = buffer;
  bitCount = count;
  input = from;
  output = to;
}

/** Gives whole bytes back to the input; the bits before them are passed over. */
export function alignToByte(): void {
  input -= bitCount >> 3;
  bitBuffer = 0;
  bitCount = 0;
}

/** Writes a byte, for which there is room. */
export function put(byte: u8): void {
  store<u8>(output++, byte);
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
