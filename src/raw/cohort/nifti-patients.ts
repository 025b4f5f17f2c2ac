import { besideUri, joinUri } from '../../storage/location.ts';
import type { Child, Store } from '../../storage/store.ts';
import type { CollectedPatient, LabelRules } from '../nifti-collections/collection.ts';
import { DATASET_FILE } from '../nifti-collections/dataset-json.ts';
import { findNiftiCollection } from '../nifti-collections/find-collection.ts';

/** The patients of a place, where it is a collection of NIfTI files, with their files as URIs. */
export interface CollectedPatients {
  readonly patients: readonly CollectedPatient[];
  /** Lines to be told. */
  readonly notes: readonly string[];
  /** Children of the place that may be patients of another kind. */
  readonly rest: readonly Child[];
}

/** As `findNiftiCollection`; `uri` is what `store` was opened by: it keeps the query (SAS) that files are read with. */
export async function collectedPatients(
  uri: string,
  store: Store,
  children: readonly Child[],
  rules?: LabelRules,
): Promise<CollectedPatients | undefined> {
  const found = await findNiftiCollection(store, children, rules);
  if (found === undefined) return undefined;
  // Paths may lead upwards or be absolute, as dataset.json may have them.
  const place = (path: string): string => besideUri(joinUri(uri, DATASET_FILE), path);
  const patients = found.patients.map(({ name, source }): CollectedPatient => {
    if (source.kind === 'refused') return { name, source };
    return { name, source: { ...source, ct: place(source.ct), mask: place(source.mask) } };
  });
  return { patients, notes: found.notes, rest: found.rest };
}
