import { FreeBlocks } from './free-blocks.ts';
import { type Kernels, kernelsOn } from './kernels.ts';

/** What WebAssembly counts memory in. */
const PAGE_BYTES = 2 ** 16;

/**
 * 4 GiB, as far as an address of 32 bits reaches, but for a page: kernels that look ahead from the last array do not come
 * round to 0.
 */
const MOST_PAGES = 2 ** 16 - 1;

/** Of what the arena grows by at least, so that it seldom does. */
const GROWTH_PAGES = 2 ** 8;

/** What loads of 16 bytes like, and more than any voxel needs. */
const ALIGNMENT = 16;

/** What kernels may read beyond an array: the rest of a vector. */
const SLACK_BYTES = 16;

/** A kind of typed array. */
export interface ArrayType<A> {
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** The kind of an array; of a Node Buffer that of its bytes. */
export function typeOf<A extends object>(array: A): ArrayType<A> {
  return (Buffer.isBuffer(array) ? Uint8Array : array.constructor) as unknown as ArrayType<A>;
}

const aligned = (address: number): number => Math.ceil(address / ALIGNMENT) * ALIGNMENT;

/**
 * Memory that is handed out from its start on, and given back all at once, by `scratch`, or array by array. It is a
 * WebAssembly.Memory, so that the kernels of src/assembly work on what lies in it where it lies, and a shared one, so that
 * arrays in it outlive its growth and V8 collects no garbage on account of its size.
 */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  readonly kernels: Kernels = kernelsOn(this.#memory);
  /** Objects that arrays see the memory through: V8 makes another with each growth of any shared memory of the thread. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #start = aligned(this.kernels.heapBase());
  #top = this.#start;
  readonly #free = new FreeBlocks();
  /** Where arrays begin that may be given back, and end. */
  readonly #taken = new Map<number, number>();
  /** Scratches at work, in which all is taken from the top on. */
  #scratches = 0;

  /** Bytes that the arena has come to have. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** An array that holds whatever lay there before; one outside the arena, of zeros, where 4 GiB or the system hold no more. */
  room<A>(type: ArrayType<A>, length: number): A {
    const start = this.#take(length * type.BYTES_PER_ELEMENT);
    if (start === undefined) return new type(length);
    const { buffer } = this.#memory;
    this.#buffers.add(buffer);
    const bytes = length * type.BYTES_PER_ELEMENT;
    if (this.#scratches === 0 && bytes > 0) this.#taken.set(start, aligned(start + bytes));
    return new type(buffer, start, length);
  }

  /**
   * Takes back the memory of a whole array that `room` has given, which is not to be used any more. Does nothing with others,
   * as views of a part and what has been given back, nor within a scratch, which gives back all by itself. Whether it did.
   */
  giveBack(array: ArrayBufferView): boolean {
    if (this.#scratches > 0 || !this.holds(array)) return false;
    const { byteOffset, byteLength } = array;
    const end = aligned(byteOffset + byteLength);
    if (this.#taken.get(byteOffset) !== end) return false;
    this.#taken.delete(byteOffset);
    this.#free.give(byteOffset, end);
    // What a scratch takes lies above all that is handed out.
    this.#top = this.#free.cutOff(this.#top);
    return true;
  }

  /** Where an array of the arena begins, as a kernel is told; undefined of one that lies elsewhere. */
  addressOf(array: ArrayBufferView): number | undefined {
    return this.holds(array) ? array.byteOffset : undefined;
  }

  /** Whether kernels can work on all of these arrays. */
  holds(...arrays: readonly ArrayBufferView[]): boolean {
    return arrays.every(({ buffer }) => this.#buffers.has(buffer));
  }

  /** What `work` returns, which must not lie in the arena: all that it took there is free again. */
  scratch<T>(work: () => T): T {
    const top = this.#top;
    this.#scratches++;
    try {
      return work();
    } finally {
      this.#scratches--;
      this.#top = top;
    }
  }

  /** Frees all that was handed out. */
  clear(): void {
    this.#top = this.#start;
    this.#free.clear();
    this.#taken.clear();
  }

  #take(bytes: number): number | undefined {
    const size = aligned(bytes);
    const found = this.#scratches === 0 ? this.#free.take(size) : undefined;
    if (found !== undefined) return found;
    const start = this.#top;
    if (!this.#reaches(start + size + SLACK_BYTES)) return undefined;
    this.#top = start + size;
    return start;
  }

  #reaches(end: number): boolean {
    const missing = Math.ceil(end / PAGE_BYTES) - this.bytes / PAGE_BYTES;
    if (missing <= 0) return true;
    const left = MOST_PAGES - this.bytes / PAGE_BYTES;
    if (missing > left) return false;
    try {
      this.#memory.grow(Math.min(left, Math.max(missing, GROWTH_PAGES)));
    } catch {
      return false;
    }
    return true;
  }
}
