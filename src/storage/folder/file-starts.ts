import { closeSync, constants, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Nearness } from './nearness.ts';

/** Not blocking: opening a named pipe would wait for its other end. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Of a kept buffer: what is mostly asked for of a file. */
const BUFFER_BYTES = 2 ** 15;

/**
 * Looks at the starts of many files in few buffers. One after the other where they are as near as memory, which costs less
 * than a promise a step; side by side where they have to be waited for.
 */
export class FileStarts {
  readonly #buffers: Uint8Array[] = [];
  readonly #ownBuffer = new Uint8Array(BUFFER_BYTES);
  readonly #nearness = new Nearness();

  /** What `see` makes of the first `bytes` bytes of the file at `path`, which are its own only while it runs. */
  async peek<T>(path: string, bytes: number, see: (start: Uint8Array) => T): Promise<T> {
    if (bytes <= BUFFER_BYTES && !this.#nearness.isFar())
      return see(this.#nearness.atOnce(() => this.#read(path, bytes)));
    const buffer = bytes <= BUFFER_BYTES ? (this.#buffers.pop() ?? new Uint8Array(BUFFER_BYTES)) : undefined;
    const target = (buffer ?? new Uint8Array(bytes)).subarray(0, bytes);
    const file = await open(path, FLAGS);
    try {
      let filled = 0;
      while (filled < bytes) {
        const { bytesRead } = await file.read(target, filled, bytes - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return see(target.subarray(0, filled));
    } finally {
      if (buffer !== undefined) this.#buffers.push(buffer);
      await file.close();
    }
  }

  #read(path: string, bytes: number): Uint8Array {
    const file = openSync(path, FLAGS);
    let filled = 0;
    try {
      while (filled < bytes) {
        const read = readSync(file, this.#ownBuffer, filled, bytes - filled, filled);
        if (read === 0) break;
        filled += read;
      }
    } finally {
      closeSync(file);
    }
    return this.#ownBuffer.subarray(0, filled);
  }
}
