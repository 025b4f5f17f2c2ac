import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';

/** A tar archive from its beginning to its end. */
export interface TarInput {
  /** How many bytes have been taken or skipped. */
  readonly position: number;
  /** The next `length` bytes, fewer where the archive ends. They may be a view. */
  take(length: number): Promise<Uint8Array>;
  /** Goes on `length` bytes further, as far as there are any. */
  skip(length: number): Promise<void>;
  /** Ends whatever is under way. */
  close(): void;
}

/** Packed bytes that are fetched at a time, of which gunzip gives few at a time. */
const PACKED_STEP_BYTES = 2 ** 22;
const STEP_BYTES = 2 ** 18;

/** What is read at a time for the sake of headers: of small files several. */
const WINDOW_BYTES = 2 ** 16;

/** A plain archive: what is skipped is not read. */
export function plainInput(source: ByteSource): TarInput {
  let position = 0;
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;
  return {
    get position() {
      return position;
    },
    async take(length) {
      const held = position >= windowStart && position + length <= windowStart + window.length;
      if (!held) {
        window = await source.read(position, Math.max(length, WINDOW_BYTES));
        windowStart = position;
      }
      const at = position - windowStart;
      const bytes = window.subarray(at, at + length);
      position += bytes.length;
      return bytes;
    },
    async skip(length) {
      position = Math.min(position + length, source.length);
    },
    close: () => {},
  };
}

/** A gzipped archive, every member of the gzip. It is inflated in steps, as far as it is taken. Throws what zlib says. */
export function gzippedInput(source: ByteSource): TarInput {
  const parts = inflated(source);
  let part: Uint8Array = new Uint8Array(0);
  let position = 0;
  const next = async (): Promise<boolean> => {
    const { value, done } = await parts.next();
    part = done ? new Uint8Array(0) : value;
    return !done;
  };
  /** Hands the next `length` bytes over piece by piece. */
  const pass = async (length: number, take: (piece: Uint8Array, at: number) => void): Promise<number> => {
    let passed = 0;
    while (passed < length && (part.length > 0 || (await next()))) {
      const piece = part.subarray(0, length - passed);
      take(piece, passed);
      part = part.subarray(piece.length);
      passed += piece.length;
    }
    position += passed;
    return passed;
  };
  return {
    get position() {
      return position;
    },
    async take(length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, await pass(length, (piece, at) => bytes.set(piece, at)));
    },
    async skip(length) {
      await pass(length, () => {});
    },
    close: () => void parts.return(undefined),
  };
}

async function* inflated(source: ByteSource): AsyncGenerator<Uint8Array, undefined> {
  const gunzip = createGunzip({ chunkSize: STEP_BYTES });
  // What fails here is thrown by whoever reads.
  pipeline(Readable.from(stepsOf(source)), gunzip).catch(() => {});
  yield* gunzip as AsyncIterable<Uint8Array>;
  return undefined;
}

async function* stepsOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.length; at += PACKED_STEP_BYTES) yield source.read(at, PACKED_STEP_BYTES);
}
