import type { DataSet } from '../../dicom/encode/dictionary.ts';
import type { Geometry } from '../../volume/geometry.ts';
import type { PatientPlan } from '../anatomy/plan.ts';
import { randomStream } from '../drawing/random.ts';
import { uidOf } from './uid.ts';

export const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2';

/** What every DICOM object of one study has in common. */
export interface Study {
  readonly plan: PatientPlan;
  readonly geometry: Geometry;
  readonly studyUid: string;
  readonly frameOfReferenceUid: string;
  readonly ctSeriesUid: string;
  /** CT SOP Instance UIDs by slice, z ascending. */
  readonly sliceUids: readonly string[];
  /** YYYYMMDD. */
  readonly date: string;
}

export function studyOf(seed: number, plan: PatientPlan, geometry: Geometry): Study {
  const uid = (...what: readonly (string | number)[]) => uidOf(seed, plan.patientId, ...what);
  const random = randomStream(seed, plan.patientId, 'date');
  const two = (n: number) => String(n).padStart(2, '0');
  return {
    plan,
    geometry,
    studyUid: uid('study'),
    frameOfReferenceUid: uid('frame of reference'),
    ctSeriesUid: uid('ct'),
    sliceUids: Array.from({ length: geometry.size[2] }, (_, k) => uid('ct', k)),
    date: `${random.integer(2006, 2012)}${two(random.integer(1, 12))}${two(random.integer(1, 28))}`,
  };
}

/** UIDs of the series and the one object that hold the masks. */
export function maskUids(study: Study): { readonly series: string; readonly object: string } {
  const key = [study.studyUid, study.plan.maskObject];
  return { series: uidOf(...key, 'series'), object: uidOf(...key, 'object') };
}

/** Patient, general study and general equipment modules (PS3.3 C.7.1.1, C.7.2.1, C.7.5.1). */
export function commonElements(study: Study): DataSet {
  const { patientId, female, ageYears } = study.plan;
  return {
    SpecificCharacterSet: 'ISO_IR 100',
    StudyDate: study.date,
    StudyTime: '101500',
    AccessionNumber: '',
    Manufacturer: 'swinprep phantom',
    ManufacturerModelName: 'synthetic chest',
    DeviceSerialNumber: '1',
    SoftwareVersions: '1',
    ReferringPhysicianName: '',
    StudyDescription: 'SYNTHETIC THORAX',
    PatientName: patientId,
    PatientID: patientId,
    PatientBirthDate: '',
    PatientSex: female ? 'F' : 'M',
    PatientAge: `${String(Math.floor(ageYears)).padStart(3, '0')}Y`,
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'Synthetic data',
    StudyInstanceUID: study.studyUid,
    StudyID: '1',
  };
}

/** A reference to the CT slice at height index `k`. */
export function sliceReference(study: Study, k: number) {
  return { ReferencedSOPClassUID: ctImageStorage, ReferencedSOPInstanceUID: study.sliceUids[k] };
}

/** Centre of the first pixel of slice `k`, LPS, mm; the phantom's slices are axial. */
export function slicePositionMm(geometry: Geometry, k: number): readonly [number, number, number] {
  const [x, y, z] = geometry.originMm;
  return [x, y, z + k * geometry.spacingMm[2]];
}

export function code(value: string, scheme: string, meaning: string): DataSet {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}
