import { writeFileSync } from 'node:fs';
import type { Profile } from '../records/profile.ts';

/** Where a count began: that of a process with one command when it started. */
let start = { uptime: 0, userCPUTime: 0, systemCPUTime: 0 };

/**
 * In a process that does one command after another: what it has used so far is not the next one's. Its peak memory is
 * forgotten too where the system can (Linux, proc(5), /proc/PID/clear_refs); elsewhere it stays that of all of them.
 */
export function countAnew(): void {
  start = { ...process.resourceUsage(), uptime: process.uptime() };
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // No such system.
  }
}

/** Time, processor time and peak memory of this process for the command that it does, its worker threads with it. */
export function processUse(): Profile['process'] {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    wall_s: process.uptime() - start.uptime,
    cpu_user_s: (userCPUTime - start.userCPUTime) / 1e6,
    cpu_system_s: (systemCPUTime - start.systemCPUTime) / 1e6,
    peak_rss_bytes: maxRSS * 1024,
  };
}
