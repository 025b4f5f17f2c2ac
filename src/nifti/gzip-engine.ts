import { messageOf, ProgramError, UsageError } from '../errors.ts';
import { igzip } from './igzip.ts';

/** How volumes are deflated: of the section `output`. */
export interface GzipRules {
  readonly output: { readonly gzipEngine: 'wasm' | 'zlib' | 'igzip'; readonly gzipLevelInt: number };
}

/** Tries the program that the configuration wants volumes deflated by, if any. Throws a UsageError where it does not work. */
export async function assertGzipEngine({ output }: GzipRules): Promise<void> {
  if (output.gzipEngine !== 'igzip') return;
  try {
    await igzip([new Uint8Array(1)], output.gzipLevelInt);
  } catch (cause) {
    if (!(cause instanceof ProgramError)) throw cause;
    throw new UsageError(
      `output.gzipEngine is igzip, and ${messageOf(cause)}; install the package isal (Debian, Ubuntu: apt install isal), or set output.gzipEngine: wasm`,
      { cause },
    );
  }
}
