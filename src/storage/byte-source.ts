import { StorageError } from '../errors.ts';
import type { ReadableStore } from './store.ts';

/** Bytes that are read in parts, wherever they lie. */
export interface ByteSource {
  readonly length: number;
  /** Bytes [start, start + length), fewer where the source ends. They may be a view: whoever hands them on copies them. */
  read(start: number, length: number): Uint8Array | Promise<Uint8Array>;
  /** What is read is a whole array of its own each time: it may be handed on, or its memory given back. */
  readonly givesOwn?: true;
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: (start, length) => bytes.subarray(start, start + length),
  };
}

/** The `length` bytes of `key` by ranges. A StorageError is thrown where it is no longer there. */
export function rangesOf(store: ReadableStore, key: string, length: number): ByteSource {
  return {
    length,
    givesOwn: true,
    async read(start, bytes) {
      const range = await store.readRange(key, start, Math.max(0, Math.min(bytes, length - start)));
      if (range === undefined)
        throw new StorageError(`${store.uri}/${key}`, 'was there a moment ago and is now gone');
      return range;
    },
  };
}
