import type { StudyRules } from '../../dicom/study/study.ts';
import { CaseExclusion, UsageError } from '../../errors.ts';
import { type PatientInputs, patientInputs } from '../../raw/patient/patient-inputs.ts';
import { patientRules } from '../../raw/patient/rules.ts';
import { fingerprintOf } from '../../records/json.ts';
import { REVIEW_CODE } from '../../records/review.ts';
import type { Transforms } from '../../records/roi.ts';
import type { Stores } from '../../storage/open.ts';
import { VERSION } from '../../version.ts';
import { readTransforms } from '../../way-back/mapped-prediction.ts';
import { openedJob, type PredictionJob, type StoredObject } from '../../way-back/predictions.ts';
import { convertFingerprint } from '../convert-fingerprint.ts';
import type { ExportTask, MaskTask, PredictionTask } from './task.ts';

/** A patient's map before it is read. */
export type ListedMap =
  | MaskTask
  | (Omit<PredictionTask, 'job'> & {
      readonly job: PredictionJob<StoredObject>;
      readonly transforms: Transforms;
    });

/** What there is of a patient, before anything large is read. */
export interface ExportInputs {
  readonly raw: PatientInputs;
  /** By which its raw data are read. */
  readonly studyRules: StudyRules;
  readonly map: ListedMap;
  /** What decides the map: hashes, sizes and versions. */
  readonly listed: unknown;
}

/** Throws the CaseExclusion of a patient of whom convert, or a review, left no mask to take. */
function assertConverted({ converted }: MaskTask): void {
  if (converted.state === 'ok') return;
  const code = converted.exclusion?.code ?? 'unknown';
  if (code === REVIEW_CODE)
    throw new CaseExclusion(REVIEW_CODE, 'a review left the patient out, by the last run of convert');
  throw new CaseExclusion('not-converted', `convert excluded the patient (${code}): its case.json says why`);
}

/** An object as a listing tells it. Throws a CaseExclusion where it is not there. */
async function listedObject({ store, key }: StoredObject, code: string): Promise<unknown> {
  const entry = await store.stat(key);
  if (entry === undefined) throw new CaseExclusion(code, 'is not there', { file: key });
  return [key, entry.bytes, entry.version];
}

async function listMap(
  { map, patientId }: ExportTask,
  stores: Stores,
): Promise<Pick<ExportInputs, 'map' | 'listed'>> {
  if (map.kind === 'mask') {
    assertConverted(map);
    const { fingerprint, ct, tumor } = map.converted;
    return { map, listed: [fingerprint, ct?.sha256, tumor?.sha256] };
  }
  const job = await openedJob(map.job, stores.open);
  const transforms = await readTransforms(job.transforms);
  if (transforms.patient_id !== patientId)
    throw new CaseExclusion('other-patient', 'is of another patient than its folder names', {
      file: job.transforms.key,
    });
  const { rules, channel } = job;
  const listed = {
    transforms: fingerprintOf(transforms),
    // With it the images are looked at more closely.
    converted: map.converted?.fingerprint ?? null,
    prediction: await listedObject(job.prediction, 'no-prediction'),
    reference: job.reference === undefined ? null : await listedObject(job.reference, 'no-reference'),
    rules: [rules.interpolation, rules.threshold ?? null, channel ?? null],
  };
  return { map: { ...map, job, transforms }, listed };
}

/** Looks at what there is of a patient. Throws a CaseExclusion where there is no map of it, or no raw data. */
export async function listInputs(task: ExportTask, stores: Stores): Promise<ExportInputs> {
  const { patient, config } = task;
  const listed = await listMap(task, stores);
  if (patient === undefined)
    throw new CaseExclusion(
      'no-raw',
      'is not among the raw data that were given: give the --raw of the run that converted the patient, and its configuration',
    );
  // Masks that lie apart tell nothing of the CT.
  const raw = await patientInputs(patient, '', config.mask, stores);
  return { raw, studyRules: patientRules(patient, config), ...listed };
}

/**
 * Whether the raw files of a patient are those that convert read, by name, size and version, and it would make the same of them.
 * Without the secret that it hashed UIDs with that cannot be told.
 */
export function isAsConverted({ raw, studyRules }: ExportInputs, { map, config }: ExportTask): boolean {
  const { converted } = map;
  if (converted === undefined) return false;
  try {
    return convertFingerprint(raw, studyRules, config) === converted.fingerprint;
  } catch (thrown) {
    if (thrown instanceof UsageError) return false;
    throw thrown;
  }
}

/** What decides a patient's object: what is listed of raw data and map, all options, and this version. */
export function exportFingerprint(
  { raw, studyRules, listed }: ExportInputs,
  { step, rules: { described, ...rules } }: ExportTask,
): string {
  return fingerprintOf({
    step,
    version: VERSION,
    raw: raw.listed,
    studyRules,
    map: listed,
    rules,
    segments: described?.segments ?? null,
  });
}
