import { CaseExclusion } from '../../errors.ts';
import type { RawPatient } from '../raw-patient.ts';

/**
 * Throws a CaseExclusion `several-patients` where the files of a folder or archive that is to be one patient have several
 * Patient IDs. By headers files are of one, and a table of pairs says itself what belongs together.
 */
export function assertOnePatient({ source }: RawPatient, patientIds: number): void {
  const byFolder = source.kind === 'child' || (source.kind === 'files' && source.named === 'folder');
  if (byFolder && patientIds > 1) throw severalPatients(patientIds);
}

/** What to say of a folder or archive with the files of several patients. */
export function severalPatients(patients: number): CaseExclusion {
  return new CaseExclusion(
    'several-patients',
    `holds the files of ${patients} patients by their Patient IDs: keep those of one, or take patients by Patient ID (raw.patients: header)`,
  );
}
