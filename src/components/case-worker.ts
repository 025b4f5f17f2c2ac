import { StorageError, UsageError } from '../errors.ts';
import type { CaseOutcome, CaseTask } from './case-pool.ts';
import { type ConvertTask, convertCase } from './convert-case.ts';
import { type InspectTask, inspectCase } from './inspect-case.ts';
import { type MapBackTask, mapBackCase } from './map-back-case.ts';
import { type MeasureTask, pass1Case } from './pass1-case.ts';
import { pass2Case, type RoiTask } from './pass2-case.ts';

type Task = ConvertTask | InspectTask | MeasureTask | RoiTask | MapBackTask;

function runTask(task: Task): Promise<CaseOutcome<unknown>> {
  switch (task.step) {
    case 'convert':
      return convertCase(task);
    case 'inspect':
      return inspectCase(task);
    case 'pass1-stats':
      return pass1Case(task);
    case 'pass2-write':
      return pass2Case(task);
    case 'map-back':
      return mapBackCase(task);
  }
}

/** Entry of a worker thread. A place that fails is an outcome; anything unforeseen rejects and is handled by the pool. */
export default async function run(task: Task & CaseTask): Promise<CaseOutcome<unknown>> {
  try {
    return await runTask(task);
  } catch (thrown) {
    if (thrown instanceof StorageError || thrown instanceof UsageError)
      return { state: 'failed', message: thrown.message };
    throw thrown;
  }
}
