import type { Config } from '../../config/schema.ts';
import type { StudyRules } from '../../dicom/study/study.ts';
import type { RawPatient } from '../raw-patient.ts';

/** What reading a patient's files goes by. */
export function studyRules({ series, geometry, hu, mask, intensity }: Config): StudyRules {
  return {
    ...series,
    ...geometry,
    airHu: intensity.airHu,
    huRounding: hu.rounding,
    huPadding: hu.padding,
    maskSources: mask.sources,
    roiNames: mask.roiNames,
    policy: mask.policy,
    unionNames: mask.unionNames,
    fractionalThreshold: mask.fractionalThreshold,
    contourToleranceMm: mask.contourToleranceMm,
    contourRule: mask.contourRule,
    labels: mask.labels,
    // The default goes unsaid, so that what was made before there was a choice is known again.
    ...(mask.objects !== 'best' && { objects: mask.objects }),
  };
}

/** The same for one patient. A mask that a table of pairs or a collection names comes first, whatever the sources. */
export function patientRules({ source }: RawPatient, config: Config): StudyRules {
  const rules = studyRules(config);
  if (source.kind !== 'pair' || source.mask === '') return rules;
  const labels = rules.labels.length > 0 ? rules.labels : (source.labels ?? []);
  return { ...rules, labels, maskSources: ['NIFTI', ...rules.maskSources.filter((s) => s !== 'NIFTI')] };
}
