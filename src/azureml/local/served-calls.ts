import { constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { callPipes, ELSEWHERE, HERE } from './call-pipes.ts';
import { argumentsOf } from './caller.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

export interface ServeOptions {
  /** Of the pipes. */
  readonly folder: string;
  /** What this process was started with. */
  readonly environment: NodeJS.ProcessEnv;
  /** Does a call with these arguments; returns the exit code. */
  readonly run: (args: string[]) => Promise<number>;
  /** Ends this process. */
  readonly exit: (code: number) => void;
}

/**
 * Does the calls of the program `swinprep` in `folder` in this process. It ends the process when a caller is gone before
 * its call is done, as one that is signalled ends, and when its parent has no more calls.
 */
export function serveCalls({ folder, environment, run, exit }: ServeOptions): void {
  const { calls, answers } = callPipes(folder);
  // Not for writing alone, which would wait for a reader.
  const answer = openSync(answers, O_RDWR | O_NONBLOCK);
  const say = (line: string): number => writeSync(answer, `${line}\n`);
  let working = false;
  let last = false;

  async function take(pid: number): Promise<void> {
    const args = argumentsOf(pid, environment);
    if (args === undefined) {
      say(ELSEWHERE);
      return;
    }
    say(HERE);
    working = true;
    const code = await run(args);
    working = false;
    say(String(code));
    if (last) exit(0);
  }

  function listen(): void {
    const fd = openSync(calls, O_RDONLY | O_NONBLOCK);
    let told = '';
    new Socket({ fd, readable: true, writable: false })
      .setEncoding('utf8')
      .on('data', (text: string) => {
        told += text;
        for (let end = told.indexOf('\n'); end >= 0; end = told.indexOf('\n')) {
          const pid = Number(told.slice(0, end));
          told = told.slice(end + 1);
          void take(pid);
        }
      })
      .on('end', () => {
        if (working) exit(1);
        else listen();
      });
  }

  // Whatever else listens to them meanwhile.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => exit(1));
  process.on('disconnect', () => {
    last = true;
    if (!working) exit(0);
  });
  listen();
  process.send?.('ready');
}
