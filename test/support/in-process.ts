import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { format } from 'node:util';
import type { PreprocessOptions } from '../../src/default-pipeline/preprocess.ts';
import { type CliResult, checkedResult } from './cli.ts';

// As src/prepare-process.ts does: worker threads and command lines that are started find the same modules compiled.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;

/** What stands in for modules of build, by who imports them. */
const STAND_INS = [
  // Each pool of threads takes a third of a second to start, and each step has one.
  ['/build/runner/kept-workers.js', 'tinypool', './same-thread-pool.ts'],
  ['/build/azureml/local/local-run.js', './job-process.js', './job-in-process.ts'],
  ['/build/azureml/local/local-run.js', './kept-process.js', './no-kept-process.ts'],
] as const;

// Threads, and steps that are processes, are tested where the command line is a process.
if (process.features.typescript)
  registerHooks({
    resolve(specifier, { parentURL, ...context }, next) {
      const standIn = STAND_INS.find(([by, what]) => what === specifier && parentURL?.endsWith(by));
      if (standIn === undefined) return next(specifier, { ...context, parentURL });
      return { url: new URL(standIn[2], import.meta.url).href, shortCircuit: true };
    },
  });

// As built, not as source: it need not be transformed.
const built = createRequire(new URL('../../build/', import.meta.url));
const program = (): typeof import('../../src/terminal/program.ts') => built('./terminal/program.js');

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
    const line =
      (part: keyof Printed, otherwise: typeof log) =>
      (...values: unknown[]) => {
        const to = printed.getStore();
        if (to === undefined) otherwise(...values);
        // As console writes it: an error that nobody expected with its stack.
        else to[part] += `${format(...values)}\n`;
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

/** Runs a pipeline file with its steps in this process. */
export function pipeline(
  file: string,
  set: Readonly<Record<string, string>>,
  artifacts: string,
): Promise<CliResult> {
  const settings = Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  return command(['run', file, '--artifacts', artifacts, ...settings]);
}

/** Options of `swinprep preprocess`, written as in code. */
type CohortOptions = Partial<PreprocessOptions> &
  Pick<PreprocessOptions, 'raw' | 'clinical' | 'out'> & { readonly maxExcluded?: number };

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Runs the default pipeline over a cohort, by one worker unless more are asked for, with its steps in this process.
 */
export function preprocess(options: CohortOptions, code = 0): Promise<CliResult> {
  const given = Object.entries({ workers: 1, ...options }).filter(([, value]) => value !== undefined);
  return command(
    ['preprocess', ...given.flatMap(([name, value]) => [`--${kebab(name)}`, String(value)])],
    code,
  );
}
