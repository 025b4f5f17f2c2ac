import { StorageError, UsageError } from '../errors.ts';
import type { CaseOutcome, CaseTask, TimedOutcome } from './case-pool.ts';
import { type ConvertTask, convertCase } from './convert-case.ts';
import { type InspectTask, inspectCase } from './inspect-case.ts';
import { type MapBackTask, mapBackCase } from './map-back-case.ts';
import { type MeasureTask, pass1Case } from './pass1-case.ts';
import { pass2Case, type RoiTask } from './pass2-case.ts';
import { StageClock } from './stage-clock.ts';

type Task = ConvertTask | InspectTask | MeasureTask | RoiTask | MapBackTask;

function runTask(task: Task, clock: StageClock): Promise<CaseOutcome<unknown>> {
  switch (task.step) {
    case 'convert':
      return convertCase(task, clock);
    case 'inspect':
      return inspectCase(task, clock);
    case 'pass1-stats':
      return pass1Case(task, clock);
    case 'pass2-write':
      return pass2Case(task, clock);
    case 'map-back':
      return mapBackCase(task, clock);
  }
}

/** Entry of a worker thread. A place that fails is an outcome; anything unforeseen rejects and is handled by the pool. */
export default async function run(task: Task & CaseTask): Promise<TimedOutcome<unknown>> {
  const clock = new StageClock();
  try {
    const outcome = await runTask(task, clock);
    return { outcome, times: clock.read() };
  } catch (thrown) {
    if (thrown instanceof StorageError || thrown instanceof UsageError)
      return { outcome: { state: 'failed', message: thrown.message }, times: clock.read() };
    throw thrown;
  }
}
