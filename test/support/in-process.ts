import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { promisify } from 'node:util';
import type { StartJob } from '../../src/azureml/local/job-process.ts';
import type { PreprocessOptions } from '../../src/default-pipeline/preprocess.ts';
import { type CliResult, checkedResult } from './cli.ts';

// As src/cli.ts does: worker threads and command lines that are started find the same modules compiled.
process.env.NODE_COMPILE_CACHE ??= enableCompileCache().directory;

// Each pool of threads takes a third of a second to start, and each step has one. They are tested where steps are processes.
if (process.features.typescript)
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'tinypool' && context.parentURL?.endsWith('/dist/runner/pool.js')
        ? { url: new URL('same-thread-pool.ts', import.meta.url).href, shortCircuit: true }
        : next(specifier, context),
  });

// As built, not as source: it need not be transformed.
const built = createRequire(new URL('../../dist/', import.meta.url));
const program = (): typeof import('../../src/terminal/program.ts') => built('./terminal/program.js');
const pipelines = (): typeof import('../../src/default-pipeline/preprocess.ts') =>
  built('./default-pipeline/preprocess.js');

interface Printed {
  stdout: string;
  stderr: string;
}

const printed = new AsyncLocalStorage<Printed>();
let listeners = 0;
let restore = (): void => {};

/** Has what is printed within `work` go to `into`, and what others print where it went before. */
async function catching<T>(into: Printed, work: () => Promise<T>): Promise<T> {
  if (listeners++ === 0) {
    const { log, error } = console;
    const { write } = process.stderr;
    const line = (part: keyof Printed, otherwise: typeof log) => (first: unknown) => {
      const to = printed.getStore();
      if (to === undefined) otherwise(first);
      else to[part] += `${first}\n`;
    };
    console.log = line('stdout', log);
    console.error = line('stderr', error);
    process.stderr.write = ((...args: Parameters<typeof write>) => {
      const to = printed.getStore();
      if (to === undefined) return write.apply(process.stderr, args);
      to.stderr += String(args[0]);
      return true;
    }) as typeof write;
    restore = () => {
      Object.assign(console, { log, error });
      process.stderr.write = write;
    };
  }
  try {
    return await printed.run(into, work);
  } finally {
    if (--listeners === 0) restore();
  }
}

function changeEnv(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/**
 * Runs a command to its end as `startCli` does, but in this process: where it is not the process that is tested. Several
 * may run at once, unless they are given an environment.
 */
export async function commandHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  const into: Printed = { stdout: '', stderr: '' };
  changeEnv(env);
  try {
    const code = await catching(into, () => program().main(args));
    return { code, ...into };
  } finally {
    changeEnv(before);
  }
}

/** As `commandHere`, to the end `code`. */
export async function command(args: readonly string[], code = 0): Promise<CliResult> {
  return checkedResult(await commandHere(args), code);
}

/** A job's command, parsed by bash as ever, whose `swinprep` runs in this process. */
const startHere: StartJob = (script, { cwd, env }) => {
  const run = async (): Promise<{ exitCode: number }> => {
    const telling = `swinprep() { printf '%s\\0' "$@"; }\n${script}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', telling], { cwd, env });
    return { exitCode: await program().main(stdout.split('\0').slice(0, -1)) };
  };
  const kill = (): void => {
    throw new Error('a step in this process cannot be killed');
  };
  return { ended: run(), kill };
};

/** Runs a pipeline file with its steps in this process; each has to end well. Prints what the steps print. */
export async function pipeline(
  file: string,
  set: Readonly<Record<string, string>>,
  artifacts: string,
): Promise<CliResult> {
  const into: Printed = { stdout: '', stderr: '' };
  const { state } = await catching(into, () =>
    pipelines().runPipelineFile({ pipeline: file, set, artifacts, startJob: startHere, onEvent: () => {} }),
  );
  return checkedResult({ code: state === 'Completed' ? 0 : 1, ...into }, 0);
}

type CohortOptions = Partial<PreprocessOptions> & Pick<PreprocessOptions, 'raw' | 'clinical' | 'out'>;

/**
 * Runs the default pipeline over a cohort as `swinprep preprocess` does, by one worker unless more are asked for, with
 * its steps in this process. Prints what the steps print.
 */
export async function preprocess(options: CohortOptions, code = 0): Promise<CliResult> {
  const into: Printed = { stdout: '', stderr: '' };
  const defaults = { preset: 'lung1', workers: 1, startJob: startHere, onEvent: () => {} } as const;
  const { run } = await catching(into, () => pipelines().preprocess({ ...defaults, ...options }));
  return checkedResult({ code: run.state === 'Completed' ? 0 : 1, ...into }, code);
}
