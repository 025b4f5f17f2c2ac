import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { encodeJson } from '../dataset/json.ts';
import type { OutputFile } from '../dataset/record.ts';
import { ProgramError } from '../errors.ts';
import { type Content, lengthOf, piecesOf } from '../storage/content.ts';
import type { Store } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';

/** Name, size and SHA-256 of an output. */
export function outputFile(file: string, content: Content): OutputFile {
  const hash = createHash('sha256');
  for (const piece of piecesOf(content)) hash.update(piece);
  return { file, bytes: lengthOf(content), sha256: hash.digest('hex') };
}

interface Committed {
  readonly schema: z.ZodType;
  /** Of the file whose presence says that the others are whole; undefined where there is none. */
  readonly bytes: Uint8Array | undefined;
  readonly fingerprint: string;
}

/**
 * What an earlier run committed for a patient: the record, where its fingerprint is this one's and every output it
 * lists is there in full size. Undefined means that the patient has to be done.
 */
export async function committedRecord<S extends z.ZodType>(
  store: Store,
  patientId: string,
  { schema, bytes, fingerprint }: Committed & { readonly schema: S },
  read: (record: z.infer<S>) => { fingerprint: string; outputs: readonly OutputFile[] },
): Promise<z.infer<S> | undefined> {
  if (bytes === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return undefined;
  const found = read(parsed.data);
  if (found.fingerprint !== fingerprint) return undefined;
  if (found.outputs.length > 0) {
    const sizes = new Map<string, number>();
    for await (const entry of store.list(`${patientId}/`)) sizes.set(entry.key, entry.bytes);
    if (found.outputs.some((o) => sizes.get(`${patientId}/${o.file}`) !== o.bytes)) return undefined;
  }
  return parsed.data;
}

/** Takes away what an earlier run left of a patient, its record first, so that no half of it is ever taken for whole. */
export async function clearOutputs(
  store: Store,
  patientId: string,
  record: string,
  outputs: readonly string[],
): Promise<void> {
  await store.delete(`${patientId}/${record}`);
  await Promise.all(outputs.map((file) => store.delete(`${patientId}/${file}`)));
}

/**
 * What is read of a patient's inputs while what an earlier run left is cleared away. Whatever becomes of either, both have
 * ended then: nothing is deleted after something has been written.
 */
export async function whileCleared<T>(cleared: Promise<void>, read: Promise<T>): Promise<T> {
  const [, result] = await Promise.allSettled([cleared, read]);
  await cleared;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** An output under its file name, and how its bytes are made. */
export type Outputs = Readonly<Record<string, () => Content | Promise<Content>>>;

/** Makes one output. A program that fails at it is told with the file. */
async function encoded(file: string, encode: Outputs[string]): Promise<Content> {
  try {
    return await encode();
  } catch (thrown) {
    if (thrown instanceof ProgramError)
      throw new ProgramError(`${file}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

/**
 * Makes a patient's outputs one after the other and writes each while the next is made. Where one fails the others are
 * waited for, so that nothing is written after the failure is known.
 */
export async function writeOutputs<O extends Outputs>(
  store: Store,
  patientId: string,
  outputs: O,
  clock: StageClock,
): Promise<Record<keyof O, OutputFile>> {
  const files: [string, OutputFile][] = [];
  const writes: Promise<void>[] = [];
  try {
    for (const [file, encode] of Object.entries(outputs)) {
      const content = await encoded(file, encode);
      writes.push(store.write(`${patientId}/${file}`, content));
      files.push([file, clock.time('sha256', lengthOf(content), () => outputFile(file, content))]);
    }
    await Promise.all(writes);
  } finally {
    await Promise.allSettled(writes);
  }
  return Object.fromEntries(files) as Record<keyof O, OutputFile>;
}

/** Writes the record that says that a patient's outputs are whole; last of all. */
export async function commitRecord(
  store: Store,
  patientId: string,
  recordFile: string,
  record: unknown,
): Promise<void> {
  await store.write(`${patientId}/${recordFile}`, encodeJson(record));
}
