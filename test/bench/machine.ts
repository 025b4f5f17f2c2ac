import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the numbers were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** Of one, five and fifteen minutes when the bench began: above 1 or so, others were using the machine. */
  readonly loadAverage: readonly number[];
  readonly date: string;
  /** Name and version of every program measured. */
  readonly versions: Readonly<Record<string, string>>;
}

export function machineFacts(versions: Readonly<Record<string, string>>): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((10 * totalmem()) / 2 ** 30) / 10,
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    loadAverage: loadavg().map((load) => Math.round(100 * load) / 100),
    date: new Date().toISOString(),
    versions,
  };
}

/** What a program says about its version; undefined where it cannot be started. */
export function versionOf(command: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  return pattern.exec(`${stdout}\n${stderr}`)?.[0] ?? 'unknown';
}
