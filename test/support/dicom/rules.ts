import { PRESETS } from '../../../src/config/presets.ts';
import type { StudyRules } from '../../../src/dicom/study/study.ts';

/** The default rules of convert, for the small series of the test data. */
export const rules: StudyRules = {
  ...PRESETS.lung1.series,
  ...PRESETS.lung1.geometry,
  minSlices: 3,
  airHu: PRESETS.lung1.intensity.airHu,
  huRounding: 'nearest',
  huPadding: 'air',
  maskSources: ['SEG', 'RTSTRUCT'],
  roiNames: PRESETS.lung1.mask.roiNames,
  policy: 'primary',
  unionNames: PRESETS.lung1.mask.unionNames,
  fractionalThreshold: 0.5,
  contourToleranceMm: 0.2,
  contourRule: 'xor',
  labels: [],
};
