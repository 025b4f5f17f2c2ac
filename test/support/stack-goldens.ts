import type { Volume } from '../../src/volume/geometry.ts';
import { decodeFloats, readGolden } from './goldens.ts';

/** A stack of test/goldens/stacks.json, recorded by test/reference/record_stacks.py. */
export interface StackGolden {
  folder: string;
  missing_planes: number[];
  tilt_degrees: number;
  size: number[];
  spacing_mm: number[];
  origin_lps_mm: number[];
  direction_lps: number[];
  stride: number;
  hu: string;
  /** A map of `goldenShares` on the grid, on the slices one after the other. */
  back: string;
}

const golden = readGolden<{ air_hu: number; stacks: StackGolden[] }>('stacks.json');

export const stackGoldens = golden.stacks;

/** What the goldens hold outside the slices. */
export const AIR_HU = golden.air_hu;

/** The map on the grid of a stack that was brought back onto its slices. */
export function goldenShares(voxels: number): Float32Array {
  return Float32Array.from({ length: voxels }, (_, i) => ((i * 7919 + 12345) % 4093) / 4093);
}

function largestDifference(data: ArrayLike<number>, recorded: string, stride: number): number {
  const values = decodeFloats(recorded);
  if (values.length !== Math.ceil(data.length / stride)) throw new Error('another number of voxels');
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i * stride])), 0);
}

/** Largest difference between a volume and the recorded voxels, HU. */
export function largestDifferenceHu({ data }: Volume<Int16Array>, { hu, stride }: StackGolden): number {
  return largestDifference(data, hu, stride);
}

/** The same of a map that was brought back onto the slices. */
export function largestDifferenceBack(onSlices: Float32Array, { back, stride }: StackGolden): number {
  return largestDifference(onSlices, back, stride);
}
