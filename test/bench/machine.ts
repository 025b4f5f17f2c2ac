import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

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

export function machineFacts(
  versions: Readonly<Record<string, string>>,
  loadAverage: readonly number[],
): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((10 * totalmem()) / 2 ** 30) / 10,
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    loadAverage: loadAverage.map((load) => Math.round(100 * load) / 100),
    date: new Date().toISOString(),
    versions,
  };
}
