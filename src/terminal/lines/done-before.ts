import type { TaskName } from '../../runner/report.ts';

/**
 * How it is told of patients that a step found done: what pass1-stats finds, convert has measured in the same run or an
 * earlier one.
 */
export function doneBefore(step: TaskName): string {
  return step === 'pass1-stats' ? 'measured already' : 'done before';
}
