import { standardise } from '../../../src/both-passes/standardise.ts';
import { cropWithPad } from '../../../src/kernels/grid/crop.ts';
import { gridRecordOf } from '../../../src/records/grid.ts';
import {
  type Geometry,
  pointOfIndex,
  type Vec3,
  type Volume,
  voxelCount,
} from '../../../src/volume/geometry.ts';
import type { WayForward } from '../../../src/way-back/native-prediction.ts';

/** An ROI box on a CT grid, and the way forward to it, by the code of pass 2. */
export interface Forward {
  readonly transforms: WayForward;
  readonly roi: Geometry;
  readonly resampled: Geometry;
  /** What pass 2 makes of a mask on the CT grid. */
  readonly mask: (native: Uint8Array) => Volume<Uint8Array>;
}

/** The box may also be given by the size of the resampled grid. */
export function wayForward(
  ct: Geometry,
  targetMm: Vec3,
  box: { start: Vec3; size: Vec3 } | ((resampled: Vec3) => { start: Vec3; size: Vec3 }),
): Forward {
  const standardised = (mask: Uint8Array) =>
    standardise({ data: new Int16Array(mask.length), geometry: ct }, { data: mask, geometry: ct }, targetMm);
  const { axisOrder, ras, resampled } = standardised(new Uint8Array(voxelCount(ct.size)));
  const { start, size } = typeof box === 'function' ? box(resampled.size) : box;
  const roi: Geometry = { ...resampled, size, originMm: pointOfIndex(resampled, start) };
  return {
    roi,
    resampled,
    transforms: {
      original_ct_geometry: gridRecordOf(ct),
      axis_order: { from: axisOrder.from, flip: [...axisOrder.flip] },
      ras_ct_geometry: gridRecordOf(ras),
      resampled_ct_geometry: gridRecordOf(resampled),
      bbox_final_start_ijk: start,
      roi_geometry: gridRecordOf(roi),
    },
    mask: (native) => ({
      data: cropWithPad(standardised(native).tumor, resampled.size, start, size, 0),
      geometry: roi,
    }),
  };
}
