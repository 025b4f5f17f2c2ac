import type { Config } from '../../config/schema.ts';
import type { StudyRules } from '../../dicom/study/study.ts';
import { type SurveyedPair, surveyStudy } from '../../dicom/study/survey.ts';
import { CaseExclusion } from '../../errors.ts';
import { HuHistogram } from '../../kernels/intensity/histogram.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import { assertQc, judgePair, measurePair } from '../../qc/ct-and-mask-checks.ts';
import { readHeaders } from '../../raw/patient/headers.ts';
import { niftiStudy } from '../../raw/patient/nifti-study.ts';
import { assertOnePatient } from '../../raw/patient/one-patient.ts';
import { NIFTI_CT, NIFTI_MASK, type PatientInputs, patientInputs } from '../../raw/patient/patient-inputs.ts';
import { patientRules } from '../../raw/patient/rules.ts';
import { withWayOut } from '../../raw/patient/way-out.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import type { InspectedPatient } from '../../records/inspection.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode } from '../../timing/timed-nifti.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { excludedPatient, type Findings, niftiFindings, surveyFindings } from './record.ts';

export interface InspectTask extends CaseTask {
  readonly step: 'inspect';
  readonly patient: RawPatient;
  /** Where NIfTI masks lie; '' for nowhere, undefined in the patient's place of raw data. */
  readonly masks: string | undefined;
  readonly config: Config;
  /** Whether ROI names are shown as they are. */
  readonly names: boolean;
}

/** What was found, and, where that excludes the patient, why. */
interface Inspected {
  readonly findings: Findings;
  readonly refusal?: CaseExclusion;
}

function refusalOf(check: () => void): Pick<Inspected, 'refusal'> {
  try {
    check();
    return {};
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return { refusal: thrown };
    throw thrown;
  }
}

/** The quality checks of what headers tell. */
function assertHeaderQc(pair: SurveyedPair, patientIds: number, qc: Config['qc']): void {
  const { size, spacingMm, drawn } = pair;
  const values = {
    slices: size[2],
    zExtentMm: size[2] * spacingMm[2],
    sliceSpacingMm: spacingMm[2],
    tiltDegrees: pair.tiltDegrees,
    missingSlices: pair.missingPlanes,
    burnedInSlices: pair.burnedInSlices,
    patientIds,
    rescales: pair.rescales,
    maskOutsideShare: drawn?.outsideShare,
    maskVolumeShare: drawn?.volumeShare,
    tumorVolumeMl: drawn?.volumeMl,
  };
  assertQc(judgePair(values, qc));
}

/** CT and mask as NIfTI: their headers tell too little, so both are read. */
async function inspectNifti(
  niftiCt: () => Promise<Uint8Array>,
  niftiMask: () => Promise<Uint8Array>,
  rules: StudyRules,
  qc: Config['qc'],
  clock: StageClock,
): Promise<Inspected> {
  const labelled = { name: NIFTI_MASK, volume: timedDecode(clock, NIFTI_MASK, await niftiMask()) };
  const ct = timedDecode(clock, NIFTI_CT, await niftiCt());
  const study = clock.time('raster', 0, () => niftiStudy(ct, labelled, rules));
  const histogram = clock.time('statistics', study.ct.data.byteLength, () => new HuHistogram(study.ct.data));
  const measures = clock.time('qc', 0, () => measurePair(study, histogram));
  return {
    findings: niftiFindings(study, NIFTI_MASK, measures.tumorVolumeMl!),
    ...refusalOf(() => assertQc(judgePair(measures, qc))),
  };
}

async function inspectInputs(
  { dicom, niftiCt, niftiMask }: PatientInputs,
  rules: StudyRules,
  { config: { qc }, names, patient }: InspectTask,
  clock: StageClock,
): Promise<Inspected> {
  if (niftiCt !== undefined) return inspectNifti(niftiCt, niftiMask!, rules, qc, clock);
  const labelled = niftiMask && {
    name: NIFTI_MASK,
    volume: timedDecode(clock, NIFTI_MASK, await niftiMask()),
  };
  const { files, dicom: headers, ignored, refusal } = await readHeaders(await dicom!(), clock);
  const surveyed = clock.time('raster', 0, () => surveyStudy(headers, rules, labelled));
  const survey = await surveyed.catch((thrown) => {
    // convert reads every file before it looks at any.
    throw refusal ?? thrown;
  });
  const counts = { files: files.length + (labelled === undefined ? 0 : 1), ignored_files: ignored };
  return {
    findings: surveyFindings(survey, counts, rules, names ? (name) => name : safeRoiName),
    ...refusalOf(() => {
      if (refusal !== undefined) throw refusal;
      if (survey.outcome instanceof CaseExclusion)
        throw withWayOut(
          survey.outcome,
          files.map(({ key }) => key),
        );
      assertOnePatient(patient, survey.patientIds);
      assertHeaderQc(survey.outcome, survey.patientIds, qc);
    }),
  };
}

type KnownOutcome = Exclude<CaseOutcome<InspectedPatient>, { readonly state: 'failed' }>;

/** Looks at one patient's headers and tells what convert would do. Writes nothing. */
export default async function inspectPatient(task: InspectTask, clock: StageClock): Promise<KnownOutcome> {
  const { patientId, patient, masks, config } = task;
  let findings: Findings | undefined;
  try {
    const inputs = await patientInputs(patient, masks, config.mask, timedStores(clock));
    const inspected = await inspectInputs(inputs, patientRules(patient, config), task, clock);
    findings = inspected.findings;
    if (inspected.refusal !== undefined) throw inspected.refusal;
    const verdict = { verdict: 'would-convert', exclusion: null } as const;
    return { state: 'ok', record: { patient_id: patientId, ...verdict, ...findings }, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    return {
      state: 'excluded',
      record: excludedPatient(exclusion, findings),
      skipped: false,
      message: exclusion.code,
    };
  }
}
