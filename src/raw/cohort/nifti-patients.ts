import { besideUri, joinUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import type { Child, Store } from '../../storage/store.ts';
import type { CollectedPatient, LabelRules, NiftiCollection } from '../nifti-collections/collection.ts';
import { DATASET_FILE } from '../nifti-collections/dataset-json.ts';
import { findNiftiCollection, mayBeOfCollection } from '../nifti-collections/find-collection.ts';
import { isArchivePlace } from '../raw-store.ts';
import { childPatient, ignoredNote } from './folder-patients.ts';
import type { FoundPatients } from './raw-data.ts';

/**
 * As `findNiftiCollection`, with the files of patients as URIs; `uri` is what `store` was opened by: it keeps the query (SAS)
 * that files are read with.
 */
export async function collectionAt(
  uri: string,
  store: Store,
  children: readonly Child[],
  rules: LabelRules,
): Promise<NiftiCollection | undefined> {
  const found = await findNiftiCollection(store, children, rules);
  if (found === undefined) return undefined;
  // Paths may lead upwards or be absolute, as dataset.json may have them.
  const place = (path: string): string => besideUri(joinUri(uri, DATASET_FILE), path);
  const patients = found.patients.map(({ name, source }): CollectedPatient => {
    if (source.kind === 'refused') return { name, source };
    return { name, source: { ...source, ct: place(source.ct), mask: place(source.mask) } };
  });
  return { ...found, patients };
}

/** The patients of a place that is a collection of NIfTI files, and of what lies beside it; undefined of any other place. */
export async function niftiPatients(
  place: string,
  rules: LabelRules,
): Promise<Pick<FoundPatients, 'patients' | 'notes'> | undefined> {
  if (isArchivePlace(place)) return undefined;
  const store = await openStore(place);
  const names = await store.names?.();
  if (names !== undefined && !names.some(mayBeOfCollection)) return undefined;
  const children: Child[] = [];
  for await (const child of store.children()) children.push(child);
  const found = await collectionAt(place, store, children, rules);
  if (found === undefined) return undefined;
  const others = found.rest.map((child) => childPatient(place, child));
  const patients = others.filter((patient) => patient !== undefined);
  const ignored = others.length - patients.length;
  return {
    patients: [...found.patients, ...patients],
    notes: [...found.notes, ...(ignored > 0 ? [ignoredNote(ignored, place)] : [])],
  };
}
