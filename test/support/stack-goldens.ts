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
}

const golden = readGolden<{ air_hu: number; stacks: StackGolden[] }>('stacks.json');

export const stackGoldens = golden.stacks;

/** What the goldens hold outside the slices. */
export const AIR_HU = golden.air_hu;

/** Largest difference between a volume and the recorded voxels, HU. */
export function largestDifferenceHu({ data }: Volume<Int16Array>, { hu, stride }: StackGolden): number {
  const recorded = decodeFloats(hu);
  if (recorded.length !== Math.ceil(data.length / stride)) throw new Error('another number of voxels');
  return recorded.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i * stride])), 0);
}
