import { Tinypool } from 'tinypool';
import { moduleBeside } from './task.ts';

const WORKER = moduleBeside(import.meta.url, 'worker');

let keeping = false;

/** The threads that the last step has left for the next one. */
let kept: { readonly pool: Tinypool; readonly workers: number } | undefined;

/** Says that this process does several steps, one after the other: a step's worker threads are left to the next. */
export function keepWorkers(): void {
  keeping = true;
}

/**
 * Runs `work` with a pool of as many worker threads, which end with it or, in a process that keeps them, stay for the next
 * `work` with as many, with the modules that they have loaded. Where it throws they end.
 */
export async function withWorkers<T>(workers: number, work: (pool: Tinypool) => Promise<T>): Promise<T> {
  const found = kept;
  kept = undefined;
  if (found !== undefined && found.workers !== workers) await found.pool.destroy();
  const pool =
    found?.workers === workers
      ? found.pool
      : new Tinypool({
          filename: WORKER,
          minThreads: workers,
          maxThreads: workers,
          isolateWorkers: false,
        });
  let whole = false;
  try {
    const result = await work(pool);
    whole = true;
    return result;
  } finally {
    // Of two at once one is kept.
    if (whole && keeping && kept === undefined) kept = { pool, workers };
    else await pool.destroy();
  }
}
