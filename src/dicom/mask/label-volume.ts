import { CaseExclusion } from '../../errors.ts';
import { pointOfIndex, type Vec3, type Volume, type VoxelArray, vec3 } from '../../volume/geometry.ts';
import type { SliceLattice } from '../series/lattice.ts';
import type { DrawnMask } from './drawn-mask.ts';
import { frameMask, placementFlags } from './frame-mask.ts';
import type { MaskFrames, VisitInside } from './mask-frames.ts';

/** A mask that was made elsewhere, on a grid of its own: labels, 0 outside. */
export interface LabelVolume {
  /** Names it in messages. */
  readonly name: string;
  readonly volume: Volume<VoxelArray>;
}

/** The slices of a volume along its third axis, as frames in space. */
function slicesOf({ geometry }: Volume): MaskFrames {
  const { size, spacingMm, direction } = geometry;
  const axis = (j: number): Vec3 => vec3((row) => direction[3 * row + j]);
  return {
    count: size[2],
    columns: size[0],
    rows: size[1],
    plane: (k) => ({
      columns: size[0],
      rows: size[1],
      originMm: pointOfIndex(geometry, [0, 0, k]),
      columnStep: axis(0),
      rowStep: axis(1),
      normal: axis(2),
      spacingMm: [spacingMm[0], spacingMm[1]],
    }),
    declaredSpacingMm: spacingMm[2],
  };
}

/** Throws where a value is no whole number: probabilities are no mask. */
function checkLabels({ name, volume: { data } }: LabelVolume): void {
  const fraction = data.find((value) => !Number.isInteger(value));
  if (fraction === undefined) return;
  throw new CaseExclusion(
    'mask-not-labels',
    `holds ${fraction}, and whole numbers are needed: threshold it`,
    {
      file: name,
    },
  );
}

/**
 * Mask of the voxels of a label volume that have one of some labels, or, where none are given, any above 0, on a CT's
 * slices; see `frameMask`. Throws a CaseExclusion where it holds other than whole numbers, or nothing within the CT.
 */
export function labelMask(
  labelled: LabelVolume,
  labels: readonly number[],
  lattice: SliceLattice,
): DrawnMask {
  checkLabels(labelled);
  const { data, geometry } = labelled.volume;
  const wanted = new Set(labels);
  const pixels = geometry.size[0] * geometry.size[1];
  const visitInside: VisitInside = (frame, visit) => {
    const start = frame * pixels;
    for (let offset = 0; offset < pixels; offset++) {
      const value = data[start + offset];
      if (value > 0 && (wanted.size === 0 || wanted.has(value))) visit(offset);
    }
  };
  const frames = slicesOf(labelled.volume);
  const placed = frameMask(frames, [...Array(frames.count).keys()], visitInside, lattice);
  if (!placed.mask.includes(1)) {
    const which = labels.length === 0 ? 'above 0' : `of ${labels.join(', ')} (mask.labels)`;
    throw placed.outside > 0
      ? new CaseExclusion('segmentation-outside-ct', `its labels lie outside the CT`, { file: labelled.name })
      : new CaseExclusion('tumor-empty', `holds no label ${which}`, { file: labelled.name });
  }
  return { mask: placed.mask, fit: placed.fit, flags: placementFlags(placed, 'nifti') };
}
