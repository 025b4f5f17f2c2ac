import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { messageOf, UsageError } from '../../errors.ts';
import { tooManyExcluded } from './exit-code.ts';
import { type Ending, type JobProcess, startJob, type Terminal } from './job-process.ts';
import { KeptProcess } from './kept-process.ts';
import { fetchRemote } from './local-values.ts';
import type { Plan, PlannedJob } from './plan.ts';
import { installSwinprepCommand } from './swinprep-command.ts';

const CALLS_SWINPREP = /\bswinprep\b/;

/** The words of Azure ML. */
export type JobState = 'Completed' | 'Failed' | 'Canceled' | 'NotStarted';

export interface JobResult {
  readonly job: string;
  readonly state: JobState;
  /** Of a job that ended by itself. It is completed with 0 and with 2 (`tooManyExcluded`). */
  readonly exitCode?: number;
  /** What ended the job otherwise. */
  readonly signal?: NodeJS.Signals;
  /** Why it could not be started. */
  readonly error?: string;
}

export interface RunResult {
  readonly state: 'Completed' | 'Failed' | 'Canceled';
  /** In the order of the plan, one for each job. */
  readonly jobs: readonly JobResult[];
  /** What stopped the run before its end. */
  readonly signal?: NodeJS.Signals;
}

export type RunEvent =
  | {
      readonly type: 'job-started';
      readonly job: string;
      readonly displayName: string;
      readonly command: string;
      /** Whether it has the terminal for itself; otherwise its lines are prefixed. */
      readonly alone: boolean;
      /** What is taken for a component that is registered in a workspace. */
      readonly instead?: string | undefined;
    }
  | ({ readonly type: 'job-finished' } & JobResult);

export interface RunOptions {
  /** The script that `swinprep` runs in the commands: dist/cli.js. */
  readonly cli: string;
  /**
   * The script of a process that stays (`KeptProcess`) and does what `swinprep` is called for by jobs that have this
   * process's terminal for themselves: dist/step-process.js. Without it each call is a process of its own.
   */
  readonly stepProcess?: string | undefined;
  readonly onEvent?: (event: RunEvent) => void;
  /** Stops the run as SIGTERM does. */
  readonly signal?: AbortSignal;
  /**
   * Command that runs another one elsewhere, such as `docker run --rm IMAGE`: the jobs' commands then run there, with the
   * `swinprep` that they find there.
   */
  readonly inside?: string | undefined;
  /** Environment of the commands. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where the commands print to, in place of this process's own stdout and stderr. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}

/**
 * Runs a plan: each job's own command, as soon as the jobs it depends on are completed. A job that runs alone has the
 * terminal; of several at once each line is prefixed with `job | `. When a job fails, those in flight go on to their
 * end, and those that need it do not start (nor do any others unless `continueOnStepFailure`). SIGINT and SIGTERM of
 * this process go on to the jobs. Artifacts of an earlier run stay where they are. Throws a UsageError, before anything
 * starts, where a command is not valid for bash or the artifacts folder cannot be made, a StorageError where a file cannot
 * be fetched from Blob Storage.
 */
export async function runPipeline(plan: Plan, options: RunOptions): Promise<RunResult> {
  await checkCommands(plan.jobs);
  await makeFolders(plan);
  await copyCode(plan);
  await fetchRemote(plan.remote);
  const swinprep = await installSwinprepCommand(options.cli);
  const kept =
    options.stepProcess === undefined || options.inside !== undefined
      ? undefined
      : new KeptProcess(swinprep.folder, options.stepProcess);
  const env = options.env ?? process.env;
  const PATH = `${swinprep.folder}${path.delimiter}${env.PATH ?? ''}`;
  const run = startRun(plan, options, { ...env, ...plan.assetPlaces?.env, PATH }, kept);
  const onSignal = (signal: NodeJS.Signals): void => run.stop(signal);
  const onAbort = (): void => run.stop('SIGTERM');
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  options.signal?.addEventListener('abort', onAbort);
  try {
    const result = await run.ended;
    await kept?.end(result.signal);
    return result;
  } catch (error) {
    run.stop('SIGTERM');
    await kept?.end('SIGTERM');
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await swinprep.remove();
  }
}

/** Exit code for the whole: 0, 1 failed, 2 some step excluded too many, 128 + n stopped by signal n. */
export function exitCodeOf({ state, signal, jobs }: RunResult): number {
  if (signal !== undefined) return 128 + constants.signals[signal];
  if (state !== 'Completed') return 1;
  return jobs.some(({ exitCode }) => exitCode === tooManyExcluded) ? tooManyExcluded : 0;
}

function startRun(plan: Plan, options: RunOptions, env: NodeJS.ProcessEnv, kept: KeptProcess | undefined) {
  const running = new Map<string, JobProcess>();
  const results = new Map<string, JobResult>();
  let stoppedBy: NodeJS.Signals | undefined = options.signal?.aborted ? 'SIGTERM' : undefined;

  function stop(signal: NodeJS.Signals): void {
    stoppedBy ??= signal;
    for (const { kill } of running.values()) kill(signal);
  }

  function ready(): PlannedJob[] {
    const halted =
      !plan.continueOnStepFailure && [...results.values()].some(({ state }) => state !== 'Completed');
    if (stoppedBy !== undefined || halted) return [];
    return plan.jobs.filter(
      ({ name, dependsOn }) =>
        !running.has(name) &&
        !results.has(name) &&
        dependsOn.every((needed) => results.get(needed)?.state === 'Completed'),
    );
  }

  async function runJob(job: PlannedJob, alone: boolean): Promise<void> {
    const { name, displayName, command, instead } = job;
    const surroundings = { cwd: workingFolder(plan, job), env: { ...env, ...job.environment } };
    const terminal = terminalOf(name, alone, options);
    if (terminal === 'inherit' && CALLS_SWINPREP.test(command)) await kept?.ready(surroundings);
    if (stoppedBy !== undefined) return;
    options.onEvent?.({ type: 'job-started', job: name, displayName, command, alone, instead });
    const shell = startJob(command, { ...surroundings, terminal, inside: options.inside });
    running.set(name, shell);
    const result: JobResult = { job: name, ...stateOf(await shell.ended, stoppedBy !== undefined) };
    running.delete(name);
    results.set(name, result);
    options.onEvent?.({ type: 'job-finished', ...result });
  }

  async function toEnd(): Promise<RunResult> {
    const inFlight = new Map<string, Promise<void>>();
    for (;;) {
      const jobs = ready();
      for (const job of jobs) {
        const alone = inFlight.size === 0 && jobs.length === 1;
        inFlight.set(
          job.name,
          runJob(job, alone).finally(() => inFlight.delete(job.name)),
        );
      }
      if (inFlight.size === 0) break;
      await Promise.race(inFlight.values());
    }
    const all = plan.jobs.map(({ name }) => results.get(name) ?? { job: name, state: 'NotStarted' as const });
    if (all.every(({ state }) => state === 'Completed')) return { state: 'Completed', jobs: all };
    return stoppedBy === undefined
      ? { state: 'Failed', jobs: all }
      : { state: 'Canceled', jobs: all, signal: stoppedBy };
  }

  return { stop, ended: toEnd() };
}

function stateOf(ending: Ending, stopped: boolean): Omit<JobResult, 'job'> {
  const failed = stopped ? 'Canceled' : 'Failed';
  if ('error' in ending) return { state: failed, error: messageOf(ending.error) };
  if ('signal' in ending) return { state: failed, signal: ending.signal };
  const { exitCode } = ending;
  return { state: exitCode === 0 || exitCode === tooManyExcluded ? 'Completed' : failed, exitCode };
}

function terminalOf(job: string, alone: boolean, { stdout, stderr }: RunOptions): Terminal {
  if (alone && stdout === undefined && stderr === undefined) return 'inherit';
  return {
    stdout: stdout ?? process.stdout,
    stderr: stderr ?? process.stderr,
    prefix: alone ? '' : `${job} | `,
  };
}

/** bash itself ends with 2 at a syntax error, which is also `tooManyExcluded`: so commands are parsed beforehand. */
async function checkCommands(jobs: readonly PlannedJob[]): Promise<void> {
  for (const { name, command } of jobs) {
    try {
      await promisify(execFile)('bash', ['-n', '-c', command]);
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      if (code === 'ENOENT') throw new UsageError('bash, which runs the commands, is not on the PATH');
      // Without the cause, whose message holds the whole command and so perhaps a SAS token.
      throw new UsageError(`job ${name}, command: not valid for bash: ${stderr?.split('\n', 1)[0]}`);
    }
  }
}

/** Where a job's command runs: in a copy of its code, as in Azure ML, or where the run was started. */
function workingFolder({ cwd, artifactsDir }: Plan, { name, code }: PlannedJob): string {
  return code === undefined ? cwd : path.join(artifactsDir, 'code', name);
}

async function copyCode(plan: Plan): Promise<void> {
  for (const job of plan.jobs) {
    if (job.code === undefined) continue;
    const copy = workingFolder(plan, job);
    await rm(copy, { recursive: true, force: true });
    // The artifacts may lie in the folder itself.
    await cp(job.code, copy, { recursive: true, filter: (from) => path.resolve(from) !== plan.artifactsDir });
  }
}

async function makeFolders({ artifactsDir, jobs }: Plan): Promise<void> {
  const outputs = jobs.flatMap((job) => Object.values(job.outputs));
  const folders = outputs.map(({ type, path: place }) => (type === 'uri_file' ? path.dirname(place) : place));
  for (const folder of [artifactsDir, ...folders]) {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new UsageError(`the artifacts folder ${folder} cannot be made: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
