import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { treeBytes } from './process-tree.ts';

/** What a whole process with all its children took. */
export interface Measurement {
  readonly wallS: number;
  /** User and system time of every process. */
  readonly cpuS: number;
  /** Most resident memory of all processes together, as sampled. */
  readonly peakRssBytes: number;
  /** Bytes that read and write calls moved, whether from the file cache, a disk, a pipe or a socket. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** Until a program in Python has its packages loaded, seconds; 0 of one that does not tell. */
  readonly startupS: number;
  readonly stdout: string;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const SAMPLE_EVERY_MS = 50;

/**
 * Runs the command and then tells what all that the shell waited for took: the times to a microsecond or a hundredth of a
 * second (dash), the bytes from /proc. A process that it had not waited for would be missed; no row leaves one behind.
 */
const WRAPPER = '"$@"; code=$?; times >&3; cat /proc/$$/io >&3; exit $code';

/** Seconds of `1m2.5s`. */
function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`the shell's "times" tells "${text}"`);
  return 60 * Number(minutes) + Number(seconds);
}

function told(account: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(account)?.[1] ?? Number.NaN);
}

/** What a program prints, on a line of its own, of when it was ready: `{"startup_s": 1.5}`. */
function startupOf(stdout: string): number {
  return Number(/^\{"startup_s": ([\d.]+)\}$/m.exec(stdout)?.[1] ?? 0);
}

function textOf(stream: Readable, onData = (): void => {}): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    onData();
    text += part;
  });
  return () => text;
}

/** Runs a command to its end, which must be exit code 0, and measures it. Throws an Error with the end of its output. */
export function measure({ command, args, env = {} }: Command): Promise<Measurement> {
  const startedAt = Date.now() / 1000;
  const started = performance.now();
  let ended: number | undefined;
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', command, ...args], {
    env: { ...process.env, ...env, BENCH_STARTED: String(startedAt) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const stdout = textOf(child.stdio[1] as Readable);
  const stderr = textOf(child.stdio[2] as Readable);
  const account = textOf(child.stdio[3] as Readable, () => {
    ended ??= performance.now();
  });
  let peakRssBytes = 0;
  const sample = () => {
    if (child.pid !== undefined) peakRssBytes = Math.max(peakRssBytes, treeBytes(child.pid));
  };
  const sampler = setInterval(sample, SAMPLE_EVERY_MS);
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      clearInterval(sampler);
      reject(new Error(`${command} cannot be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => {
      clearInterval(sampler);
      if (code !== 0 || ended === undefined) {
        const output = `${stdout()}\n${stderr()}`.trim().slice(-3000);
        reject(new Error(`${command} ${args.join(' ')}\nended with code ${code}:\n${output}`));
        return;
      }
      // The last two times are of the children, user and system; the shell itself did nothing.
      const times = account().split(/\s+/).slice(0, 4).map(secondsOf);
      resolve({
        wallS: (ended - started) / 1000,
        cpuS: times[2] + times[3],
        peakRssBytes,
        readBytes: told(account(), 'rchar'),
        writtenBytes: told(account(), 'wchar'),
        startupS: startupOf(stdout()),
        stdout: stdout(),
      });
    });
  });
}
