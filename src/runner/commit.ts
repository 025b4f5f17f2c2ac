import type { z } from 'zod';
import { encodeJson } from '../records/json.ts';
import type { OutputFile } from '../records/record.ts';
import type { Store } from '../storage/store.ts';
import { type ExclusionAt, exclusionOf } from './exclusion.ts';
import type { CaseOutcome, CaseTask } from './task.ts';

/** How a step's record of a patient commits the outputs beside it. */
export interface CommitRules<R> {
  /** The file of the record. It is written last: whoever finds it finds the others whole. */
  readonly record: string;
  /** All other files that a run may leave of a patient. */
  readonly outputs: readonly string[];
  readonly schema: z.ZodType<R>;
  /** What decided a record, and the outputs that it lists. */
  readonly contentsOf: (record: R) => {
    readonly fingerprint: string;
    readonly outputs: readonly OutputFile[];
  };
}

/** Where a patient's outputs lie, and how they are committed. */
export interface PatientPlace<R> {
  readonly store: Store;
  readonly patientId: string;
  readonly rules: CommitRules<R>;
}

/** The key of a patient's file. */
export function keyOf<R>({ patientId }: PatientPlace<R>, file: string): string {
  return `${patientId}/${file}`;
}

/** The sizes of all that lies there of a patient, by file. */
export async function sizesOf<R>({ store, patientId }: PatientPlace<R>): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(`${patientId}/`))
    sizes.set(key.slice(patientId.length + 1), bytes);
  return sizes;
}

/**
 * The record among `bytes`, where its fingerprint is this one and every output it lists is there in full size. Undefined
 * means that the patient has to be done.
 */
async function wholeRecord<R>(
  place: PatientPlace<R>,
  bytes: Uint8Array | undefined,
  fingerprint: string,
): Promise<R | undefined> {
  if (bytes === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const parsed = place.rules.schema.safeParse(json);
  if (!parsed.success) return undefined;
  const found = place.rules.contentsOf(parsed.data);
  if (found.fingerprint !== fingerprint) return undefined;
  if (found.outputs.length > 0) {
    const sizes = await sizesOf(place);
    if (found.outputs.some(({ file, bytes: size }) => sizes.get(file) !== size)) return undefined;
  }
  return parsed.data;
}

/** What became of a patient that is done already, by this fingerprint; undefined where it has to be done. */
export async function findDone<R extends { readonly state: 'ok' | 'excluded' }>(
  place: PatientPlace<R>,
  fingerprint: string,
): Promise<CaseOutcome<R> | undefined> {
  const committed = await place.store.read(keyOf(place, place.rules.record));
  const record = await wholeRecord(place, committed, fingerprint);
  return record && { state: record.state, record, skipped: true };
}

/** Takes away a patient's record: from here on nothing of it is committed. */
export async function withdrawRecord<R>(place: PatientPlace<R>): Promise<void> {
  await place.store.delete(keyOf(place, place.rules.record));
}

/** Takes away what an earlier run left of a patient, its record first, so that no half of it is ever taken for whole. */
async function clearOutputs<R>(place: PatientPlace<R>): Promise<void> {
  await withdrawRecord(place);
  await Promise.all(place.rules.outputs.map((file) => place.store.delete(keyOf(place, file))));
}

/**
 * What is read of a patient's inputs while what an earlier run left is cleared away. Whatever becomes of either, both have
 * ended then: nothing is deleted after something has been written.
 */
async function whileCleared<T>(cleared: Promise<void>, read: () => Promise<T>): Promise<T> {
  const [, result] = await Promise.allSettled([cleared, read()]);
  await cleared;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Writes the record that says that a patient's outputs are whole; last of all. */
export async function commitRecord<R>(place: PatientPlace<R>, record: R): Promise<void> {
  await place.store.write(keyOf(place, place.rules.record), encodeJson(record));
}

/** What a step does with one patient. I: what is listed of its inputs, D: what is read of them, R: its record. */
export interface PatientRecipe<S, I, D, R> {
  /** Looks at what there is of the patient. */
  readonly list: () => I | Promise<I>;
  /** What decides the outputs. */
  readonly fingerprint: (inputs: I) => string;
  /**
   * Brings what an earlier run left up to date without making all of it; undefined where it cannot. `committed` is the
   * record that stands there.
   */
  readonly renew?: (committed: Uint8Array | undefined) => Promise<R | undefined>;
  /** Reads and decodes; what an earlier run left is cleared away meanwhile. */
  readonly read: (inputs: I) => Promise<D>;
  /** Checks, computes, and writes everything but the record. */
  readonly make: (data: D, fingerprint: string) => Promise<R>;
  /** The record of a patient that cannot be used; the fingerprint is '' where it could not be told. */
  readonly exclude: (exclusion: ExclusionAt<S>, fingerprint: string) => R;
}

/**
 * Makes a patient's outputs and commits them, unless that is done already: list, read, make, record. A fault in the data
 * excludes the patient, of whom nothing but the record then stays; any other is thrown.
 */
export async function commitOnce<T extends CaseTask, I, D, R extends { readonly state: 'ok' | 'excluded' }>(
  task: T,
  place: PatientPlace<R>,
  { list, fingerprint: decide, renew, read, make, exclude }: PatientRecipe<T['step'], I, D, R>,
): Promise<CaseOutcome<R>> {
  const made = async (inputs: I): Promise<R> => {
    const data = await whileCleared(clearOutputs(place), async () => read(inputs));
    return make(data, fingerprint);
  };
  let fingerprint = '';
  try {
    const inputs = await list();
    fingerprint = decide(inputs);
    const committed = await place.store.read(keyOf(place, place.rules.record));
    const done = await wholeRecord(place, committed, fingerprint);
    if (done !== undefined) return { state: done.state, record: done, skipped: true };
    const record = (await renew?.(committed)) ?? (await made(inputs));
    await commitRecord(place, record);
    return { state: record.state, record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    const record = exclude(exclusion, fingerprint);
    await clearOutputs(place);
    await commitRecord(place, record);
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
