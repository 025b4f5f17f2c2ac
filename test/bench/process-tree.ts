import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of a page in `/proc/PID/statm`; x86-64 and most arm64 kernels have 4 KiB. */
const PAGE_BYTES = 4096;

/** Hundredths of a second in `/proc/PID/stat` (USER_HZ, the same on every Linux that Node runs on). */
const TICKS_PER_SECOND = 100;

/** A process that ended meanwhile has no files any more. */
function orGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch {
    return gone;
  }
}

function childrenOf(pid: number): number[] {
  const threads = orGone(() => readdirSync(`/proc/${pid}/task`), []);
  return threads.flatMap((thread) => {
    const text = orGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '');
    return text.split(' ').filter(Boolean).map(Number);
  });
}

/** A process and all below it. */
export function processesFrom(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processesFrom)];
}

/** The command line of a process; empty where it has ended. */
export function commandLineOf(pid: number): string {
  return orGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').replaceAll('\0', ' ');
}

/** Resident memory of a process. */
export function residentBytes(pid: number): number {
  const statm = orGone(() => readFileSync(`/proc/${pid}/statm`, 'utf8'), '0 0');
  return Number(statm.split(' ')[1]) * PAGE_BYTES;
}

/** Resident memory of a process and all below it, bytes; pages that several share count in each. */
export function treeBytes(pid: number): number {
  return processesFrom(pid).reduce((sum, each) => sum + residentBytes(each), 0);
}

/** User and system time that a process has taken so far, seconds, to a hundredth. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
