import type { ManifestOutput } from '../records/manifest.ts';
import { percent, triple } from '../report/number-text.ts';

/** What is known of a patient under one name, in a few words. */
export type Fact = readonly [name: string, value: string];

export function tumourFacts(output: ManifestOutput): Fact[] {
  const { tumor_clipped_voxels: clipped, tumor_clipped_share: share } = output;
  return [
    ['Volume', `${output.tumor_volume_ml.toFixed(2)} ml`],
    ['Box', `${triple(output.tumor_bbox_size_mm, 1)} mm`],
    ['Cut off by the ROI', clipped === 0 ? 'nothing' : `${clipped} voxels (${percent(share)})`],
  ];
}

export function roiFacts(output: ManifestOutput): Fact[] {
  return [
    ['Voxels', triple(output.final_roi_size_vox)],
    ['Size', `${triple(output.final_roi_size_mm, 1)} mm`],
    ['Padded box', `${triple(output.bbox_padded_size_mm, 1)} mm`],
  ];
}

/** Of the CT as scanned. */
export function ctFacts({ spacing_before_mm, slices, acquisition }: ManifestOutput): Fact[] {
  const { manufacturer, model, convolution_kernel, kvp, slice_thickness_mm, patient_position } = acquisition;
  const said = (value: string | number | null, unit = ''): string =>
    value === null || value === '' ? 'not said' : `${value}${unit}`;
  return [
    ['Spacing', `${triple(spacing_before_mm, 4)} mm`],
    ['Slices', String(slices)],
    ['Slice thickness', said(slice_thickness_mm, ' mm')],
    ['Maker', said(manufacturer)],
    ['Scanner', said(model)],
    ['Kernel', said(convolution_kernel)],
    ['Tube', said(kvp, ' kV')],
    ['Position', said(patient_position)],
  ];
}
