/** What a stretch of a mask without a voxel is compared with, by memcmp. */
const NONE = new Uint8Array(1 << 14);

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
  for (let start = aligned; start + NONE.length <= mask.length; start += NONE.length) {
    if (Buffer.compare(mask.subarray(start, start + NONE.length), NONE) !== 0) break;
    word += NONE.length / 4;
  }
  while (word < words.length && words[word] === 0) word++;
  let at = Math.max(aligned, head + Math.min(word, words.length) * 4);
  while (at < mask.length && mask[at] === 0) at++;
  return at;
}
