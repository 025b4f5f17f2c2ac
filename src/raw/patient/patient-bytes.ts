import { looksLikeDicom } from '../../dicom/file/part10.ts';
import { CaseExclusion } from '../../errors.ts';
import { inFlight } from '../../storage/in-flight.ts';
import type { ReadableStore } from '../../storage/store.ts';

/** Bytes of DICOM files that are held in memory for one patient: some fifty CT series. */
const MOST_BYTES = 4 * 2 ** 30;

/** Files above this size are looked at before they are read: a stray video or disk image stays where it is. */
const LARGE_BYTES = 16 * 2 ** 20;

/** Enough to tell a DICOM file by. */
const START_BYTES = 4096;

export interface ListedFile {
  readonly key: string;
  readonly bytes: number;
}

const GIB = 2 ** 30;

const isDicomDir = (key: string): boolean => /(^|\/)dicomdir$/i.test(key);

/**
 * The keys of files that are worth reading whole: all but a DICOMDIR and large files that are no DICOM. Throws a
 * CaseExclusion where they are too much to be held in memory.
 */
export async function keysWorthReading(
  store: ReadableStore,
  files: readonly ListedFile[],
  mostBytes = MOST_BYTES,
): Promise<ReadonlySet<string>> {
  const large = files.filter(({ key, bytes }) => bytes > LARGE_BYTES && !isDicomDir(key));
  const starts = await inFlight(large, ({ key }) => store.readStart(key, START_BYTES));
  const others = new Set(
    large.flatMap(({ key }, i) => (starts[i] === undefined || looksLikeDicom(starts[i]) ? [] : [key])),
  );
  const worth = new Set<string>();
  let total = 0;
  for (const { key, bytes } of files) {
    if (isDicomDir(key) || others.has(key)) continue;
    total += bytes;
    worth.add(key);
  }
  if (total > mostBytes) {
    throw new CaseExclusion(
      'patient-too-large',
      `holds ${(total / GIB).toFixed(1)} GiB in ${worth.size} files, more than the ${(mostBytes / GIB).toFixed(1)} GiB that are read for one patient: keep the CT series and its masks only`,
    );
  }
  return worth;
}
