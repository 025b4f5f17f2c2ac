import { CaseExclusion } from '../../errors.ts';
import { inFlight } from '../../storage/in-flight.ts';
import type { ReadableStore } from '../../storage/store.ts';

export interface PatientFile {
  readonly key: string;
  readonly bytes: number;
  /** Its place in name order, for messages too: the names that TCIA and scanners give hold UIDs, dates and worse. */
  readonly name: string;
}

/** A patient's files in name order. */
export async function patientFiles(store: ReadableStore): Promise<PatientFile[]> {
  const entries: { key: string; bytes: number }[] = [];
  for await (const { key, bytes } of store.list()) entries.push({ key, bytes });
  return entries.map((entry, i) => ({ ...entry, name: `file ${i + 1} of ${entries.length}` }));
}

/** What `read` makes of each file, in their order, some files at a time; the largest first, or they would be waited for. */
export async function readFiles<T>(
  files: readonly PatientFile[],
  read: (file: PatientFile) => Promise<T>,
): Promise<T[]> {
  const results: T[] = new Array(files.length);
  const indices = [...files.keys()].sort((a, b) => files[b].bytes - files[a].bytes);
  await inFlight(indices, async (index) => {
    results[index] = await read(files[index]);
  });
  return results;
}

/** What to throw where a file that was listed is no longer there. */
export function fileVanished(file: string): CaseExclusion {
  return new CaseExclusion('file-vanished', 'was listed and is now gone: run again', { file });
}
