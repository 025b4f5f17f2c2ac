/** Mean of the voxels whose mask is above zero; NaN where there is none. */
export function maskedMean(hu: Int16Array, mask: Uint8Array): number {
  let sum = 0;
  let voxels = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    sum += hu[i];
    voxels++;
  }
  return sum / voxels;
}
