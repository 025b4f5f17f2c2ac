import { isWantedName, type NamedRoi, type RoiRules } from '../../dicom/mask/roi-choice.ts';
import type { Study } from '../../dicom/study/study.ts';
import type { StudySurvey, SurveyedMask, SurveyedPair } from '../../dicom/study/survey.ts';
import { CaseExclusion } from '../../errors.ts';
import type { InspectedPatient, InspectedRoi } from '../../records/inspection.ts';
import type { Exclusion } from '../../records/record.ts';

/** How an ROI name is shown. */
export type Shown = (name: string) => string;

export type Findings = Omit<InspectedPatient, 'patient_id' | 'verdict' | 'exclusion'>;

const NOTHING: Findings = {
  files: 0,
  ignored_files: 0,
  ct: null,
  tumor: null,
  series: [],
  series_rejected: [],
  masks: [],
  flags: [],
};

function inspectedRoi(
  { number, names, drawable }: NamedRoi,
  { source, wanted }: SurveyedMask,
  rules: RoiRules,
  shown: Shown,
): InspectedRoi {
  const matches = (name: string): boolean => source === 'NIFTI' || isWantedName(name, rules);
  return {
    number,
    names: names.map((name) => ({ name: shown(name), matches: matches(name) })),
    wanted: wanted.includes(number),
    drawable: drawable !== false,
  };
}

function chosenPair(
  { candidate, size, spacingMm, drawn }: SurveyedPair,
  shown: Shown,
): Pick<Findings, 'ct' | 'tumor'> {
  const { object, roi, rois, rule } = candidate;
  return {
    ct: { slices: size[2], size_ijk: size, spacing_mm: spacingMm },
    tumor: {
      source: object.source,
      file: object.name,
      roi_number: roi.number,
      roi_name: shown(roi.names[0]),
      rois: rois.length,
      link_rule: rule,
      volume_ml: drawn?.volumeMl ?? null,
    },
  };
}

/** What a survey of DICOM headers found, by the allow-list of the schema. */
export function surveyFindings(
  { series, rejected, masks, outcome }: StudySurvey,
  counts: Pick<Findings, 'files' | 'ignored_files'>,
  rules: RoiRules,
  shown: Shown,
): Findings {
  return {
    ...NOTHING,
    ...counts,
    ...(!(outcome instanceof CaseExclusion) && { ...chosenPair(outcome, shown), flags: [...outcome.flags] }),
    series: series.map(({ series: { planes, spacingMm, coverageMm, kernel, scan }, chosen, reason }) => ({
      slices: planes.length,
      columns: planes[0].columns,
      rows: planes[0].rows,
      spacing_mm: [...planes[0].spacingMm, spacingMm],
      coverage_mm: coverageMm,
      kernel,
      chosen,
      reason,
      ...(scan !== undefined && { scan: scan.attribute }),
    })),
    series_rejected: [...rejected],
    masks: masks.map((mask) => ({
      source: mask.source,
      file: mask.name,
      link_rule: mask.rule ?? null,
      chosen: mask.chosen,
      reason: mask.reason,
      ...(mask.competition !== undefined && {
        competing: { algorithm: mask.competition.algorithm, decided_by: mask.competition.decidedBy },
      }),
      rois: mask.rois.map((roi) => inspectedRoi(roi, mask, rules, shown)),
    })),
  };
}

/** What a pair of NIfTI files holds, which were read whole. `volumeMl`: of the mask. */
export function niftiFindings({ ct: { geometry }, facts }: Study, mask: string, volumeMl: number): Findings {
  const { size, spacingMm } = geometry;
  const { source, roiNumber, roiName, linkRule } = facts.mask;
  const object = { source, file: mask, link_rule: linkRule };
  const roi = { number: roiNumber, names: [{ name: roiName, matches: true }], wanted: true, drawable: true };
  return {
    ...NOTHING,
    files: 2,
    ct: { slices: size[2], size_ijk: size, spacing_mm: spacingMm },
    tumor: { ...object, roi_number: roiNumber, roi_name: roiName, rois: 1, volume_ml: volumeMl },
    masks: [{ ...object, chosen: true, reason: '', rois: [roi] }],
    flags: [...facts.flags],
  };
}

/** A patient that would be excluded, with what was found of it before that was known. */
export function excludedPatient(
  { patient_id, code, message }: Omit<Exclusion, 'step'>,
  findings: Findings = NOTHING,
): InspectedPatient {
  const verdict = { verdict: 'would-be-excluded', exclusion: { code, message } } as const;
  return { patient_id, ...verdict, ...findings, ct: null, tumor: null };
}
