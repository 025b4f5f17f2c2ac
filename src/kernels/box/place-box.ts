import { type Vec3, vec3 } from '../../volume/geometry.ts';
import type { Box } from '../mask/bounding-box.ts';
import type { MaskProfile } from '../mask/mask-profile.ts';

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Start of the window of `size` slices within the profile that holds most voxels; of several, the one nearest to `wanted`. */
function fullestWindow(profile: Uint32Array, size: number, wanted: number): number {
  let held = 0;
  for (let i = 0; i < size; i++) held += profile[i];
  let best = { start: 0, held };
  for (let start = 1; start + size <= profile.length; start++) {
    held += profile[start + size - 1] - profile[start - 1];
    const nearer = Math.abs(start - wanted) < Math.abs(best.start - wanted);
    if (held > best.held || (held === best.held && nearer)) best = { start, held };
  }
  return best.start;
}

/**
 * Moves a box as little as possible so that, axis by axis and in this order, it holds the whole tumour where it is long
 * enough, else as much of the tumour as it can; and stays within the image where it fits, else holds all of the image.
 * The size stays.
 *
 * @param box wanted, such as centred on the tumour; may leave the image
 * @param tumor box of the tumour, within the image
 * @param imageSize voxels of the image
 * @param profile tumour voxels of each slice of the tumour's box
 */
export function placeBox(box: Box, tumor: Box, imageSize: Vec3, profile?: MaskProfile): Box {
  const start = vec3((a) => {
    const size = box.size[a];
    const length = imageSize[a];
    const first = tumor.start[a];
    const spare = size - tumor.size[a];
    const within = clamp(box.start[a], Math.min(0, length - size), Math.max(0, length - size));
    if (spare >= 0) return clamp(within, first - spare, first);
    const inTumor = clamp(within, first, first - spare);
    return profile === undefined ? inTumor : first + fullestWindow(profile[a], size, inTumor - first);
  });
  return { start, size: box.size };
}
