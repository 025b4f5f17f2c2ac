import { z } from 'zod';
import { boundingBox } from '../kernels/mask/bounding-box.ts';
import { centreVoxel } from '../kernels/mask/centre-voxel.ts';
import { type Vec3, type Volume, vec3, voxelCount } from '../volume/geometry.ts';
import { triple } from './record.ts';

/** Where a training patch should lie, in voxel indices of the ROI, which are array indices in nibabel and MONAI. */
export const foregroundSchema = z.strictObject({
  tumor_center_ijk: triple.describe(
    "The tumour's voxel nearest to its centroid; the middle of an ROI without tumour.",
  ),
  foreground_box_start_ijk: triple.describe("First voxel of the tumour's bounding box."),
  foreground_box_size_ijk: triple.describe('Its voxels along each axis; 0 in an ROI without tumour.'),
});

/** What helps to sample patches from an ROI. */
export const samplingSchema = foregroundSchema.extend({
  patch_sizes_vox: z
    .array(triple)
    .describe('Patch sizes that fit into the ROI and that SwinUNETR takes, largest first.'),
});

export type Sampling = z.infer<typeof samplingSchema>;

/** SwinUNETR halves each axis five times. */
export const PATCH_MULTIPLE = 32;

/** Share of patches centred on tumour voxels; the others teach the model what is none. */
export const FOREGROUND_SHARE = 0.7;

/** Patch sizes to choose from, from a large GPU to a small one, for voxels of 1 x 1 x 3 mm. */
export const PATCH_SIZES: readonly Vec3[] = [
  [192, 192, 64],
  [160, 160, 64],
  [128, 128, 64],
  [96, 96, 64],
  [96, 96, 32],
  [64, 64, 32],
];

/** The patch sizes that fit into an ROI of `size` voxels, largest first: the whole of it, cut to multiples of 32, and smaller ones. */
export function patchSizesFor(size: Vec3): Vec3[] {
  const whole = vec3((a) => Math.floor(size[a] / PATCH_MULTIPLE) * PATCH_MULTIPLE);
  if (voxelCount(whole) === 0) return [];
  const smaller = PATCH_SIZES.filter(
    (patch) => patch.every((n, a) => n <= whole[a]) && patch.some((n, a) => n < whole[a]),
  );
  return [whole, ...smaller];
}

/** The sampling aid of an ROI by its tumour mask. */
export function samplingOf({ data, geometry: { size, spacingMm } }: Volume<Uint8Array>): Sampling {
  const box = boundingBox(data, size);
  return {
    tumor_center_ijk:
      box === undefined ? vec3((a) => Math.floor(size[a] / 2)) : centreVoxel(data, size, spacingMm, box),
    foreground_box_start_ijk: box?.start ?? [0, 0, 0],
    foreground_box_size_ijk: box?.size ?? [0, 0, 0],
    patch_sizes_vox: patchSizesFor(size),
  };
}
