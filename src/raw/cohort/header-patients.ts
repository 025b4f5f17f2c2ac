import { UsageError } from '../../errors.ts';
import type { HeaderCohort, HeaderPatient } from '../headers/header-cohort.ts';
import type { PatientRun, RawPatient } from '../raw-patient.ts';
import type { Naming } from './naming.ts';

/**
 * Printable, and no dot at an end: one at the beginning hides, one at the end neither Windows nor Blob Storage keeps. File
 * systems take 255 bytes of a name.
 */
const PLAIN = /^(?!\.)[\x20-\x7e]{1,200}(?<!\.)$/;

/** What Windows allows in no name. */
const RESERVED = /[/\\:*?"<>|]/;

/** Whether a name out of a header can be that of a folder of outputs in every store. */
export function isFolderName(name: string): boolean {
  return PLAIN.test(name) && !RESERVED.test(name);
}

/** Where a patient's files lie, with the places that the runs number. */
function runsOf({ runs }: HeaderPatient, places: readonly string[]): PatientRun[] {
  return runs.map(({ place, folder, files }) => ({ place: places[place], folder, depth: 'files', files }));
}

/** A patient's name by its header: its Patient ID, with its issuer where another issuer has given the same one. */
function nameOf({ patientId, issuer }: HeaderPatient): string {
  return issuer === '' ? patientId : `${patientId}_${issuer}`;
}

/**
 * Whether outputs may hold the name of a patient as it is: the CT says that identity was removed, or the folders or archives
 * that all files lie in are named by the Patient ID. These tell no issuer.
 */
export function mayBeNamed({ identityRemoved, folderNamed, issuer }: HeaderPatient): boolean {
  return identityRemoved || (folderNamed && issuer === '');
}

function assertNameable(
  patients: readonly HeaderPatient[],
  shown: string,
  why: string,
  { hidden }: Naming,
): void {
  if (hidden) return;
  const identified = patients.filter((p) => !mayBeNamed(p)).length;
  const wayOut =
    'set privacy.caseId: hmac (and a secret in SWINPREP_SALT), or raw.patients: folder where each folder is a patient';
  if (identified > 0) {
    throw new UsageError(
      `${shown}: patients would be named by the Patient ID of their files, since ${why}; for ${identified} of ${patients.length} no CT says that identity was removed (Patient Identity Removed (0012,0062) YES): ${wayOut}`,
    );
  }
  const odd = patients.filter((p) => !isFolderName(nameOf(p))).length;
  if (odd > 0)
    throw new UsageError(
      `${shown}: the Patient IDs of ${odd} of ${patients.length} patients cannot name a folder: ${wayOut}`,
    );
}

/**
 * The patients that headers tell, named by Patient ID. Throws a UsageError where there is none, or where they may not be
 * named so: what a header says is used as it is only where the CT says that identity was removed, or where the folder or
 * archive that its files lie in is named so too.
 */
export function headerPatients(
  { patients }: HeaderCohort,
  places: readonly string[],
  shown: string,
  why: string,
  naming: Naming,
): RawPatient[] {
  if (patients.size === 0)
    throw new UsageError(
      `${shown}: no DICOM file with a Patient ID is there; give raw.patients: folder and a folder or archive for each patient, or a table patient_id,ct,mask (.csv)`,
    );
  const all = [...patients.values()];
  assertNameable(all, shown, why, naming);
  return all.map((patient) => {
    const name = nameOf(patient);
    // An HMAC is no name that a pattern could look into.
    const within = naming.hidden ? undefined : naming.idWithin(name);
    return {
      name,
      ...(within !== undefined && within !== name && { clinicalId: within }),
      source: { kind: 'files', runs: runsOf(patient, places), named: 'header' },
    };
  });
}
