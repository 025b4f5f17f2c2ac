/** What is written under a key: bytes, whole or in pieces that follow each other. */
export type Content = Uint8Array | readonly Uint8Array[];

export function piecesOf(content: Content): readonly Uint8Array[] {
  return content instanceof Uint8Array ? [content] : content;
}

export function lengthOf(content: Content): number {
  return piecesOf(content).reduce((sum, { length }) => sum + length, 0);
}

/** One array of all, copied only where there are pieces. */
export function wholeOf(content: Content): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.concat(content);
}
