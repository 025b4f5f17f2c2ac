import { counted } from '../../counted.ts';
import { archiveStem, foreignArchive } from '../../storage/archive/archive-kind.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { patientName } from '../../storage/patient-store.ts';
import type { Child } from '../../storage/store.ts';
import type { HeaderCohort, HeaderPatient } from '../headers/header-cohort.ts';
import { severalPatients } from '../patient/one-patient.ts';
import type { RawPatient, Refused } from '../raw-patient.ts';
import { isArchivePlace } from '../raw-store.ts';
import type { Naming } from './naming.ts';
import { foreignPatient } from './unopened-archives.ts';

/** A patient by its folder or archive. */
interface NamedChild {
  readonly patient: RawPatient;
  /** Patients of its files, where their headers tell. */
  readonly seen: readonly HeaderPatient[];
}

/** The patient that a child of a place stands for; undefined where it stands for none. */
export function childPatient(place: string, child: Child): RawPatient | undefined {
  const key = child.kind === 'folder' ? child.name : child.entry.key;
  if (key.startsWith('.')) return undefined;
  const name = patientName(child);
  if (name !== undefined) {
    // An archive within an archive is a folder there, and its name ends as that of an archive.
    const called = isArchivePlace(place) ? archiveStem(name) : name;
    return { name: called, source: { kind: 'child', place, child } };
  }
  const whatToDo = foreignArchive(key);
  return whatToDo === undefined ? undefined : foreignPatient(key, whatToDo);
}

/** What the patients of a cohort are called, by their folders and archives and by the headers of their files. */
interface CohortNames {
  readonly folders: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
}

/** Why a folder or archive is not the patient that it is named by. */
function refusalOf(
  { patient: { name }, seen }: NamedChild,
  { folders, headers }: CohortNames,
  { caseId, hidden }: Naming,
): Refused | undefined {
  if (seen.length > 1) {
    const { code, message } = severalPatients(seen.length);
    return { kind: 'refused', code, message };
  }
  const [patient] = seen;
  const own = caseId(name);
  if (patient === undefined || patient.patientId === own) return undefined;
  // Another folder is named as its files say, or the files of the one that it is named as lie elsewhere.
  const isAnothers = folders.has(patient.patientId);
  if (!isAnothers && !headers.has(own)) return undefined;
  const named = hidden ? 'is named like' : 'is named';
  // Where neither folder nor CT lets the Patient ID be told, it is not.
  const other = hidden || isAnothers || patient.identityRemoved ? patient.patientId : 'somebody else';
  const where = isAnothers ? 'who is another patient here' : 'while those of its name lie elsewhere';
  return {
    kind: 'refused',
    code: 'wrong-patient',
    message: `${named} ${own}, and its files are of ${other} by their Patient ID, ${where}: put the folders right, or take patients by Patient ID (raw.patients: header)`,
  };
}

/** How the clinical table may call a patient otherwise: by what the pattern finds in its name, or by the Patient ID of its files. */
function clinicalIdOf(
  { patient: { name }, seen }: NamedChild,
  { caseId, hidden, idWithin }: Naming,
): string | undefined {
  const own = caseId(name);
  const within = idWithin(name);
  if (within !== undefined) return caseId(within) === own ? undefined : caseId(within);
  const [patient] = seen;
  if (patient === undefined || patient.patientId === own) return undefined;
  return hidden || patient.identityRemoved ? patient.patientId : undefined;
}

export interface FolderPatients {
  readonly patients: RawPatient[];
  /** Names of files beside them, and of what begins with a dot, by place. */
  readonly ignored: readonly { readonly place: string; readonly names: readonly string[] }[];
}

/** A line about what lies beside the patients of a place and is none. */
export function ignoredNote(count: number, place: string): string {
  const is = `beside the patients in ${displayUri(place)}`;
  return counted(count, `file ${is} is no patient`, `files ${is} are no patients`);
}

/** The folders and archives of a place with whose they are by their headers. */
async function placeChildren(
  place: string,
  number: number,
  cohort: HeaderCohort,
): Promise<{ named: NamedChild[]; ignored: string[] }> {
  const inside = cohort.children.filter((child) => child.place === number);
  const patientsOf = new Map(
    inside.map(({ name, patients }) => [name, [...patients].map((key) => cohort.patients.get(key)!)]),
  );
  const whole = inside.find((child) => child.whole);
  if (whole !== undefined) {
    const source = { kind: 'files', runs: [{ place, folder: '', depth: 'below' }], named: 'folder' } as const;
    return {
      named: [{ patient: { name: whole.name, source }, seen: patientsOf.get(whole.name)! }],
      ignored: [],
    };
  }
  const named: NamedChild[] = [];
  const ignored: string[] = [];
  for await (const child of childrenOf(place, patientsOf.keys())) {
    const key = child.kind === 'folder' ? child.name : child.entry.key;
    const patient = childPatient(place, child);
    if (patient === undefined) ignored.push(key);
    else named.push({ patient, seen: patientsOf.get(key) ?? [] });
  }
  return { named, ignored };
}

/** The children of a place; of an archive, the folders that its files lie in. */
async function* childrenOf(place: string, folders: Iterable<string>): AsyncIterable<Child> {
  if (!isArchivePlace(place)) yield* (await openStore(place)).children();
  else for (const name of folders) if (name !== '') yield { kind: 'folder', name };
}

/**
 * A patient for each folder and archive directly in the places. One whose files are of several patients, or of another one
 * of the cohort, is refused.
 */
export async function folderPatients(
  places: readonly string[],
  cohort: HeaderCohort,
  naming: Naming,
): Promise<FolderPatients> {
  const children: NamedChild[] = [];
  const ignored: { place: string; names: string[] }[] = [];
  for (const [number, place] of places.entries()) {
    const found = await placeChildren(place, number, cohort);
    children.push(...found.named);
    if (found.ignored.length > 0) ignored.push({ place, names: found.ignored });
  }
  const names: CohortNames = {
    folders: new Set(children.map(({ patient }) => naming.caseId(patient.name))),
    headers: new Set([...cohort.patients.values()].map(({ patientId }) => patientId)),
  };
  const patients = children.map((child): RawPatient => {
    const { name, source } = child.patient;
    if (source.kind === 'refused') return child.patient;
    const refused = refusalOf(child, names, naming);
    if (refused !== undefined) return { name, source: refused };
    const clinicalId = clinicalIdOf(child, naming);
    return { name, ...(clinicalId !== undefined && { clinicalId }), source: inArchive(source) };
  });
  return { patients, ignored };
}

/** A folder of a place that is an archive, as the files that lie below it there. */
function inArchive(source: RawPatient['source']): RawPatient['source'] {
  if (source.kind !== 'child' || !isArchivePlace(source.place) || source.child.kind === 'file') return source;
  const run = { place: source.place, folder: source.child.name, depth: 'below' } as const;
  return { kind: 'files', runs: [run], named: 'folder' };
}
