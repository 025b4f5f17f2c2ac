import { messageOf, ProgramError, StorageError, UsageError } from '../errors.ts';
import type { CaseOutcome, CaseTask, TimedOutcome } from './case-pool.ts';
import type { ConvertTask } from './convert-case.ts';
import type { InspectTask } from './inspect-case.ts';
import type { MapBackTask } from './map-back-case.ts';
import type { MeasureTask } from './pass1-case.ts';
import type { RoiTask } from './pass2-case.ts';
import { StageClock } from './stage-clock.ts';

type Task = ConvertTask | InspectTask | MeasureTask | RoiTask | MapBackTask;

/** A step's code is loaded with its first patient: a worker of one step has no use for the others. */
async function runTask(task: Task, clock: StageClock): Promise<CaseOutcome<unknown>> {
  switch (task.step) {
    case 'convert':
      return (await import('./convert-case.ts')).convertCase(task, clock);
    case 'inspect':
      return (await import('./inspect-case.ts')).inspectCase(task, clock);
    case 'pass1-stats':
      return (await import('./pass1-case.ts')).pass1Case(task, clock);
    case 'pass2-write':
      return (await import('./pass2-case.ts')).pass2Case(task, clock);
    case 'map-back':
      return (await import('./map-back-case.ts')).mapBackCase(task, clock);
  }
}

/** Entry of a worker thread. A place or program that fails is an outcome; the unforeseen rejects and is handled by the pool. */
export default async function run(task: Task & CaseTask): Promise<TimedOutcome<unknown>> {
  const clock = new StageClock();
  try {
    const outcome = await runTask(task, clock);
    return { outcome, times: clock.read() };
  } catch (thrown) {
    if ([StorageError, ProgramError, UsageError].some((kind) => thrown instanceof kind))
      return { outcome: { state: 'failed', message: messageOf(thrown) }, times: clock.read() };
    throw thrown;
  }
}
