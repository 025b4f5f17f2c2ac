import { cropWithPad } from '../kernels/grid/crop.ts';
import { resampleLinear } from '../kernels/grid/resample.ts';
import { windowOfAxis } from '../kernels/grid/resample-axis.ts';
import type { Box } from '../kernels/mask/bounding-box.ts';
import { giveBack } from '../memory/thread.ts';
import type { Transforms } from '../records/roi.ts';
import { type Geometry, pointOfIndex, type Vec3, vec3, voxelCount } from '../volume/geometry.ts';
import type { StandardisedCt } from './standardise.ts';

/** The grid of a box of another grid. */
export function geometryOfBox(grid: Geometry, box: Box): Geometry {
  return { ...grid, size: box.size, originMm: pointOfIndex(grid, box.start) };
}

/** How a box is cut from an image: what is added on each side, and where the box then begins (reference program, `_crop_with_pad`). */
export function cropRecord(box: Box, imageSize: Vec3): Transforms['crop_record_ct'] {
  const lower = vec3((a) => Math.max(0, -box.start[a]));
  const upper = vec3((a) => Math.max(0, box.start[a] + box.size[a] - imageSize[a]));
  return {
    requested_start_ijk: box.start,
    requested_size_ijk: box.size,
    pad_lower_ijk: lower,
    pad_upper_ijk: upper,
    start_after_pad_ijk: vec3((a) => box.start[a] + lower[a]),
    orig_size_ijk: imageSize,
    padded_size_ijk: vec3((a) => imageSize[a] + lower[a] + upper[a]),
  };
}

/** Share of a box that lies outside the image. */
export function shareOutside(box: Box, imageSize: Vec3): number {
  const inside = vec3((a) =>
    Math.max(0, Math.min(imageSize[a], box.start[a] + box.size[a]) - Math.max(0, box.start[a])),
  );
  return 1 - voxelCount(inside) / voxelCount(box.size);
}

/** HU of a box: resamples only the part of the target grid that the box covers, and fills the rest with air. */
export function resampleBox(
  { ct, ctAxes, resampled }: StandardisedCt,
  box: Box,
  airHu: number,
): Float32Array {
  const first = vec3((a) => Math.min(Math.max(0, box.start[a]), resampled.size[a]));
  const end = vec3((a) => Math.max(first[a], Math.min(resampled.size[a], box.start[a] + box.size[a])));
  const size = vec3((a) => end[a] - first[a]);
  const part = (a: number) => windowOfAxis(ctAxes[a], first[a], size[a]);
  const inside = resampleLinear(ct, [part(0), part(1), part(2)], airHu);
  const cropped = cropWithPad(
    inside,
    size,
    vec3((a) => box.start[a] - first[a]),
    box.size,
    airHu,
  );
  giveBack(inside);
  return cropped;
}
