import { type PhantomOptions, phantomFiles } from '../phantom/cohort.ts';
import { openStore } from '../storage/open.ts';

/** Writes a synthetic cohort into a store, a patient at a time: `raw/PATIENT/...` and `clinical.csv`. Returns files and bytes. */
export async function writePhantom(
  out: string,
  options: PhantomOptions,
): Promise<{ files: number; bytes: number }> {
  const store = await openStore(out);
  let files = 0;
  let bytes = 0;
  for (const file of phantomFiles(options)) {
    await store.write(file.key, file.bytes);
    files++;
    bytes += file.bytes.length;
  }
  return { files, bytes };
}
