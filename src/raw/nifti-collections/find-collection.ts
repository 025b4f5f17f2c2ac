import { counted } from '../../counted.ts';
import { UsageError } from '../../errors.ts';
import { patientName } from '../../storage/patient-store.ts';
import type { Child, Store } from '../../storage/store.ts';
import type { LabelRules, NiftiCollection } from './collection.ts';
import { DATASET_FILE } from './dataset-json.ts';
import { isSubject, subjectTree } from './subject-tree.ts';
import { IMAGES, OF_TRAINING_SET } from './training-cases.ts';
import { trainingSet } from './training-set.ts';

/** Names of folders that nnU-Net and the Decathlon give a data set: `Dataset006_Lung`, `Task06_Lung`. */
const DATA_SET = /^(Dataset\d{3}|Task\d{2,3})_./;

/** Whether a name directly in a place may be that of a part of a collection: without one it is none. */
export function mayBeOfCollection(name: string): boolean {
  return name === DATASET_FILE || name === IMAGES || DATA_SET.test(name) || isSubject(name);
}

const foldersOf = (children: readonly Child[]): string[] =>
  children.flatMap((child) => (child.kind === 'folder' && !child.name.startsWith('.') ? [child.name] : []));

const hasFile = (children: readonly Child[], name: string): boolean =>
  children.some((child) => child.kind === 'file' && child.entry.key === name);

/** The folders directly below another. */
async function foldersBelow(store: Store, folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { key } of store.list(`${folder}/`)) {
    const [name, ...below] = key.slice(folder.length + 1).split('/');
    if (below.length > 0) found.add(name);
  }
  return found;
}

/** The one data set that lies in a place of its own kind alone. Throws a UsageError where there are several. */
async function setBelow(
  store: Store,
  children: readonly Child[],
  rules: LabelRules,
): Promise<NiftiCollection | undefined> {
  const sets = foldersOf(children).filter((name) => DATA_SET.test(name));
  if (sets.length === 0 || sets.length < foldersOf(children).length) return undefined;
  const [name] = sets;
  const found = await trainingSet(store, `${name}/`, await foldersBelow(store, name), rules);
  if (found === undefined) return undefined;
  if (sets.length > 1)
    throw new UsageError(
      `${store.uri}: holds ${sets.length} data sets (${sets.join(', ')}); give one of them`,
    );
  return { ...found, rest: [] };
}

/**
 * What lies in a place, where that is CTs and masks as NIfTI in one of the layouts that others agree on: nnU-Net raw data
 * (v1, v2), a task of the Medical Segmentation Decathlon, or a tree of `sub-*` folders (BIDS). Undefined where it is none:
 * then nothing but names has been looked at, unless some are `dataset.json` or begin with `sub-`. No image is read.
 * Throws a UsageError where it is one, and the CT's channel or the tumour's label cannot be told.
 *
 * @param children of `store`, all of them
 * @param rules how labels and masks are chosen
 */
export async function findNiftiCollection(
  store: Store,
  children: readonly Child[],
  rules: LabelRules,
): Promise<NiftiCollection | undefined> {
  const folders = new Set(foldersOf(children));
  if (hasFile(children, DATASET_FILE) || folders.has(IMAGES)) {
    const found = await trainingSet(store, '', folders, rules);
    const others = children
      .map(patientName)
      .filter((name) => name !== undefined && !name.startsWith('.') && !OF_TRAINING_SET.has(name)).length;
    const told =
      others === 0
        ? []
        : [`${counted(others, 'other folder or archive', 'other folders or archives')} there left out`];
    if (found !== undefined) return { ...found, notes: [...found.notes, ...told], rest: [] };
  }
  return (await setBelow(store, children, rules)) ?? (await subjectTree(store, children, rules));
}
