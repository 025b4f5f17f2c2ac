import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../records/case.ts';
import type { OkRoi, RoiTransforms } from '../../records/roi.ts';

/** What convert did before: from stored pixels to HU, from slices to a grid, from contours or segments to a mask. */
export function convertSteps(
  { ct, tumor }: OkCase,
  { hu, geometry, mask }: Config,
): OkRoi['preprocessing_pipeline'] {
  return [
    {
      step: 'hounsfield_units',
      params: {
        rescale: ct.rescale,
        rounding: hu.rounding,
        padding: hu.padding,
        padded_pixels: ct.padded_pixels,
      },
    },
    {
      step: 'stacking',
      params: {
        rule: geometry.stacking,
        size_vox: ct.size_ijk,
        spacing_mm: ct.spacing_mm,
        from: ct.orientation,
      },
    },
    {
      step: 'tumor_mask',
      params: {
        source: tumor.source,
        roi_name: tumor.roi_name,
        link_rule: tumor.link_rule,
        policy: mask.policy,
        contour_rule: mask.contourRule,
        voxels: tumor.voxels,
      },
    },
  ];
}

/** Every step from the DICOM files to the ROI in order, each with its parameters, as `meta.json` lists them. */
export function pipelineSteps(
  record: OkCase,
  transforms: RoiTransforms,
  config: Config,
): OkRoi['preprocessing_pipeline'] {
  const { resample, roi, lung, intensity } = config;
  const { roi_source, norm_mu, norm_sigma, ras_ct_geometry, resampled_ct_geometry, roi_geometry } =
    transforms;
  return [
    ...convertSteps(record, config),
    {
      step: 'orientation',
      params: {
        from: record.ct.orientation,
        to: 'RAS',
        axis_order: transforms.axis_order,
        size_before_vox: record.ct.size_ijk,
        size_after_vox: ras_ct_geometry.size_ijk,
      },
    },
    {
      step: 'resampling',
      params: {
        spacing_before_mm: ras_ct_geometry.spacing_mm,
        spacing_mm: transforms.target_spacing,
        policy: resample.policy,
        ct: 'linear',
        mask: 'nearest',
        outside_hu: intensity.airHu,
        size_before_vox: ras_ct_geometry.size_ijk,
        size_after_vox: resampled_ct_geometry.size_ijk,
      },
    },
    {
      step: 'cropping',
      params: {
        method: `bounding_box_${roi_source}_mask_with_padding`,
        padding_mm: transforms.pad_mm,
        ...(roi_source === 'lung'
          ? { min_box_mm: lung.minBoxMm, max_box_mm: lung.maxBoxMm }
          : { patch: roi.patch }),
        placement: roi.placement,
        start_vox: transforms.bbox_final_start_ijk,
        size_vox: roi_geometry.size_ijk,
        size_before_vox: resampled_ct_geometry.size_ijk,
        size_after_vox: roi_geometry.size_ijk,
        outside_hu: intensity.airHu,
      },
    },
    { step: 'windowing', params: { range_hu: intensity.windowHu } },
    {
      step: 'intensity_normalization',
      params: {
        method: 'z-score',
        applied_after: 'windowing',
        scope: intensity.normalization,
        voxels: intensity.voxelRule,
        threshold_hu: intensity.thresholdHu,
        mu: norm_mu,
        sigma: norm_sigma,
        epsilon: 1e-8,
      },
    },
  ];
}
