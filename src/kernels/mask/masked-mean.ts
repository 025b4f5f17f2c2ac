import { nextSet, setBytes } from './set-bytes.ts';

/** Mean of the voxels whose mask is above zero; NaN where there is none. */
export function maskedMean(hu: Int16Array, mask: Uint8Array): number {
  const set = setBytes(mask);
  let sum = 0;
  let voxels = 0;
  for (let at = nextSet(set, 0); at < mask.length; at = nextSet(set, at)) {
    for (; mask[at] > 0; at++) {
      sum += hu[at];
      voxels++;
    }
  }
  return sum / voxels;
}
