import { TrackingError } from '../errors.ts';

/** What logging may take of a step, all of it together: with what comes after it stays below 10 s. */
export const BUDGET_MS = 9000;

/** The time that all requests of one logging share. */
export interface Budget {
  /** Aborted when it is used up. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  left(): number;
}

/**
 * What `work` gives, within `ms`. Throws a TrackingError when they are over, whatever `work` is waiting for; its requests are
 * aborted then, and so is, when it is done, what it has left under way.
 */
export async function withinBudget<T>(ms: number, work: (budget: Budget) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const ends = performance.now() + ms;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TrackingError(`no answer within ${ms / 1000} s`));
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([
      work({ signal: controller.signal, left: () => Math.max(0, ends - performance.now()) }),
      late,
    ]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
