import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Binding, Finished, Invocation, Loaded } from './functions-worker.ts';

export type { Finished } from './functions-worker.ts';

const WORKER = fileURLToPath(new URL('functions-worker.ts', import.meta.url));

/** Stands in for the host of Azure Functions: one worker process that has loaded a function app. */
export interface FunctionsHost {
  /** The functions that the app registered, by name. */
  readonly functions: ReadonlyMap<string, readonly Binding[]>;
  readonly programmingModel: string;
  /** Hands `data` to the trigger of a function, as the host would. */
  invoke(name: string, data: object): Promise<Finished>;
  stop(): Promise<void>;
}

/** Starts a worker on the package in `folder`, with the app settings `env` and nothing else of ours. */
export async function startFunctionsHost(folder: string, env: NodeJS.ProcessEnv): Promise<FunctionsHost> {
  const child = fork(WORKER, [folder], {
    env: { PATH: process.env.PATH, ...env },
    execArgv: ['--experimental-strip-types', '--no-warnings'],
  });
  const loaded = await firstMessage(child);
  if (loaded.error !== undefined) throw new Error(loaded.error);
  const waiting = new Map<number, (finished: Finished) => void>();
  child.on('message', ({ id, finished }: { id: number; finished: Finished }) => waiting.get(id)?.(finished));
  let last = 0;
  return {
    functions: new Map(loaded.functions.map(({ name, bindings }) => [name, bindings])),
    programmingModel: loaded.programmingModel,
    invoke: (name, data) =>
      new Promise((resolve) => {
        const id = ++last;
        waiting.set(id, resolve);
        child.send({ id, name, data } satisfies Invocation);
      }),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function firstMessage(child: ChildProcess): Promise<Loaded> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message as Loaded;
}
