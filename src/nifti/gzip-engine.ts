import type { Config } from '../config/schema.ts';
import { messageOf, ProgramError, UsageError } from '../errors.ts';
import { igzip } from './igzip.ts';

/** Tries the program that the configuration wants volumes deflated by, if any. Throws a UsageError where it does not work. */
export async function assertGzipEngine({ output }: Config): Promise<void> {
  if (output.gzipEngine !== 'igzip') return;
  try {
    await igzip([new Uint8Array(1)], output.gzipLevelInt);
  } catch (cause) {
    if (!(cause instanceof ProgramError)) throw cause;
    throw new UsageError(
      `output.gzipEngine is igzip, and ${messageOf(cause)}; install the package isal (Debian, Ubuntu: apt install isal), or set output.gzipEngine: zlib`,
      { cause },
    );
  }
}
