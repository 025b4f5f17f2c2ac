import type { Pruned } from '../records/record.ts';
import { inFlight } from '../storage/in-flight.ts';
import type { Store } from '../storage/store.ts';

export interface PruneRules {
  /** The file that commits a patient: a folder without it is nobody's. */
  readonly record: string;
  /** Other names that swinprep gives to files in a patient's folder. */
  readonly outputs: readonly string[];
  /** Patients of this run. */
  readonly keep: ReadonlySet<string>;
}

/**
 * Deletes what swinprep wrote below a store for patients that are not of this run: files of known names, in folders that
 * hold a record. The record goes last, so that a killed run is taken up by the next one.
 */
export async function prune(store: Store, { record, outputs, keep }: PruneRules): Promise<Pruned> {
  const folders: string[] = [];
  for await (const child of store.children()) {
    if (child.kind === 'folder' && !child.name.startsWith('.') && !keep.has(child.name))
      folders.push(child.name);
  }
  const deleted: string[] = [];
  const left: Pruned['left'] = [];
  await inFlight(folders, async (patientId) => {
    const names: string[] = [];
    for await (const { key } of store.list(`${patientId}/`)) names.push(key.slice(patientId.length + 1));
    // A folder of the file system stays when its files are gone.
    if (names.length === 0) return;
    if (!names.includes(record)) {
      left.push({ patient_id: patientId, files: names.length });
      return;
    }
    const known = names.filter((name) => outputs.includes(name));
    for (const name of [...known, record]) await store.delete(`${patientId}/${name}`);
    deleted.push(patientId);
    const others = names.length - known.length - 1;
    if (others > 0) left.push({ patient_id: patientId, files: others });
  });
  return {
    deleted: deleted.sort(),
    left: left.sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1)),
  };
}

/** Closing lines on what was pruned; none where nothing was asked for or found. */
export function pruneFacts(pruned: Pruned | null): string[] {
  if (pruned === null) return [];
  const { deleted, left } = pruned;
  return [
    ...(deleted.length > 0 ? [`pruned: ${deleted.length} patients that are no longer made`] : []),
    ...(left.length > 0
      ? [
          `left by --prune: ${left.length} folders with files that swinprep did not write, such as ${left[0].patient_id}`,
        ]
      : []),
  ];
}
