import path from 'node:path';

/** What a process that stays says to a caller, a line each: that it does the call, or that it does not. */
export const HERE = 'here';
export const ELSEWHERE = 'elsewhere';

/** Where a caller's standard output is meanwhile: the shell has its own for redirections. */
export const OUTPUT = 6;

/** The pipes by which a process that stays is called. */
export interface CallPipes {
  /** Takes the process ID of a caller. It ends for the one who reads it when the caller is gone. */
  readonly calls: string;
  /** Gives HERE and then the exit code, or ELSEWHERE. It ends when the process that stays is gone. */
  readonly answers: string;
  /** A file that is there while somebody calls: the pipes hold one call at a time. */
  readonly taken: string;
}

export function callPipes(folder: string): CallPipes {
  const [calls, answers, taken] = ['calls', 'answers', 'taken'].map((name) => path.join(folder, name));
  return { calls, answers, taken };
}

/**
 * What a process that stays has in its environment beside what its callers have: glibc gives buffers of one step back to
 * the system, which would lie beside those of the next, and takes large ones from it anew, so that zeros take no memory
 * until something is set (mallopt(3), M_TRIM_THRESHOLD: once set, neither it nor M_MMAP_THRESHOLD grows with what is freed).
 */
export const OWN_VARIABLES = { MALLOC_TRIM_THRESHOLD_: '131072' };
