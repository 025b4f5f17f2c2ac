import { loadCodecs } from '../dicom/codec/codecs.ts';
import { type DicomFile, parsePart10 } from '../dicom/file/part10.ts';
import { giveBack } from '../memory/thread.ts';
import { fileVanished, type PatientFile, readFiles } from '../raw/patient/patient-files.ts';
import type { ReadableStore } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';

/** Where the files of a patient lie, of which headers alone were read. */
export interface RawFiles {
  readonly store: ReadableStore;
  readonly files: readonly PatientFile[];
}

/**
 * What `work` makes of files by name, read whole where their headers alone had been; their pixels are gone afterwards. Throws a
 * CaseExclusion where one can no longer be read.
 */
export async function withWholeFiles<T>(
  headers: Iterable<DicomFile>,
  { store, files }: RawFiles,
  clock: StageClock,
  work: (files: ReadonlyMap<string, DicomFile>) => Promise<T>,
): Promise<T> {
  const names = new Set([...headers].map(({ name }) => name));
  const wanted = files.filter(({ name }) => names.has(name));
  const contents = await readFiles(wanted, async ({ key, name }) => {
    const bytes = await store.read(key);
    if (bytes === undefined) throw fileVanished(name);
    return { name, bytes };
  });
  try {
    const whole = new Map<string, DicomFile>();
    for (const { name, bytes } of contents) {
      const file = clock.time('parse', bytes.length, () => parsePart10(name, bytes));
      // It was DICOM a moment ago.
      if (file === undefined) throw fileVanished(name);
      whole.set(name, file);
    }
    await loadCodecs([...whole.values()].map(({ transferSyntaxUid }) => transferSyntaxUid));
    return await work(whole);
  } finally {
    for (const { bytes } of contents) giveBack(bytes);
  }
}
