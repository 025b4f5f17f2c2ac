import { CaseExclusion } from '../errors.ts';
import type { ReadableStore } from '../storage/store.ts';

/** Files read from the store at a time: a patient is some hundred small objects, each a round trip away. */
const READS_IN_FLIGHT = 16;

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

/** What `read` makes of each file, in their order, some files at a time. */
export async function readFiles<T>(
  files: readonly PatientFile[],
  read: (file: PatientFile) => Promise<T>,
): Promise<T[]> {
  const results: T[] = new Array(files.length);
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      results[index] = await read(files[index]);
    }
  };
  await Promise.all(Array.from({ length: READS_IN_FLIGHT }, reader));
  return results;
}

/** What to throw where a file that was listed is no longer there. */
export function fileVanished(file: string): CaseExclusion {
  return new CaseExclusion('file-vanished', 'was listed and is now gone: run again', { file });
}
