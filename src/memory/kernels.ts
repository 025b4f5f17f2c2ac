import { readFileSync } from 'node:fs';

/** What src/assembly exports. Addresses are bytes from the start of the memory that the module was given. */
export interface Kernels {
  /** Where the memory begins that no table of the module lies in. */
  heapBase(): number;
  /** Bytes of working room for `inflate`. */
  inflateWorkBytes(): number;
  /** Inflates a raw DEFLATE stream: src/assembly/inflate.ts says what is returned. */
  inflate(input: number, inputBytes: number, output: number, capacity: number, work: number): number;
}

/** What `npm run build` makes of src/assembly; from sources and from what they are built to it is equally far. */
const MODULE = new URL('../../dist/kernels.wasm', import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** The kernels, working on a memory. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(MODULE));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}
