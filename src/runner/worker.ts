import { messageOf, ProgramError, StorageError, UsageError } from '../errors.ts';
import { collectGarbage } from '../memory/garbage.ts';
import { arenaBytes, inArena } from '../memory/thread.ts';
import { StageClock } from '../timing/stage-clock.ts';
import type { CaseOutcome, CaseTask, Errand, PatientWork, TimedOutcome } from './task.ts';

/** The module of the step whose patients this thread has. */
let currentModule: string | undefined;

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
 * Entry of a worker thread. A step's code is loaded with its first patient, whose volumes lie in the thread's arena. A
 * place or program that fails is an outcome; the unforeseen rejects and is handled by the pool.
 */
export default async function run(errand: Errand<CaseTask>): Promise<TimedOutcome<unknown>> {
  const clock = new StageClock();
  const outcome = await outcomeOf(errand, clock);
  return { outcome, times: clock.read(), keptBytes: arenaBytes() };
}

async function outcomeOf(
  { task, module, mostKeptBytes }: Errand<CaseTask>,
  clock: StageClock,
): Promise<CaseOutcome<unknown>> {
  // What the last patient of another step has left would lie beside the first of this one.
  if (currentModule !== undefined && currentModule !== module) collectGarbage();
  currentModule = module;
  try {
    const work = await workOf(module);
    return await inArena(mostKeptBytes, () => work(task, clock));
  } catch (thrown) {
    if ([StorageError, ProgramError, UsageError].some((kind) => thrown instanceof kind))
      return { state: 'failed', message: messageOf(thrown) };
    throw thrown;
  }
}
