import { CaseExclusion } from '../../errors.ts';
import type { RawPatient } from '../raw-patient.ts';

/**
 * Throws a CaseExclusion `several-patients` where the files of a folder or archive that is to be one patient have several
 * Patient IDs, or those of a patient by headers: of a series in a folder of its own only some were looked at. A table of pairs
 * says itself what belongs together.
 */
export function assertOnePatient({ source }: RawPatient, patientIds: number): void {
  if (patientIds < 2) return;
  if (source.kind === 'child' || (source.kind === 'files' && source.named === 'folder'))
    throw severalPatients(patientIds);
  if (source.kind === 'files')
    throw new CaseExclusion(
      'several-patients',
      'a folder that looks like one series of this patient holds files of somebody else, by their Patient ID: move these into a folder of their own',
    );
}

/** What to say of a folder or archive with the files of several patients. */
export function severalPatients(patients: number): CaseExclusion {
  return new CaseExclusion(
    'several-patients',
    `holds the files of ${patients} patients by their Patient IDs: keep those of one, or take patients by Patient ID (raw.patients: header)`,
  );
}
