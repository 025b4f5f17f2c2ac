/** What a stretch of a mask without a voxel is compared with, by memcmp. */
const NONE = new Uint8Array(1 << 14);

/** Looked at one by one before whole stretches are. */
const NEAR_WORDS = 16;

/** A mask, and its bytes from `head` on four at a time. Masks are nearly all 0. */
export interface SetBytes {
  readonly mask: Uint8Array;
  readonly head: number;
  readonly words: Uint32Array;
}

export function setBytes(mask: Uint8Array): SetBytes {
  const { buffer, byteOffset, length } = mask;
  const head = -byteOffset & 3;
  const whole = Math.max(0, (length - head) >> 2);
  return {
    mask,
    head,
    words: whole === 0 ? new Uint32Array(0) : new Uint32Array(buffer, byteOffset + head, whole),
  };
}

/** The first index from `from` on where a byte is not 0; the length where there is none. */
export function nextSet({ mask, head, words }: SetBytes, from: number): number {
  let word = Math.max(0, (from - head + 3) >> 2);
  const aligned = Math.min(mask.length, head + word * 4);
  for (let at = from; at < aligned; at++) if (mask[at] !== 0) return at;
  // Within what is set the next one is near, and memcmp is a long way to it.
  for (const near = word + NEAR_WORDS; word < near && word < words.length; word++)
    if (words[word] !== 0) return firstOf(mask, head + word * 4);
  for (let start = head + word * 4; start + NONE.length <= mask.length; start += NONE.length) {
    if (Buffer.compare(mask.subarray(start, start + NONE.length), NONE) !== 0) break;
    word += NONE.length / 4;
  }
  while (word < words.length && words[word] === 0) word++;
  return firstOf(mask, Math.max(aligned, head + Math.min(word, words.length) * 4));
}

/** The first index from `at` on where a byte is not 0, looked for byte by byte. */
function firstOf(mask: Uint8Array, at: number): number {
  let first = at;
  while (first < mask.length && mask[first] === 0) first++;
  return first;
}

/** A function that gives the first index from `from` on of a value that may not be 0; the length where there is none. */
export function skipZeros(values: Uint8Array | Uint16Array | Float32Array): (from: number) => number {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = values;
  const set = setBytes(new Uint8Array(buffer, byteOffset, byteLength));
  return (from) => Math.floor(nextSet(set, from * BYTES_PER_ELEMENT) / BYTES_PER_ELEMENT);
}
