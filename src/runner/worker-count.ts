import { availableParallelism, totalmem } from 'node:os';
import { UsageError } from '../errors.ts';
import type { TaskName } from './report.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const UNITS: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB,
  GIB,
};

/** Bytes of a size such as `4GiB` or `1500MB`; undefined for `auto`. Throws a UsageError where it is neither. */
export function parseMemoryLimit(text: string): number | undefined {
  if (text === 'auto') return undefined;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([KMG]i?B)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * UNITS[unit?.toUpperCase()]);
  if (!(bytes > 0))
    throw new UsageError(`--memory-limit ${text}: is no size; give auto, or a size such as 4GiB or 1500MB`);
  return bytes;
}

/** Of the machine's memory, or the container's where it has a limit of its own. */
const AUTO_SHARE = 0.8;

function machineBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** The process before any patient: Node and the modules of the main thread. */
export const PROCESS_BYTES = 150 * MIB;

/** A worker thread without a patient: its heap and modules. */
export const WORKER_BYTES = 60 * MIB;

/** A patient in a worker, whatever its size: what its work allocates on the way. */
export const FIXED_PATIENT_BYTES = 64 * MIB;

export interface MemoryPlan {
  readonly workers: number;
  /** For the patients that are worked on at a time, by their estimates. */
  readonly patientBytes: number;
}

export interface MemoryOptions {
  /** 0 chooses by cores and memory. */
  readonly workers: number;
  /** Bytes that the process may take; undefined: most of what machine or container has. */
  readonly memoryLimit?: number | undefined;
}

function inGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GiB`;
}

/** A patient as most are, or somewhat larger. */
export interface UsualPatient {
  /** Memory that it takes. */
  readonly bytes: number;
  /** What it is, for a message. */
  readonly what: string;
}

/**
 * How many workers a step gets and how much memory their patients share. With 0 workers there are as many as cores, and
 * as usual patients that fit. Throws a UsageError where a stated limit does not hold one worker with one of these.
 */
export function planMemory(
  step: TaskName,
  usual: UsualPatient,
  { workers, memoryLimit }: MemoryOptions,
  cores = availableParallelism(),
  machine = machineBytes(),
): MemoryPlan {
  const limit = memoryLimit ?? AUTO_SHARE * machine;
  const share = WORKER_BYTES + usual.bytes;
  const fitting = Math.floor((limit - PROCESS_BYTES) / share);
  if (memoryLimit !== undefined && fitting < 1) {
    throw new UsageError(
      `--memory-limit: ${inGib(memoryLimit)} is too little: ${step} with one worker takes ${inGib(PROCESS_BYTES + share)} for ${usual.what}`,
    );
  }
  const chosen = workers || Math.max(1, Math.min(cores, fitting));
  return { workers: chosen, patientBytes: Math.max(0, limit - PROCESS_BYTES - chosen * WORKER_BYTES) };
}
