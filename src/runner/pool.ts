import { messageOf, StorageError, UnfinishedError } from '../errors.ts';
import { inFlight } from '../storage/in-flight.ts';
import type { StageTimes } from '../timing/stage-clock.ts';
import type { ExclusionAt } from './exclusion.ts';
import { type Crew, withWorkers } from './kept-workers.ts';
import { MemoryQueue } from './memory-queue.ts';
import type { Report } from './report.ts';
import type { PoolTimes } from './step-watch.ts';
import type { CaseOutcome, CaseTask, Errand, TimedOutcome } from './task.ts';
import { type MemoryOptions, type MemoryPlan, planMemory, type UsualPatient } from './worker-count.ts';

/** Failures named in the closing message; the rest are counted. */
const NAMED_FAILURES = 5;

/** What a patient is excluded for whose worker gave up or died. */
function crashOf(thrown: unknown): { code: string; message: string } {
  const outOfMemory =
    (thrown as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    messageOf(thrown) === 'Array buffer allocation failed';
  if (outOfMemory)
    return {
      code: 'out-of-memory',
      message: 'takes more memory than there is: use fewer --workers or a larger machine, or leave files out',
    };
  return {
    code: 'unforeseen-error',
    message: `unforeseen error: ${messageOf(thrown)}; please report it`,
  };
}

/** A task that is next, and the memory that it will take, roughly. */
export interface PreparedTask<T> {
  readonly task: T;
  readonly bytes: number;
}

export interface PoolOptions<T extends CaseTask, R> extends MemoryOptions {
  /** The module whose default export works on one patient; a URL. */
  readonly work: string;
  readonly usual: UsualPatient;
  readonly report: Report;
  readonly onCrash: (exclusion: ExclusionAt<T['step']>) => R;
  /** Told once where the time of the workers went, where there were any. */
  readonly onTimes: (times: PoolTimes) => void;
  /** Looks at a task shortly before its turn; without it each is taken for a usual one. */
  readonly prepare?: (task: T) => PreparedTask<T> | Promise<PreparedTask<T>>;
  /**
   * Finds what became of a patient whose work is done already; undefined where it has to be done. Asked of all before the
   * first worker starts, some at a time, so that there are no workers where nothing is left for them. Without it a worker
   * finds out.
   */
  readonly findDone?: (task: T) => Promise<CaseOutcome<R> | undefined>;
}

export interface PoolResult<R> {
  readonly records: R[];
  readonly skipped: number;
}

/** What is done already of each task; undefined where nothing is. */
async function foundDone<T extends CaseTask, R>(
  tasks: readonly T[],
  { findDone }: PoolOptions<T, R>,
): Promise<(CaseOutcome<R> | undefined)[]> {
  if (findDone === undefined) return [];
  return inFlight(tasks, async (task) => {
    try {
      return await findDone(task);
    } catch (thrown) {
      // The worker meets it again, and tells it.
      if (thrown instanceof StorageError) return undefined;
      throw thrown;
    }
  });
}

/** Told of each patient once it is known what became of it. */
type Settle<R> = (index: number, outcome: CaseOutcome<R>) => void;

/** Runs the tasks at the places `left` in worker threads. */
async function runInWorkers<T extends CaseTask, R>(
  tasks: readonly T[],
  left: readonly number[],
  { workers, patientBytes }: MemoryPlan,
  { work, usual, onCrash, onTimes, ...options }: PoolOptions<T, R>,
  settle: Settle<R>,
): Promise<void> {
  const times = new Map<number, StageTimes>();
  const mostKeptBytes = Math.min(usual.bytes, patientBytes / workers);
  const prepare = options.prepare ?? ((task: T) => ({ task, bytes: usual.bytes }));
  // The next task is looked at while those before it are worked on: a worker does not wait for what the store answers.
  let next = 0;
  const prepareNext = () => {
    if (next >= left.length) return undefined;
    const index = left[next++];
    const prepared = (async () => prepare(tasks[index]))();
    // Thrown where the task is taken, and nowhere before.
    prepared.catch(() => {});
    return { index, prepared };
  };
  let ready = prepareNext();
  const takeTasks = async ({ pool }: Pick<Crew, 'pool'>, queue: MemoryQueue): Promise<void> => {
    while (ready !== undefined) {
      const { index, prepared } = ready;
      ready = prepareNext();
      const { task, bytes } = await prepared;
      // Threads that start anew have kept nothing.
      if (await queue.acquire(bytes)) await pool.recycleWorkers();
      const errand: Errand<T> = { task, module: work, mostKeptBytes };
      const reply = await (pool.run(errand) as Promise<TimedOutcome<R>>).catch(
        (thrown): Partial<TimedOutcome<R>> & Pick<TimedOutcome<R>, 'outcome'> => {
          const { code, message } = crashOf(thrown);
          const record = onCrash({ patient_id: task.patientId, step: task.step, code, message });
          return { outcome: { state: 'excluded', record, skipped: false, message } };
        },
      );
      // Of a thread that threw it is not known, but no more than that.
      queue.release(bytes, reply.keptBytes ?? mostKeptBytes);
      if (reply.times !== undefined) times.set(index, reply.times);
      settle(index, reply.outcome);
    }
  };
  const started = performance.now();
  await withWorkers(workers, async (crew) => {
    const queue = new MemoryQueue(patientBytes, crew.keptBytes);
    await Promise.all(Array.from({ length: workers }, () => takeTasks(crew, queue)));
    crew.keptBytes = queue.keptBytes;
  });
  onTimes({
    workers,
    wallSeconds: (performance.now() - started) / 1000,
    patients: tasks.flatMap(({ patientId }, index) => {
      const found = times.get(index);
      return found === undefined ? [] : [{ patientId, times: found }];
    }),
  });
}

/**
 * Runs every task in a pool of worker threads, each holding one patient at a time, so that memory does not grow with
 * the cohort; what is found done takes none. A patient waits while those at work leave too little memory for it, unless it
 * would be alone. Records come back in the order of the tasks. A patient whose worker dies of something unforeseen is
 * excluded by `onCrash`, the others go on. Throws an UnfinishedError at the end where a place or a program failed.
 */
export async function runCases<T extends CaseTask, R>(
  tasks: readonly T[],
  options: PoolOptions<T, R>,
): Promise<PoolResult<R>> {
  const { report } = options;
  const step = tasks[0]?.step;
  if (step === undefined) return { records: [], skipped: 0 };
  const plan = planMemory(step, options.usual, options);
  const done = await foundDone(tasks, options);
  const left = [...tasks.keys()].filter((index) => done[index] === undefined);
  const workers = Math.min(plan.workers, left.length);
  report({ kind: 'started', step, patients: tasks.length, workers });
  const outcomes = new Map<number, CaseOutcome<R>>();
  const settle: Settle<R> = (index, outcome) => {
    outcomes.set(index, outcome);
    const { patientId } = tasks[index];
    const skipped = outcome.state !== 'failed' && outcome.skipped;
    report({ kind: 'patient', step, patientId, state: outcome.state, skipped, message: outcome.message });
  };
  for (const [index, outcome] of done.entries()) if (outcome !== undefined) settle(index, outcome);
  if (left.length > 0) await runInWorkers(tasks, left, { ...plan, workers }, options, settle);
  const records: R[] = [];
  const failures: string[] = [];
  let skipped = 0;
  tasks.forEach((task, index) => {
    const outcome = outcomes.get(index)!;
    if (outcome.state === 'failed') failures.push(`${task.patientId}: ${outcome.message}`);
    else {
      records.push(outcome.record);
      if (outcome.skipped) skipped++;
    }
  });
  if (failures.length > 0) {
    const named = failures.slice(0, NAMED_FAILURES).map((line) => `\n  ${line}`);
    const more = failures.length > NAMED_FAILURES ? `\n  and ${failures.length - NAMED_FAILURES} more` : '';
    throw new UnfinishedError(
      `${step}: ${failures.length} of ${tasks.length} patients could not be finished; run the same command again${step === 'inspect' ? '' : ', what is done is kept'}:${named.join('')}${more}`,
    );
  }
  return { records, skipped };
}
