import { CaseExclusion } from '../../errors.ts';
import type { DataSet, Keyword } from '../encode/dictionary.ts';
import { type DicomFile, items } from '../file/part10.ts';
import { bytesAsText, copiedElements } from './copied-elements.ts';
import type { SourceImages } from './source-images.ts';

/**
 * What is copied of the CT (DICOM PS3.3 C.7.1.1, C.7.1.3, C.7.2.1, C.7.2.2, C.7.2.3, C.12.1): what patient, subject and study are
 * found by, what size and weight measures are made with, and how the CT was de-identified. What else it may tell of the patient
 * (comments, history, alerts) and of staff stays where it is.
 */
const COPIED = [
  'SpecificCharacterSet',
  'TimezoneOffsetFromUTC',
  // Patient
  'PatientName',
  'PatientID',
  'IssuerOfPatientID',
  'TypeOfPatientID',
  'IssuerOfPatientIDQualifiersSequence',
  'PatientBirthDate',
  'PatientBirthTime',
  'PatientSex',
  'QualityControlSubject',
  'OtherPatientNames',
  'OtherPatientIDsSequence',
  'EthnicGroup',
  'EthnicGroupCodeSequence',
  'PatientSpeciesDescription',
  'PatientSpeciesCodeSequence',
  'PatientBreedDescription',
  'PatientBreedCodeSequence',
  'BreedRegistrationSequence',
  'ResponsiblePerson',
  'ResponsiblePersonRole',
  'ResponsibleOrganization',
  'PatientIdentityRemoved',
  'DeidentificationMethod',
  'DeidentificationMethodCodeSequence',
  'LongitudinalTemporalInformationModified',
  // Clinical Trial Subject
  'ClinicalTrialSponsorName',
  'ClinicalTrialProtocolID',
  'ClinicalTrialProtocolName',
  'IssuerOfClinicalTrialProtocolID',
  'ClinicalTrialSiteID',
  'ClinicalTrialSiteName',
  'IssuerOfClinicalTrialSiteID',
  'ClinicalTrialSubjectID',
  'IssuerOfClinicalTrialSubjectID',
  'ClinicalTrialSubjectReadingID',
  'IssuerOfClinicalTrialSubjectReadingID',
  'ClinicalTrialProtocolEthicsCommitteeName',
  'ClinicalTrialProtocolEthicsCommitteeApprovalNumber',
  // General Study
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'ReferringPhysicianName',
  'StudyID',
  'AccessionNumber',
  'IssuerOfAccessionNumberSequence',
  'StudyDescription',
  'ProcedureCodeSequence',
  // Patient Study
  'PatientAge',
  'PatientSize',
  'PatientWeight',
  'PatientSexNeutered',
  // Clinical Trial Study
  'ClinicalTrialTimePointID',
  'ClinicalTrialTimePointDescription',
  'IssuerOfClinicalTrialTimePointID',
] as const satisfies readonly Keyword[];

/** Elements of type 2: empty where the CT has none. */
const EMPTY: DataSet = {
  PatientName: '',
  PatientID: '',
  PatientBirthDate: '',
  PatientSex: '',
  StudyDate: '',
  StudyTime: '',
  ReferringPhysicianName: '',
  StudyID: '',
  AccessionNumber: '',
};

/** Components of a name that are empty may be left out at its end (DICOM PS3.5 6.2.1). */
const nameOf = ({ dataset }: DicomFile) => bytesAsText(dataset, 'PatientName').replace(/[\^= ]+$/, '');

/** Throws a CaseExclusion where images are not all of one patient and one study; it names none. */
function checkOneStudy({ slices }: SourceImages): void {
  const [first, ...others] = new Set(slices.map(({ file }) => file));
  const check = (code: string, what: string, of: (file: DicomFile) => string): void => {
    const expected = of(first);
    const other = others.find((file) => of(file) !== expected);
    if (other !== undefined)
      throw new CaseExclusion(
        code,
        `${what} differs from that of ${first.name}: an object that names both cannot be written, so sort out whose images these are`,
        { file: other.name },
      );
  };
  check('several-patients', 'Patient ID', ({ dataset }) => bytesAsText(dataset, 'PatientID'));
  check('several-patients', "Patient's Name", nameOf);
  check('several-studies', 'Study Instance UID', ({ dataset }) => bytesAsText(dataset, 'StudyInstanceUID'));
}

const DEIDENTIFICATION_METHOD_CODES = 'x00120064';

/** Whether identity was removed, and it is not said how, as the standard asks for (DICOM PS3.3 C.7.1.1). Lung1 does not. */
function isMethodOwed({ dataset }: DicomFile): boolean {
  return (
    bytesAsText(dataset, 'PatientIdentityRemoved') === 'YES' &&
    bytesAsText(dataset, 'DeidentificationMethod') === '' &&
    items(dataset, DEIDENTIFICATION_METHOD_CODES).length === 0
  );
}

/**
 * The modules of patient and study as the first image has them, byte for byte, with its Specific Character Set; what they have to
 * hold and it has not is empty. Throws a CaseExclusion where the images are of several patients or studies, or have no study.
 */
export function patientAndStudy(source: SourceImages): DataSet {
  checkOneStudy(source);
  const { file } = source.slices[0];
  if (bytesAsText(file.dataset, 'StudyInstanceUID') === '')
    throw new CaseExclusion(
      'missing-uid',
      'has no Study Instance UID: an object of its study cannot be written',
      {
        file: file.name,
      },
    );
  const copied = { ...EMPTY, ...copiedElements(file.dataset, COPIED) };
  return isMethodOwed(file)
    ? { ...copied, DeidentificationMethod: 'Not stated by the source images' }
    : copied;
}
