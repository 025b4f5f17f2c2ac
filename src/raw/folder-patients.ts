import { displayUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import { patientName } from '../storage/patient-store.ts';
import type { Child } from '../storage/store.ts';
import type { HeaderCohort, HeaderPatient } from './headers/header-cohort.ts';
import type { Naming } from './naming.ts';
import type { RawPatient, Refusal } from './raw-patient.ts';

/** A child of a place, named as a patient. */
interface NamedChild {
  readonly name: string;
  readonly place: string;
  readonly child: Child;
  /** Patients of its files, where their headers tell. */
  readonly seen: readonly HeaderPatient[];
}

/** The children of a place that stand for a patient, and how many files do not. */
async function namedChildren(
  place: string,
  number: number,
  cohort: HeaderCohort,
): Promise<{ named: NamedChild[]; ignored: number }> {
  const patientsOf = new Map(
    cohort.children
      .filter((child) => child.place === number)
      .map(({ name, patients }) => [name, [...patients].map((key) => cohort.patients.get(key)!)]),
  );
  const named: NamedChild[] = [];
  let ignored = 0;
  for await (const child of (await openStore(place)).children()) {
    const name = patientName(child);
    const key = child.kind === 'folder' ? child.name : child.entry.key;
    if (name === undefined || name.startsWith('.')) ignored++;
    else named.push({ name, place, child, seen: patientsOf.get(key) ?? [] });
  }
  return { named, ignored };
}

/** Why a folder or archive is not the patient that it is named by. */
function refusalOf(
  { name, seen }: NamedChild,
  cohortNames: ReadonlySet<string>,
  { caseId, hidden }: Naming,
): Refusal | undefined {
  if (seen.length > 1) {
    return {
      code: 'several-patients',
      message: `holds the files of ${seen.length} patients by their Patient IDs: keep those of one, or take patients by Patient ID (raw.patients: header)`,
    };
  }
  const [patient] = seen;
  const own = caseId(name);
  if (patient === undefined || patient.patientId === own || !cohortNames.has(patient.patientId))
    return undefined;
  const called = hidden ? 'is named like' : 'is named';
  return {
    code: 'wrong-patient',
    message: `${called} ${own}, and its files are of ${patient.patientId} by their Patient ID, who is another patient here: put the folders right, or take patients by Patient ID (raw.patients: header)`,
  };
}

/** How the clinical table may call a patient otherwise: by what the pattern finds in its name, or by the Patient ID of its files. */
function clinicalIdOf({ name, seen }: NamedChild, { caseId, hidden, idWithin }: Naming): string | undefined {
  const own = caseId(name);
  const within = idWithin(name);
  if (within !== undefined) return caseId(within) === own ? undefined : caseId(within);
  const [patient] = seen;
  if (seen.length !== 1 || patient.patientId === own) return undefined;
  return hidden || patient.identityRemoved ? patient.patientId : undefined;
}

export interface FolderPatients {
  readonly patients: RawPatient[];
  /** Files beside them, and names that begin with a dot. */
  readonly ignored: readonly { readonly place: string; readonly files: number }[];
}

/**
 * A patient for each folder and archive directly in the places. One whose files are of several patients, or of another one
 * of the cohort, comes with its refusal.
 */
export async function folderPatients(
  places: readonly string[],
  cohort: HeaderCohort,
  naming: Naming,
): Promise<FolderPatients> {
  const children: NamedChild[] = [];
  const ignored: { place: string; files: number }[] = [];
  for (const [number, place] of places.entries()) {
    const found = await namedChildren(place, number, cohort);
    children.push(...found.named);
    if (found.ignored > 0) ignored.push({ place: displayUri(place), files: found.ignored });
  }
  const cohortNames = new Set(children.map(({ name }) => naming.caseId(name)));
  const patients = children.map((child): RawPatient => {
    const refusal = refusalOf(child, cohortNames, naming);
    const clinicalId = refusal === undefined ? clinicalIdOf(child, naming) : undefined;
    return {
      name: child.name,
      source: { kind: 'child', place: child.place, child: child.child },
      ...(clinicalId !== undefined && { clinicalId }),
      ...(refusal !== undefined && { refusal }),
    };
  });
  return { patients, ignored };
}
