import { readFileSync } from 'node:fs';
import { messageOf, ProgramError } from '../errors.ts';

/** What src/assembly exports and tells of. Addresses are bytes from the start of the memory that the module was given. */
export interface Kernels {
  /** Where the memory begins that no table of the module lies in. */
  heapBase(): number;
  addAbove(
    hu: number,
    count: number,
    low: number,
    high: number,
    above: number,
    moments: number,
    bins: number,
  ): void;
  clear(at: number, length: number): void;
  copy(from: number, to: number, length: number): void;
  histogram(hu: number, count: number, bins: number, spare: number): void;
  /**
   * Inflates a raw DEFLATE stream. 0 where it went well, 1 where it is broken or ends early, 2 where it holds more than
   * `capacity`; and in any case at `work`, u32 each, the bytes written and the bytes that were taken.
   */
  inflate(input: number, inputBytes: number, output: number, capacity: number, work: number): number;
  /** Bytes of working room for `inflate`. */
  inflateWorkBytes(): number;
  lerpRowFloat32(row: number, lower: number, upper: number, weight: number, count: number, out: number): void;
  lerpRowInt16(row: number, lower: number, upper: number, weight: number, count: number, out: number): void;
  lerpRowOfPairs(
    row: number,
    first: number,
    weight: number,
    reversed: boolean,
    count: number,
    out: number,
  ): void;
  mixRowsInto32(row0: number, row1: number, w: number, count: number, out: number): void;
  mixRowsInto64(row0: number, row1: number, w: number, count: number, out: number): void;
  neighbourDifferences(
    hu: number,
    nx: number,
    rows: number,
    low: number,
    high: number,
    most: number,
    counts: number,
  ): void;
  rescale(
    values: number,
    count: number,
    signed: boolean,
    slope: number,
    intercept: number,
    out: number,
    range: number,
  ): void;
  roundToInt16(hu: number, count: number, out: number): void;
  /** 1 where there is such a step, else 0. */
  stepsExceed(hu: number, nx: number, rows: number, most: number): number;
  storedValues(
    pixels: number,
    count: number,
    left: number,
    right: number,
    signed: boolean,
    out: number,
  ): void;
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

function compile(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(MODULE));
  } catch (cause) {
    throw new ProgramError(`swinprep itself is not whole: ${messageOf(cause)}; install or build it again`, {
      cause,
    });
  }
}

/** The kernels, working on a memory. Throws a ProgramError where they were not built. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  compiled ??= compile();
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}
