import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { callPipes, OWN_VARIABLES } from './call-pipes.ts';

/** What a process is started with. */
interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** Whether some process reads from a pipe: one that has just ended does not, even where its end has not been told yet. */
function isRead(pipe: string): boolean {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

/**
 * A process that does the calls of the program `swinprep` in a folder (`installSwinprepCommand`), one after the other, in
 * place of one process each. It has this process's terminal. Linux only: it looks at its callers in /proc.
 */
export class KeptProcess {
  readonly #folder: string;
  readonly #script: string;
  #running: { readonly child: ChildProcess; readonly surroundings: Surroundings } | undefined;

  /** `script` calls `serveCalls` with its argument, the folder. */
  constructor(folder: string, script: string) {
    this.#folder = folder;
    this.#script = script;
  }

  /** Has the process wait for a call in these surroundings. Where it cannot, each call is a process of its own. */
  async ready(surroundings: Surroundings): Promise<void> {
    if (process.platform !== 'linux') return;
    const { calls, answers, taken } = callPipes(this.#folder);
    if (isDeepStrictEqual(this.#running?.surroundings, surroundings) && isRead(answers)) return;
    await this.end();
    // Left by a caller that was killed.
    await rm(taken, { force: true });
    try {
      if (!existsSync(answers)) await promisify(execFile)('mkfifo', ['-m', '600', calls, answers]);
    } catch {
      return;
    }
    const child = spawn(process.execPath, [this.#script, this.#folder], {
      cwd: surroundings.cwd,
      env: { ...OWN_VARIABLES, ...surroundings.env },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#running = { child, surroundings };
    await new Promise<void>((resolve) => {
      child.once('message', () => resolve());
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
  }

  /** Has it end after the call that it may be at, or by a signal at once. */
  async end(signal?: NodeJS.Signals): Promise<void> {
    const { child } = this.#running ?? {};
    this.#running = undefined;
    if (child?.pid === undefined || !isAlive(child)) return;
    const ended = once(child, 'exit');
    if (signal !== undefined) child.kill(signal);
    else if (child.connected) child.disconnect();
    await ended;
  }
}
