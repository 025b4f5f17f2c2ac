import type { Config } from '../config/schema.ts';
import { gridRecordOf } from '../dataset/grid.ts';
import type { RoiTransforms } from '../dataset/roi.ts';
import type { DatasetStats } from '../dataset/stats.ts';
import type { Box } from '../kernels/bounding-box.ts';
import { cropWithPad } from '../kernels/crop.ts';
import { addWindowed, emptyWindowedMoments } from '../kernels/moments.ts';
import { resampleLinear, windowOfAxis } from '../kernels/resample.ts';
import { padBox, recentre, snappedSize } from '../kernels/roi-box.ts';
import { windowHu, zScore } from '../kernels/window.ts';
import { type Geometry, pointOfIndex, type Vec3, type Volume, vec3 } from '../volume/geometry.ts';
import { caseStatistics, tumorBox } from './measure-case.ts';
import { type StandardisedCase, standardise } from './standardise.ts';

export type Constants = DatasetStats['config_after_pass1'];

/** Everything pass 2 makes of one patient, before anything is encoded. All volumes are RAS. */
export interface Roi {
  readonly hu: Volume<Float32Array>;
  readonly windowed: Volume<Float32Array>;
  readonly norm: Volume<Float32Array>;
  readonly tumor: Volume<Uint8Array>;
  /** The whole resampled CT; only where `output.auditVolumes` asks for it. */
  readonly resampledCt: Volume<Float32Array> | undefined;
  readonly resampled: Geometry;
  readonly transforms: RoiTransforms;
  readonly statistics: ReturnType<typeof caseStatistics>;
  readonly tumorVoxelsResampled: number;
  readonly tumorVoxelsRoi: number;
  /** Voxels of the ROI that lie outside the CT. */
  readonly voxelsOutside: number;
}

type SizeInfo = RoiTransforms['size_info'];

/** The ROI box about the padded tumour box: a fixed patch, or sized within the derived bounds. */
export function roiBox(
  padded: Box,
  spacingMm: Vec3,
  roi: Config['roi'],
  constants: Constants,
): { box: Box; info: SizeInfo } {
  if (roi.patch !== 'derived') {
    const [x, y, z] = roi.patch.split('x').map(Number);
    const size: Vec3 = [x, y, z];
    const compare = (f: (a: number) => boolean): boolean[] => [0, 1, 2].map(f);
    return {
      box: recentre(padded, size),
      info: {
        expanded_to_min: compare((a) => padded.size[a] < size[a]),
        clamped_to_max: compare((a) => padded.size[a] > size[a]),
        snapped_to_preferred: [false, false, false],
        final_size_vox: size,
      },
    };
  }
  const snapped = snappedSize(padded.size, spacingMm, {
    minBoxMm: constants.min_box_mm,
    maxBoxMm: constants.max_box_mm,
    preferredSizesXy: roi.preferredSizesXy,
    preferredSizesZ: roi.preferredSizesZ,
    multipleOf: roi.multipleOf,
  });
  return {
    box: recentre(padded, snapped.size),
    info: {
      expanded_to_min: snapped.expandedToMin,
      clamped_to_max: snapped.clampedToMax,
      snapped_to_preferred: snapped.snappedToPreferred,
      final_size_vox: snapped.size,
    },
  };
}

function cropRecord(box: Box, imageSize: Vec3): RoiTransforms['crop_record_ct'] {
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

/** Resamples only the part of the target grid that the box covers, and fills the rest of the box with air. */
function resampleBox({ ct, ctAxes, resampled }: StandardisedCase, box: Box, airHu: number): Float32Array {
  const first = vec3((a) => Math.min(Math.max(0, box.start[a]), resampled.size[a]));
  const end = vec3((a) => Math.max(first[a], Math.min(resampled.size[a], box.start[a] + box.size[a])));
  const size = vec3((a) => end[a] - first[a]);
  const part = (a: number) => windowOfAxis(ctAxes[a], first[a], size[a]);
  const inside = resampleLinear(ct.data, ct.geometry.size, [part(0), part(1), part(2)], airHu);
  return cropWithPad(
    inside,
    size,
    vec3((a) => box.start[a] - first[a]),
    box.size,
    airHu,
  );
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i];
  return count;
}

/** Pass 2 of one patient: crop, window, normalise. Pure. Throws a CaseExclusion where the tumour is gone. */
export function makeRoi(
  patientId: string,
  ct: Volume<Int16Array>,
  tumor: Volume<Uint8Array>,
  config: Config,
  constants: Constants,
): Roi {
  const { intensity, roi, resample, output } = config;
  const standard = standardise(ct, tumor, resample.spacingMm);
  const { resampled } = standard;
  const found = tumorBox(standard);
  const { box: padded, paddingVoxels } = padBox(found, resampled.spacingMm, roi.paddingMm);
  const { box, info } = roiBox(padded, resampled.spacingMm, roi, constants);
  const geometry: Geometry = { ...resampled, size: box.size, originMm: pointOfIndex(resampled, box.start) };
  const whole = output.auditVolumes
    ? resampleLinear(standard.ct.data, standard.ct.geometry.size, standard.ctAxes, intensity.airHu)
    : undefined;
  const hu =
    whole === undefined
      ? resampleBox(standard, box, intensity.airHu)
      : cropWithPad(whole, resampled.size, box.start, box.size, intensity.airHu);
  const windowed = windowHu(hu, intensity.windowHu);
  const moments = emptyWindowedMoments();
  addWindowed(moments, windowed, intensity.windowHu, intensity.thresholdHu);
  const tumorRoi = cropWithPad(standard.tumor, resampled.size, box.start, box.size, 0);
  const crop = cropRecord(box, resampled.size);
  const insideCount = [0, 1, 2].reduce(
    (n, a) => n * Math.max(0, box.size[a] - crop.pad_lower_ijk[a] - crop.pad_upper_ijk[a]),
    1,
  );
  return {
    hu: { data: hu, geometry },
    windowed: { data: windowed, geometry },
    norm: { data: zScore(windowed, constants.global_mu, constants.global_sigma), geometry },
    tumor: { data: tumorRoi, geometry },
    resampledCt: whole && { data: whole, geometry: resampled },
    resampled,
    statistics: caseStatistics(moments, intensity),
    tumorVoxelsResampled: found.voxels,
    tumorVoxelsRoi: countOnes(tumorRoi),
    voxelsOutside: hu.length - insideCount,
    transforms: {
      patient_id: patientId,
      orientation_policy: 'RAS',
      original_ct_geometry: gridRecordOf(ct.geometry),
      axis_order: { from: standard.axisOrder.from, flip: [...standard.axisOrder.flip] },
      ras_ct_geometry: gridRecordOf(standard.ct.geometry),
      resampled_ct_geometry: gridRecordOf(resampled),
      roi_geometry: gridRecordOf(geometry),
      target_spacing: resample.spacingMm,
      resampling: {
        ct_interpolation: 'linear',
        mask_interpolation: 'nearest',
        outside_hu: intensity.airHu,
        outside_mask: 0,
      },
      pad_mm: roi.paddingMm,
      pad_vox: paddingVoxels,
      min_box_mm: constants.min_box_mm,
      max_box_mm: constants.max_box_mm,
      window_hu: intensity.windowHu,
      norm_threshold_hu: intensity.thresholdHu,
      global_mu: constants.global_mu,
      global_sigma: constants.global_sigma,
      bbox_from_mask_start_ijk: found.start,
      bbox_from_mask_size_ijk: found.size,
      bbox_padded_start_ijk: padded.start,
      bbox_padded_size_ijk: padded.size,
      bbox_final_start_ijk: box.start,
      bbox_final_size_ijk: box.size,
      size_info: info,
      crop_record_ct: crop,
      crop_record_mask: crop,
    },
  };
}
