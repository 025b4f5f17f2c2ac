import { counted } from '../../counted.ts';
import type { HeaderCohort, HeaderPatient, SeenChild } from './header-cohort.ts';

/**
 * How patients lie: a child of the raw data each, wherever their headers say, or one that is all of it.
 */
export type Layout =
  | { readonly kind: 'folders'; readonly why?: string }
  | { readonly kind: 'headers'; readonly why: string }
  | { readonly kind: 'one-patient'; readonly patient: HeaderPatient | undefined };

const isHidden = ({ name }: SeenChild): boolean => name.startsWith('.');

/** The children that are folders or archives, and whether DICOM lies beside them. */
function childrenOf({ children }: HeaderCohort): {
  below: readonly SeenChild[];
  direct: readonly SeenChild[];
} {
  return {
    below: children.filter((child) => child.name !== '' && !isHidden(child)),
    direct: children.filter(({ name, dicom }) => name === '' && dicom),
  };
}

/**
 * Whether folders without a Patient ID hold what is not of the one patient that there is: CTs of other studies than those that
 * are known to be of that one; where nobody has a Patient ID, CT and mask each.
 */
function holdOthers(below: readonly SeenChild[], all: readonly SeenChild[]): boolean {
  const anonymous = below.filter(({ patients, cts }) => patients.size === 0 && cts);
  const told = all.filter(({ patients }) => patients.size > 0);
  if (told.length === 0) return anonymous.length > 1 && anonymous.every(({ masks }) => masks);
  const known = new Set(told.flatMap(({ studies }) => [...studies]));
  return known.size > 0 && anonymous.some(({ studies }) => [...studies].some((study) => !known.has(study)));
}

/** The patient that all is of, undefined where it has no Patient ID; null where it is no patient of its own. */
function onlyPatient(
  cohort: HeaderCohort,
  names: readonly string[],
  caseId: (name: string) => string,
): HeaderPatient | undefined | null {
  const { below, direct } = childrenOf(cohort);
  const keys = new Set([...below, ...direct].flatMap(({ patients }) => [...patients]));
  if (names.length !== 1 || keys.size > 1 || holdOthers(below, [...below, ...direct])) return null;
  const [key] = keys;
  const patient = key === undefined ? undefined : cohort.patients.get(key);
  if (direct.length > 0) return patient;
  if (patient === undefined) return null;
  if (below.filter(({ patients }) => patients.size > 0).length > 1) return patient;
  // A patient's folder with one study in it: the study is not called as the patient, and the folder is.
  const named = patient.patientId === caseId(names[0]) && below.every(({ name }) => name !== names[0]);
  return named ? patient : null;
}

/**
 * Whether folders or archives are a patient each though one Patient ID is in all of them: what an anonymisation wrote to
 * everybody's files. Each holds CT and mask; or CTs of several studies, and no mask that lies apart.
 */
function isEverybodys({ below, direct }: ReturnType<typeof childrenOf>): boolean {
  const inside = below.filter(({ patients }) => patients.size > 0);
  const keys = new Set([...inside, ...direct].flatMap(({ patients }) => [...patients]));
  const withCt = inside.filter(({ cts }) => cts);
  if (keys.size !== 1 || direct.length > 0 || withCt.length < 2) return false;
  if (inside.every(({ cts, masks }) => cts && masks)) return true;
  const studies = new Set(withCt.flatMap((child) => [...child.studies]));
  return studies.size > 1 && inside.every(({ cts, masks }) => cts || !masks);
}

/** Whether each of several places is a patient, who is called as the place is and not as what lies there. */
function isPatientEach(
  { patients }: HeaderCohort,
  children: readonly SeenChild[],
  names: readonly string[],
  caseId: (name: string) => string,
): boolean {
  return names.every((name, place) => {
    const inside = children.filter((child) => child.place === place);
    const keys = new Set(inside.flatMap((child) => [...child.patients]));
    const [key] = keys;
    if (keys.size !== 1 || inside.some((child) => !child.whole && child.name === name)) return false;
    return patients.get(key)!.patientId === caseId(name);
  });
}

export interface LayoutRules {
  readonly mode: 'auto' | 'folder' | 'header';
  /** Of the places. */
  readonly names: readonly string[];
  /** What outputs call a patient of some name, as Patient IDs are called in the cohort. */
  readonly caseId: (name: string) => string;
  /** Known to be no single patient. */
  readonly cohort: boolean;
}

/**
 * The layout of raw data by what headers tell of it. `auto`: folders where each holds one patient and no patient lies in
 * two, or where one Patient ID is everybody's; one patient where all is of one and it is no cohort of one folder; headers anywhere else.
 */
export function layoutOf(
  cohort: HeaderCohort,
  { mode, names, caseId, cohort: several }: LayoutRules,
): Layout {
  if (mode === 'header') return { kind: 'headers', why: 'that is asked for' };
  if (mode === 'folder') return { kind: 'folders' };
  const { below, direct } = childrenOf(cohort);
  const only = several ? null : onlyPatient(cohort, names, caseId);
  const isNamed = names.length === 1 && only?.patientId === caseId(names[0]);
  if (!isNamed && isEverybodys({ below, direct }))
    return {
      kind: 'folders',
      why: `${below.length} folders or archives are a patient each, though one Patient ID is in the files of all (raw.patients: header takes them as one patient)`,
    };
  if (only !== null) return { kind: 'one-patient', patient: only };
  if (names.length > 1 && isPatientEach(cohort, [...below, ...direct], names, caseId))
    return { kind: 'headers', why: 'each place is named by its patient' };
  if (direct.some(({ patients }) => patients.size > 0))
    return { kind: 'headers', why: 'DICOM files lie beside the folders' };
  const mixed = below.filter(({ patients }) => patients.size > 1).length;
  if (mixed > 0)
    return {
      kind: 'headers',
      why: `${counted(mixed, 'folder or archive holds', 'folders or archives hold')} several`,
    };
  const homes = new Map<string, number>();
  for (const { patients } of below) for (const key of patients) homes.set(key, (homes.get(key) ?? 0) + 1);
  const scattered = [...homes.values()].filter((folders) => folders > 1).length;
  if (scattered > 0)
    return { kind: 'headers', why: `${counted(scattered, 'lies', 'lie')} in several folders or archives` };
  return { kind: 'folders' };
}
