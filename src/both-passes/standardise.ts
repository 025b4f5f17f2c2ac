import { type AxisOrder, axisOrder, oriented, orientedBox } from '../kernels/grid/orient.ts';
import { resampleNearest } from '../kernels/grid/resample.ts';
import {
  axisPaths,
  linearAxis,
  nearestAxis,
  type ResampleAxes,
  sizeOfAxes,
} from '../kernels/grid/resample-axis.ts';
import type { Strided } from '../kernels/grid/strided.ts';
import { type SpacingRule, targetSpacing } from '../kernels/grid/target-spacing.ts';
import { type Box, boundingBox } from '../kernels/mask/bounding-box.ts';
import { type Geometry, type Vec3, type Volume, vec3 } from '../volume/geometry.ts';

/** A CT in RAS and the grid that it is to be resampled to; each pass resamples it as far as it needs it. */
export interface StandardisedCt {
  readonly axisOrder: AxisOrder;
  /** The original grid with its axes in RAS order, and its voxels, read where they lie. */
  readonly ras: Geometry;
  readonly ct: Strided<Int16Array>;
  readonly ctAxes: ResampleAxes;
  readonly resampled: Geometry;
}

/** CT and mask in RAS, the mask on the target grid too. */
export interface StandardisedCase extends StandardisedCt {
  /** From the original grid to the target grid, for masks. */
  readonly maskAxes: ResampleAxes;
  /** On the target grid. */
  readonly tumor: Uint8Array;
}

/** The spacing, x, y, z in RAS, that a rule gives a scan. */
export function targetSpacingOf({ direction, spacingMm }: Geometry, rule: SpacingRule): Vec3 {
  const { from } = axisOrder(direction, 'RAS');
  return targetSpacing(
    vec3((a) => spacingMm[from[a]]),
    rule,
  );
}

function axesTo(grid: Geometry, spacingMm: Vec3, make: typeof linearAxis): ResampleAxes {
  const { size, spacingMm: from } = grid;
  const paths = axisPaths(grid);
  return [
    make(size[0], from[0], spacingMm[0], paths[0]),
    make(size[1], from[1], spacingMm[1], paths[1]),
    make(size[2], from[2], spacingMm[2], paths[2]),
  ];
}

/** Brings a CT to RAS and lays out the target grid. Headers have passed through float32 by then. */
export function standardiseCt(ct: Volume<Int16Array>, spacingMm: Vec3): StandardisedCt {
  const order = axisOrder(ct.geometry.direction, 'RAS');
  const { voxels, geometry: ras } = oriented(ct, order);
  const { originMm, direction } = ras;
  const ctAxes = axesTo(ras, spacingMm, linearAxis);
  return {
    axisOrder: order,
    ras,
    ct: voxels,
    ctAxes,
    resampled: { size: sizeOfAxes(ctAxes), spacingMm, originMm, direction },
  };
}

const NO_BOX: Box = { start: [0, 0, 0], size: [0, 0, 0] };

/** The same with the tumour mask: what both passes begin with. */
export function standardise(
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  spacingMm: Vec3,
): StandardisedCase {
  const standard = standardiseCt(ct, spacingMm);
  const maskAxes = axesTo(standard.ras, spacingMm, nearestAxis);
  const { size } = tumor.geometry;
  const { voxels } = oriented(tumor, standard.axisOrder);
  const box = orientedBox(boundingBox(tumor.data, size) ?? NO_BOX, size, standard.axisOrder);
  return { ...standard, maskAxes, tumor: resampleNearest(voxels, maskAxes, box) };
}
