import type { SlicePlane } from '../series/slice-plane.ts';

/**
 * The CT images that an object is derived from: what it refers to, whose patient and study it is of, and where its planes lie.
 * Their files may hold headers alone.
 */
export interface SourceImages {
  /** As scanned, ascending along their normal; alike in columns, rows, orientation and pixel spacing. */
  readonly slices: readonly SlicePlane[];
  /** Distance of neighbouring slices, mm; undefined where they are unevenly spaced, or some are missing. */
  readonly spacingMm: number | undefined;
}

/** Labels or probabilities on the pixels of the source images, slice after slice, x fastest. */
export type SourceVoxels = Uint8Array | Uint16Array | Float32Array;
