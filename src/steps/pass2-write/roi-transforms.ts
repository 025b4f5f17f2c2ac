import type { CaseMasks } from '../../both-passes/masks.ts';
import { cropRecord, geometryOfBox } from '../../both-passes/roi-crop.ts';
import type { RoiPlan } from '../../both-passes/roi-plan.ts';
import type { StandardisedCase } from '../../both-passes/standardise.ts';
import type { Config } from '../../config/schema.ts';
import { recentre } from '../../kernels/box/pad-and-snap.ts';
import type { Box } from '../../kernels/mask/bounding-box.ts';
import { gridRecordOf } from '../../records/grid.ts';
import type { RoiTransforms } from '../../records/roi.ts';
import { type Geometry, vec3 } from '../../volume/geometry.ts';
import type { Constants } from './task.ts';

/** All that `transforms.json` tells of. */
export interface RoiWay {
  readonly original: Geometry;
  readonly standard: StandardisedCase;
  readonly masks: CaseMasks;
  readonly plan: RoiPlan;
  readonly thoraxBox: Box | undefined;
  /** The constants that the z-score was made with. */
  readonly norm: { readonly mu: number; readonly sigma: number };
  readonly config: Config;
  readonly constants: Constants;
}

/** The grids that a voxel passes on its way to the ROI. */
function grids({ original, standard, plan }: RoiWay) {
  const { axisOrder, ras, resampled } = standard;
  return {
    orientation_policy: 'RAS' as const,
    original_ct_geometry: gridRecordOf(original),
    axis_order: { from: axisOrder.from, flip: [...axisOrder.flip] },
    ras_ct_geometry: gridRecordOf(ras),
    resampled_ct_geometry: gridRecordOf(resampled),
    roi_geometry: gridRecordOf(geometryOfBox(resampled, plan.box)),
    target_spacing: resampled.spacingMm,
  };
}

/** The boxes, from the masks to the ROI. */
function boxes({ plan, masks, standard: { resampled } }: RoiWay) {
  const { box, padded } = plan;
  const centred = recentre(padded, box.size);
  const crop = cropRecord(box, resampled.size);
  return {
    bbox_from_mask_start_ijk: masks.tumor.box.start,
    bbox_from_mask_size_ijk: masks.tumor.box.size,
    bbox_padded_start_ijk: padded.start,
    bbox_padded_size_ijk: padded.size,
    bbox_final_start_ijk: box.start,
    bbox_final_size_ijk: box.size,
    size_info: plan.sizeInfo,
    crop_record_ct: crop,
    crop_record_mask: crop,
    roi_source: masks.source,
    box_shift_ijk: vec3((a) => box.start[a] - centred.start[a]),
    ...(masks.lung && {
      lung_bbox_start_ijk: masks.lung.box.start,
      lung_bbox_size_ijk: masks.lung.box.size,
    }),
  };
}

/** The way of a patient's voxels from the native CT grid to the ROI. */
export function roiTransforms(patientId: string, way: RoiWay): RoiTransforms {
  const { plan, thoraxBox, norm, config, constants } = way;
  const { intensity } = config;
  return {
    patient_id: patientId,
    ...grids(way),
    resampling: {
      ct_interpolation: 'linear',
      mask_interpolation: 'nearest',
      outside_hu: intensity.airHu,
      outside_mask: 0,
    },
    pad_mm: plan.paddingMm,
    pad_vox: plan.paddingVoxels,
    min_box_mm: constants.min_box_mm,
    max_box_mm: constants.max_box_mm,
    window_hu: intensity.windowHu,
    norm_threshold_hu: intensity.thresholdHu,
    global_mu: constants.global_mu,
    global_sigma: constants.global_sigma,
    ...boxes(way),
    norm_mu: norm.mu,
    norm_sigma: norm.sigma,
    ...(thoraxBox && {
      thorax_bbox_start_ijk: thoraxBox.start,
      thorax_bbox_size_ijk: thoraxBox.size,
      thorax_geometry: gridRecordOf(geometryOfBox(way.standard.resampled, thoraxBox)),
    }),
  };
}
