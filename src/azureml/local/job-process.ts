import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** How a process ended: with an exit code, by a signal, or not started at all. */
export type Ending =
  | { readonly exitCode: number }
  | { readonly signal: NodeJS.Signals }
  | { readonly error: Error };

/** Where what a process prints goes: to the streams of this process as they are, or line by line to others. */
export type Terminal =
  | 'inherit'
  | { readonly stdout: Writable; readonly stderr: Writable; readonly prefix: string };

export interface JobProcess {
  readonly ended: Promise<Ending>;
  /** Sends a signal to the process, not to those it has started itself. */
  kill(signal: NodeJS.Signals): void;
}

/** A word for the shell that is just this text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Starts `bash -c command`, or, with `inside`, `inside bash -c 'command'`: a command that runs others in a container. */
export function startJob(
  command: string,
  options: {
    cwd: string;
    env: NodeJS.ProcessEnv;
    terminal: Terminal;
    inside?: string | undefined;
  },
): JobProcess {
  const { cwd, env, terminal, inside } = options;
  // `exec`: the process that is signalled is that of the container.
  const outer = inside === undefined ? command : `exec ${inside} bash -c ${quoted(command)}`;
  // Where its input is a socket, as Node's pipes are, bash would read ~/.bashrc as a remote shell does.
  const child = spawn('bash', ['--norc', '-c', outer], {
    cwd,
    env,
    stdio: terminal === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  if (terminal !== 'inherit') {
    copyLines(child.stdout!, terminal.stdout, terminal.prefix);
    copyLines(child.stderr!, terminal.stderr, terminal.prefix);
  }
  let killed = false;
  const kill = (signal: NodeJS.Signals): void => {
    killed = true;
    child.kill(signal);
  };
  return { ended: endingOf(child, () => killed), kill };
}

function endingOf(child: ChildProcess, wasKilled: () => boolean): Promise<Ending> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ error });
    });
    child.on('exit', () => {
      // What a killed shell leaves behind may hold the pipes open for long.
      if (!wasKilled()) return;
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    // Not before everything printed has been read.
    child.on('close', (exitCode, signal) => {
      resolve(signal === null ? { exitCode: exitCode ?? 1 } : { signal });
    });
  });
}

function copyLines(from: Readable, to: Writable, prefix: string): void {
  createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    to.write(`${prefix}${line}\n`);
  });
}
