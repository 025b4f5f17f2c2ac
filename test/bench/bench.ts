import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildBefore } from './build-before.ts';
import { type Cohort, warm } from './cohort.ts';
import { type Command, measure } from './measure.ts';
import type { Beside, Sample } from './row.ts';

/** What all rows share. */
export interface Bench {
  readonly cohort: Cohort;
  /** Cases of swinprep's rows and the floor. */
  readonly cases: number;
  /** Cases of peers that take long; what they take is scaled to `cases`. */
  readonly fewCases: number;
  readonly folder: string;
  /** The build to be compared with, made when first asked for. Throws a PeerMissing where there is none. */
  readonly before: () => BuildBefore;
  readonly say: (line: string) => void;
}

/** Bytes of the files below a folder. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

export interface Task extends Command {
  /** Folders that are read: they are brought into the file cache first. */
  readonly inputs: readonly string[];
  /** Where the outputs lie; made before it starts. */
  readonly out: string;
  /** Asked when the command has ended: what a server took meanwhile. */
  readonly beside?: () => Beside;
  readonly check: () => void | Promise<void>;
}

/** Measures a command, then checks its outputs. */
export async function measureTask({ inputs, out, beside, check, ...command }: Task): Promise<Sample> {
  for (const input of inputs) warm(input);
  mkdirSync(out, { recursive: true });
  const measurement = await measure(command);
  const taken = beside?.();
  await check();
  return { ...measurement, outputBytes: bytesBelow(out), ...(taken && { beside: taken }) };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
