import type { Config } from '../config/schema.ts';
import { coverSize } from '../kernels/box/cover-size.ts';
import { padBox, recentre, snappedSize } from '../kernels/box/pad-and-snap.ts';
import { placeBox } from '../kernels/box/place-box.ts';
import { smallestHolding } from '../kernels/box/smallest-holding.ts';
import type { Box } from '../kernels/mask/bounding-box.ts';
import type { MaskProfile } from '../kernels/mask/mask-profile.ts';
import type { Transforms } from '../records/roi.ts';
import { type Vec3, vec3 } from '../volume/geometry.ts';

/** The masks' boxes on the resampled RAS grid, in voxels. */
export interface RoiSubject {
  readonly imageSize: Vec3;
  readonly spacingMm: Vec3;
  readonly tumor: Box;
  /** Undefined where the ROI is laid round the tumour. */
  readonly lung: Box | undefined;
  /** Decides where a box lies that is shorter than the tumour. */
  readonly tumorProfile?: MaskProfile;
}

/** Smallest and largest box that pass 1 derived, mm. */
export interface BoxBounds {
  readonly min_box_mm: Vec3;
  readonly max_box_mm: Vec3;
}

/** How an ROI comes about: padding, size, place. Boxes in voxels of the resampled grid; they may leave the image. */
export interface RoiPlan {
  readonly padded: Box;
  readonly paddingVoxels: Vec3;
  readonly paddingMm: Vec3;
  readonly box: Box;
  readonly sizeInfo: Transforms['size_info'];
}

interface ChosenSize {
  readonly size: Vec3;
  readonly snapped: readonly boolean[];
}

function axes(f: (axis: number) => boolean): boolean[] {
  return [0, 1, 2].map(f);
}

/** Size within bounds of mm, a multiple where one lies within them. */
function boundedSize(
  padded: Vec3,
  spacingMm: Vec3,
  { minBoxMm, maxBoxMm }: Config['lung'] | Config['thorax'],
  multipleOf: number,
): ChosenSize {
  const min = vec3((a) => Math.ceil(minBoxMm[a] / spacingMm[a]));
  const max = vec3((a) => Math.max(min[a], Math.floor(maxBoxMm[a] / spacingMm[a])));
  const size = vec3((a) => coverSize(padded[a], multipleOf, min[a], max[a]));
  return { size, snapped: axes((a) => size[a] !== Math.min(Math.max(padded[a], min[a]), max[a])) };
}

function patchSize(
  padded: Vec3,
  { patch, preferredSizesXy, preferredSizesZ, multipleOf }: Config['roi'],
): ChosenSize {
  if (patch === 'adaptive') {
    const sizes = (a: number) => (a === 2 ? preferredSizesZ : preferredSizesXy);
    return { size: vec3((a) => smallestHolding(padded[a], sizes(a), multipleOf)), snapped: axes(() => true) };
  }
  const [x, y, z] = patch.split('x').map(Number);
  return { size: [x, y, z], snapped: axes(() => false) };
}

/** Size of the ROI about a padded box, and what became of each side. */
export function roiSize(
  padded: Vec3,
  spacingMm: Vec3,
  { roi, lung }: Pick<Config, 'roi' | 'lung'>,
  bounds: BoxBounds,
  aroundLung: boolean,
): Transforms['size_info'] {
  if (!aroundLung && roi.patch === 'derived') {
    const snapped = snappedSize(padded, spacingMm, {
      minBoxMm: bounds.min_box_mm,
      maxBoxMm: bounds.max_box_mm,
      preferredSizesXy: roi.preferredSizesXy,
      preferredSizesZ: roi.preferredSizesZ,
      multipleOf: roi.multipleOf,
    });
    return {
      expanded_to_min: snapped.expandedToMin,
      clamped_to_max: snapped.clampedToMax,
      snapped_to_preferred: snapped.snappedToPreferred,
      final_size_vox: snapped.size,
    };
  }
  const { size, snapped } = aroundLung
    ? boundedSize(padded, spacingMm, lung, roi.multipleOf)
    : patchSize(padded, roi);
  return {
    expanded_to_min: axes((a) => padded[a] < size[a]),
    clamped_to_max: axes((a) => padded[a] > size[a]),
    snapped_to_preferred: [...snapped],
    final_size_vox: size,
  };
}

/** Plans the ROI of a case by the configuration and the bounds of pass 1. Pure. */
export function planRoi(
  subject: RoiSubject,
  config: Pick<Config, 'roi' | 'lung'>,
  bounds: BoxBounds,
): RoiPlan {
  const { imageSize, spacingMm, tumor, lung } = subject;
  const paddingMm = lung === undefined ? config.roi.paddingMm : config.lung.paddingMm;
  const { box: padded, paddingVoxels } = padBox(lung ?? tumor, spacingMm, paddingMm);
  const sizeInfo = roiSize(padded.size, spacingMm, config, bounds, lung !== undefined);
  const centred = recentre(padded, sizeInfo.final_size_vox);
  const box =
    config.roi.placement === 'fit' ? placeBox(centred, tumor, imageSize, subject.tumorProfile) : centred;
  return { padded, paddingVoxels, paddingMm, box, sizeInfo };
}

/** The box of the larger ROI about both lungs. */
export function planThorax(
  { imageSize, spacingMm, tumor, tumorProfile }: RoiSubject,
  lung: Box,
  { thorax, roi }: Pick<Config, 'thorax' | 'roi'>,
): Box {
  const { box: padded } = padBox(lung, spacingMm, thorax.paddingMm);
  const { size } = boundedSize(padded.size, spacingMm, thorax, roi.multipleOf);
  return placeBox(recentre(padded, size), tumor, imageSize, tumorProfile);
}
