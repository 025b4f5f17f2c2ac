import { type AxisOrder, axisOrder, reorient } from '../kernels/orient.ts';
import {
  axisPaths,
  linearAxis,
  nearestAxis,
  type ResampleAxes,
  resampleNearest,
  sizeOfAxes,
} from '../kernels/resample.ts';
import { type SpacingRule, targetSpacing } from '../kernels/target-spacing.ts';
import { type Geometry, type Vec3, type Volume, vec3 } from '../volume/geometry.ts';

/** CT and mask in RAS, the mask on the target grid too; the CT is resampled by each pass as far as it needs it. */
export interface StandardisedCase {
  readonly axisOrder: AxisOrder;
  /** Original voxels, axes in RAS order. */
  readonly ct: Volume<Int16Array>;
  readonly ctAxes: ResampleAxes;
  /** From `ct`'s grid to the target grid, for masks. */
  readonly maskAxes: ResampleAxes;
  /** On the target grid. */
  readonly tumor: Uint8Array;
  readonly resampled: Geometry;
}

/** The spacing, x, y, z in RAS, that a rule gives a scan. */
export function targetSpacingOf({ direction, spacingMm }: Geometry, rule: SpacingRule): Vec3 {
  const { from } = axisOrder(direction, 'RAS');
  return targetSpacing(
    vec3((a) => spacingMm[from[a]]),
    rule,
  );
}

/** Brings a case to RAS and lays out the target grid: what both passes begin with. Headers have passed through float32 by then. */
export function standardise(
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  spacingMm: Vec3,
): StandardisedCase {
  const order = axisOrder(ct.geometry.direction, 'RAS');
  const rasCt = reorient(ct, order);
  const rasTumor = reorient(tumor, order);
  const { size, spacingMm: from, originMm, direction } = rasCt.geometry;
  const paths = axisPaths(rasCt.geometry);
  const axes = (make: typeof linearAxis): ResampleAxes => [
    make(size[0], from[0], spacingMm[0], paths[0]),
    make(size[1], from[1], spacingMm[1], paths[1]),
    make(size[2], from[2], spacingMm[2], paths[2]),
  ];
  const ctAxes = axes(linearAxis);
  const maskAxes = axes(nearestAxis);
  return {
    axisOrder: order,
    ct: rasCt,
    ctAxes,
    maskAxes,
    tumor: resampleNearest(rasTumor.data, size, maskAxes),
    resampled: { size: sizeOfAxes(ctAxes), spacingMm, originMm, direction },
  };
}
