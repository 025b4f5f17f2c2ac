import { Tinypool } from 'tinypool';
import { moduleBeside } from './task.ts';

const WORKER = moduleBeside(import.meta.url, 'worker');

let keeping = false;

/** Worker threads, none of which has a patient. */
export interface Crew {
  readonly pool: Tinypool;
  readonly workers: number;
  /** What each keeps of the memory of its last patient, in no order. */
  keptBytes: readonly number[];
}

/** The threads that the last step has left for the next one. */
let kept: Crew | undefined;

/** Says that this process does several steps, one after the other: a step's worker threads are left to the next. */
export function keepWorkers(): void {
  keeping = true;
}

/**
 * Runs `work` with a pool of as many worker threads, which end with it or, in a process that keeps them, stay for the next
 * `work` with as many, with the modules that they have loaded. Where it throws they end.
 */
export async function withWorkers<T>(workers: number, work: (crew: Crew) => Promise<T>): Promise<T> {
  const found = kept;
  kept = undefined;
  if (found !== undefined && found.workers !== workers) await found.pool.destroy();
  const crew = found?.workers === workers ? found : newCrew(workers);
  let whole = false;
  try {
    const result = await work(crew);
    whole = true;
    return result;
  } finally {
    // Of two at once one is kept.
    if (whole && keeping && kept === undefined) kept = crew;
    else await crew.pool.destroy();
  }
}

function newCrew(workers: number): Crew {
  const pool = new Tinypool({
    filename: WORKER,
    minThreads: workers,
    maxThreads: workers,
    isolateWorkers: false,
  });
  return { pool, workers, keptBytes: Array.from({ length: workers }, () => 0) };
}
