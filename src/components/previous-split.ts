import { decodePrevious, type PreviousSplit } from '../dataset/previous-split.ts';
import { SPLIT_FILE, type Split } from '../dataset/split.ts';
import { UsageError } from '../errors.ts';
import { displayUri, joinUri } from '../storage/location.ts';
import { openStore, readObject } from '../storage/open.ts';

/** The file that `--previous` means: a `.json` file, or the `split.json` of a folder. */
export function previousFile(uri: string): string {
  return /\.json$/i.test(displayUri(uri)) ? uri : joinUri(uri, SPLIT_FILE);
}

/**
 * The earlier split at a path or URI. Throws a UsageError where it is none, or names patients in another way than this
 * run (`caseNaming`): nobody would be found again, and names would leave with the retired patients.
 */
export async function readPrevious(uri: string, caseNaming: string): Promise<PreviousSplit> {
  const file = previousFile(uri);
  const previous = decodePrevious(displayUri(file), await readObject(file));
  if (previous.pins.size > 0 && previous.caseNaming !== caseNaming) {
    throw new UsageError(
      `${displayUri(file)}: names its patients in another way than this run (privacy.caseId, or the secret): use the same for both`,
    );
  }
  return previous;
}

/**
 * Refuses to replace the split.json of an earlier run by one that puts a patient on the other side: a model may have been
 * trained by it. Throws a UsageError that says how to keep it.
 */
export async function assertNobodyMoves(folder: string, next: Split): Promise<void> {
  const bytes = await (await openStore(folder)).read(SPLIT_FILE);
  if (bytes === undefined) return;
  const file = `${folder}/${SPLIT_FILE}`;
  const { caseNaming, pins } = decodePrevious(file, bytes);
  if (caseNaming !== next.case_naming) return;
  const moved = next.patients.filter(
    ({ patient_id, split }) => (pins.get(patient_id)?.split ?? split) !== split,
  );
  if (moved.length === 0) return;
  throw new UsageError(
    `${file}: ${moved.length} of its patients would change between train and test (${moved[0].patient_id} ...); give it with --previous to keep them where they are, or move it away to split anew`,
  );
}
