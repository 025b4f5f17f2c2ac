import { SPLIT_FILE, type Split } from '../../dataset/split.ts';
import { UsageError } from '../../errors.ts';
import { displayUri, joinUri, parseLocation } from '../../storage/location.ts';
import { openStore, readObject } from '../../storage/open.ts';
import { decodePrevious, type PreviousSplit } from './previous-split.ts';

/** The file that `--previous` means: a `.json` file, or the `split.json` of a folder. Throws a UsageError where it is neither. */
export function previousFile(uri: string): string {
  parseLocation(uri);
  return /\.json$/i.test(displayUri(uri)) ? uri : joinUri(uri, SPLIT_FILE);
}

/**
 * The earlier split at a path or URI. Throws a UsageError where it is none, or names patients in another way than this
 * run (`caseNaming`): nobody would be found again, and names would leave with the retired patients.
 */
export async function readPrevious(uri: string, caseNaming: string): Promise<PreviousSplit> {
  const file = previousFile(uri);
  const previous = decodePrevious(displayUri(file), await readObject(file));
  assertSameNaming(displayUri(file), previous, caseNaming);
  return previous;
}

/** Throws a UsageError where an earlier split names patients in another way than this run. */
export function assertSameNaming(file: string, previous: PreviousSplit, caseNaming: string): void {
  if (previous.pins.size > 0 && previous.caseNaming !== caseNaming) {
    throw new UsageError(
      `${file}: names its patients in another way than this run (privacy.caseId, or the secret): use the same for both`,
    );
  }
}

/**
 * Refuses to replace the split.json of an earlier run by one that puts a patient on the other side, or forgets those it
 * keeps as retired: a model may have been trained by it. Throws a UsageError that says how to keep them.
 */
export async function assertNobodyMoves(folder: string, next: Split): Promise<void> {
  const bytes = await (await openStore(folder)).read(SPLIT_FILE);
  if (bytes === undefined) return;
  const file = `${folder}/${SPLIT_FILE}`;
  const { caseNaming, pins, retired } = decodePrevious(file, bytes);
  if (caseNaming !== next.case_naming) return;
  const sides = new Map([...next.patients, ...next.retired].map((p) => [p.patient_id, p.split]));
  const moved = [...pins].filter(([id, { split }]) => (sides.get(id) ?? split) !== split).length;
  const forgotten = retired.filter((id) => !sides.has(id)).length;
  if (moved + forgotten === 0) return;
  const what = [
    ...(moved > 0 ? [`${moved} of its patients would change between train and test`] : []),
    ...(forgotten > 0 ? [`${forgotten} retired ones would be forgotten`] : []),
  ];
  throw new UsageError(
    `${file}: ${what.join(' and ')}; give it with --previous to keep them, or move it away to split anew`,
  );
}
