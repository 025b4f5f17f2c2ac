import { createHash } from 'node:crypto';
import { ProgramError } from '../errors.ts';
import { giveBack } from '../memory/thread.ts';
import type { OutputFile } from '../records/record.ts';
import { type Content, lengthOf, piecesOf } from '../storage/content.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { keyOf, type PatientPlace } from './commit.ts';

/** Name, size and SHA-256 of an output. */
export function outputFile(file: string, content: Content): OutputFile {
  const hash = createHash('sha256');
  for (const piece of piecesOf(content)) hash.update(piece);
  return { file, bytes: lengthOf(content), sha256: hash.digest('hex') };
}

/** The same, under `sha256`. */
export function timedOutputFile(clock: StageClock, file: string, content: Content): OutputFile {
  return clock.time('sha256', lengthOf(content), () => outputFile(file, content));
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
 * Makes a patient's outputs one after the other and writes each while the next is made. Where one fails no other is made,
 * and those under way are waited for, so that nothing is written after the failure is known.
 */
export async function writeOutputs<O extends Outputs, R>(
  place: PatientPlace<R>,
  outputs: O,
  clock: StageClock,
): Promise<Record<keyof O, OutputFile>> {
  const files: [string, OutputFile][] = [];
  const writes: Promise<void>[] = [];
  let failed = false;
  const begin = (file: string, content: Content): void => {
    const write = place.store.write(keyOf(place, file), content);
    // One that fails while the next output is made is told below; unheard it would end the thread.
    write.then(
      () => {
        for (const piece of piecesOf(content)) giveBack(piece);
      },
      () => {
        failed = true;
      },
    );
    writes.push(write);
  };
  try {
    for (const [file, encode] of Object.entries(outputs)) {
      const content = await encoded(file, encode);
      if (failed) break;
      begin(file, content);
      files.push([file, timedOutputFile(clock, file, content)]);
    }
    await Promise.all(writes);
  } finally {
    await Promise.allSettled(writes);
  }
  return Object.fromEntries(files) as Record<keyof O, OutputFile>;
}
