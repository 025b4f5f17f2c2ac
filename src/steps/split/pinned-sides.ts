import { z } from 'zod';
import { describeIssues } from '../../config/issues.ts';
import { UsageError } from '../../errors.ts';
import { SPLIT_FILE, type Split } from '../../records/split.ts';
import { displayUri, fileOrBelow } from '../../storage/location.ts';
import { openStore, readObject } from '../../storage/open.ts';
import type { Side } from './assignment.ts';
import { patientCount } from './patient-count.ts';

const pin = z.object({
  patient_id: z.string().min(1),
  split: z.enum(['train', 'test']),
  stage: z.string().default(''),
});

/** What is read of an earlier `split.json`: no more than it needs, so that those of other versions pin as well. */
const previousSchema = z.object({
  seed: z.int().nullable().default(null),
  train_fraction: z.number().nullable().default(null),
  case_naming: z.string().default('folder'),
  patients: z.array(pin),
  retired: z.array(pin).default([]),
});

/** An earlier split: who is pinned to which side. */
export interface PreviousSplit {
  /** Null where the file does not tell, as one made by hand. */
  readonly seed: number | null;
  readonly trainFraction: number | null;
  readonly caseNaming: string;
  /** Everyone it ever assigned, by patient; the stage as it was then. */
  readonly pins: ReadonlyMap<string, { readonly split: Side; readonly stage: string }>;
  /** Those of them that were not in it any more. */
  readonly retired: readonly string[];
}

/** Reads an earlier `split.json`. Throws a UsageError naming the file where it is none, or puts a patient on both sides. */
export function decodePrevious(file: string, bytes: Uint8Array): PreviousSplit {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new UsageError(`${file}: is no valid JSON; give the split.json that split wrote`, { cause });
  }
  const parsed = previousSchema.safeParse(value);
  if (!parsed.success) {
    const problem = describeIssues(parsed.error.issues)[0];
    throw new UsageError(`${file}: is no split.json (${problem}); give the one that split wrote`);
  }
  const { seed, train_fraction, case_naming, patients, retired } = parsed.data;
  const pins = new Map<string, { split: Side; stage: string }>();
  for (const { patient_id, split, stage } of [...patients, ...retired]) {
    if ((pins.get(patient_id)?.split ?? split) !== split)
      throw new UsageError(`${file}: patient ${patient_id} is in train and in test; keep one of the two`);
    pins.set(patient_id, { split, stage });
  }
  return {
    seed,
    trainFraction: train_fraction,
    caseNaming: case_naming,
    pins,
    retired: retired.map(({ patient_id }) => patient_id),
  };
}

/**
 * What the last run kept, with those pinned besides by a split that was given. Throws a UsageError that names `place`
 * where one puts a patient into train and the other into test.
 */
export function unitedPrevious(place: string, kept: PreviousSplit, given: PreviousSplit): PreviousSplit {
  const opposed = [...given.pins].filter(([id, { split }]) => (kept.pins.get(id)?.split ?? split) !== split);
  if (opposed.length > 0)
    throw new UsageError(
      `${place}: has ${patientCount(opposed.length)} on the other side than the previous split that was given, such as ${opposed[0][0]}; give the one of the same release, or move the split.json there away`,
    );
  return {
    ...kept,
    pins: new Map([...given.pins, ...kept.pins]),
    retired: [...new Set([...kept.retired, ...given.retired])],
  };
}

/** The file that `--previous` means: a `.json` file, or the `split.json` of a folder. Throws a UsageError where it is neither. */
export function previousFile(uri: string): string {
  return fileOrBelow(uri, SPLIT_FILE);
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
