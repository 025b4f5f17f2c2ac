import type { HeaderCohort, SeenChild } from './header-cohort.ts';

/** Whether what lies in an archive is called by its patient: then it is a cohort of one, and no patient of its own. */
function isNamedInside(
  { patients }: HeaderCohort,
  inside: readonly SeenChild[],
  caseId: (name: string) => string,
): boolean {
  return inside.every((child) => {
    const [key] = child.patients;
    return key !== undefined && patients.get(key)!.patientId === caseId(child.name);
  });
}

/**
 * A cohort in which each archive of a list of places that holds one patient at most is one child named by it, as it is where
 * it lies in a folder. `archives`: their names without the ending, by the number of the place.
 */
export function withListedArchives(
  cohort: HeaderCohort,
  archives: ReadonlyMap<number, string>,
  caseId: (name: string) => string,
): HeaderCohort {
  const wholes = new Map<number, SeenChild>();
  for (const [place, name] of archives) {
    const inside = cohort.children.filter((child) => child.place === place);
    const patients = new Set(inside.flatMap((child) => [...child.patients]));
    if (inside.length === 0 || patients.size > 1 || isNamedInside(cohort, inside, caseId)) continue;
    const some = (part: 'dicom' | 'cts' | 'masks'): boolean => inside.some((child) => child[part]);
    const studies = new Set(inside.flatMap((child) => [...child.studies]));
    const facts = { dicom: some('dicom'), cts: some('cts'), masks: some('masks'), studies };
    wholes.set(place, { place, name, patients, ...facts, whole: true });
  }
  const others = cohort.children.filter(({ place }) => !wholes.has(place));
  return { ...cohort, children: [...others, ...wholes.values()] };
}
