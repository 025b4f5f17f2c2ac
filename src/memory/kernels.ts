import { readFileSync } from 'node:fs';

/** What src/assembly exports. Addresses are bytes from the start of the memory that the module was given. */
export interface Kernels {
  /** Where the memory begins that no table of the module lies in. */
  heapBase(): number;
  /** Bytes of working room that `deflate` needs, aligned to 16. */
  deflateWorkBytes(): number;
  /** Bytes of room that `deflate` needs for what it makes of `length` bytes. */
  deflateBound(length: number): number;
  /**
   * Deflates at most 2^20 bytes into whole bytes of a raw DEFLATE stream (RFC 1951) that is not ended; returns how many.
   *
   * @param unit bytes that are matched as one: 1 or 2 of integers, 4 or 8 of voxels in floating point
   */
  deflate(input: number, length: number, output: number, work: number, unit: number): number;
}

/** What `npm run build` makes of src/assembly; from sources and from what they are built to it is equally far. */
const MODULE = new URL('../../dist/kernels.wasm', import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** The kernels, working on a memory. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(MODULE));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}
