import { messageOf, ProgramError, StorageError, UsageError } from '../errors.ts';
import { collectGarbage } from '../memory/garbage.ts';
import { StageClock } from '../timing/stage-clock.ts';
import type { CaseTask, Errand, PatientWork, TimedOutcome } from './task.ts';

/** Of the step that this thread does. */
let current: string | undefined;

/** A step's work. Throws a ProgramError where its module cannot be loaded: no patient is to blame for that. */
async function workOf(module: string): Promise<PatientWork<CaseTask, unknown>> {
  try {
    return ((await import(module)) as { default: PatientWork<CaseTask, unknown> }).default;
  } catch (cause) {
    throw new ProgramError(`swinprep itself cannot be loaded: ${messageOf(cause)}; install it again`, {
      cause,
    });
  }
}

/**
 * Entry of a worker thread. A step's code is loaded with its first patient. A place or program that fails is an outcome;
 * the unforeseen rejects and is handled by the pool.
 */
export default async function run({ task, module }: Errand<CaseTask>): Promise<TimedOutcome<unknown>> {
  const clock = new StageClock();
  // What the last patient of another step has left would lie beside the first of this one.
  if (current !== undefined && current !== module) collectGarbage();
  current = module;
  try {
    const work = await workOf(module);
    const outcome = await work(task, clock);
    return { outcome, times: clock.read() };
  } catch (thrown) {
    if ([StorageError, ProgramError, UsageError].some((kind) => thrown instanceof kind))
      return { outcome: { state: 'failed', message: messageOf(thrown) }, times: clock.read() };
    throw thrown;
  }
}
