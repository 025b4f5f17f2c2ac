import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunResult } from '../../../src/azureml/local/local-run.ts';
import type { Plan } from '../../../src/azureml/local/plan.ts';

const source = (file: string): string =>
  JSON.stringify(import.meta.resolve(`../../../src/azureml/local/${file}`));

/** Stands for dist/cli.js: a process of its own. */
const CLI = `console.log('plain', ...process.argv.slice(2));`;

/** Stands for dist/step-process.js. */
const STEPS = `
import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveCalls } from ${source('served-calls.ts')};
const verbs = {
  pid: (...words) => console.log('kept', process.pid, ...words),
  args: (...words) => console.log(JSON.stringify(words)),
  get: (name) => console.log(process.env[name], process.cwd()),
  code: (code) => Number(code),
  streams: () => {
    for (let i = 0; i < 500; i++) (i % 2 ? console.log : console.error)('é'.repeat(i), i);
  },
  until: async (file) => {
    writeFileSync('started', String(process.pid));
    while (!existsSync(file)) await sleep(10);
    console.log('kept waited');
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  reject: async () => {
    Promise.reject(new Error('nobody hears this'));
    await sleep(10_000);
  },
};
serveCalls({
  folder: process.argv[2],
  environment: { ...process.env },
  run: async ([verb, ...words]) => (await verbs[verb](...words)) ?? 0,
  exit: (code) => process.exit(code),
});
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'swinprep kept '));
  writeFileSync(path.join(folder, 'cli.mjs'), CLI);
  writeFileSync(path.join(folder, 'steps.mjs'), STEPS);
  mkdirSync(path.join(folder, 'tmp'));
});

interface Job {
  readonly command: string;
  readonly environment?: Record<string, string>;
}

/** Starts a process that runs jobs one after the other, whose terminal they have. */
function start(jobs: readonly (string | Job)[], stdio?: [number, number]): ChildProcess {
  const names = jobs.map((_, i) => `j${i}`);
  const plan: Plan = {
    ...{ file: 'p.yml', displayName: 'p', cwd: folder, artifactsDir: path.join(folder, 'artifacts') },
    ...{ continueOnStepFailure: false, remote: [] },
    jobs: jobs.map((job, i) => ({
      ...{ name: names[i], displayName: names[i], dependsOn: names.slice(Math.max(0, i - 1), i) },
      ...{ environment: {}, outputs: {}, ...(typeof job === 'string' ? { command: job } : job) },
    })),
  };
  const script = `import { writeFileSync } from 'node:fs';
    import { exitCodeOf, runPipeline } from ${source('local-run.ts')};
    const result = await runPipeline(${JSON.stringify(plan)}, { cli: 'cli.mjs', stepProcess: 'steps.mjs' });
    writeFileSync('result.json', JSON.stringify(result));
    process.exitCode = exitCodeOf(result);`;
  const flags = ['--experimental-strip-types', '--no-warnings', '--input-type=module'];
  return spawn(process.execPath, [...flags, '-e', script], {
    cwd: folder,
    env: {
      ...process.env,
      TMPDIR: path.join(folder, 'tmp'),
      NODE_OPTIONS: '--experimental-strip-types --no-warnings',
    },
    stdio: ['ignore', ...(stdio ?? (['pipe', 'pipe'] as const))],
  });
}

async function ended(
  child: ChildProcess,
): Promise<{ code: number; stdout: string; stderr: string; result: RunResult }> {
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  const [code] = (await once(child, 'close')) as [number];
  const result = JSON.parse(readFileSync(path.join(folder, 'result.json'), 'utf8')) as RunResult;
  return { code, ...printed, result };
}

const run = (...jobs: (string | Job)[]) => ended(start(jobs));

const started = async (): Promise<number> => {
  const file = path.join(folder, 'started');
  await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/^\d+$/), 30_000);
  return Number(readFileSync(file, 'utf8'));
};

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);

describe.runIf(process.platform === 'linux')('a process that stays', () => {
  test('does the calls of one job after another, with the arguments that each has, and is gone at the end', async () => {
    const words = ['', ' a  b ', "it's", '"$(id)"', 'line\nline', 'é', '--x=*'];
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const { stdout, code } = await run(
      'swinprep pid 1',
      `swinprep args ${quoted}`,
      'true; swinprep pid 2; swinprep pid 3',
    );
    const lines = stdout.trimEnd().split('\n');
    const pid = Number(/^kept (\d+) 1$/.exec(lines[0])?.[1]);
    expect(lines).toEqual([`kept ${pid} 1`, JSON.stringify(words), `kept ${pid} 2`, `kept ${pid} 3`]);
    expect(code).toBe(0);
    expect(isGone(pid)).toBe(true);
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
  });

  test.each([0, 1, 2, 7])('ends a call with its exit code: %d', async (code) => {
    const { result } = await run(`swinprep code ${code}`);
    expect(result.jobs[0].exitCode).toBe(code);
  });

  test('prints to the two streams of the run as they are, in order', async () => {
    const file = path.join(folder, 'printed');
    const fd = openSync(file, 'a');
    await ended(start(['swinprep streams'], [fd, fd]));
    const lines = Array.from({ length: 500 }, (_, i) => `${'é'.repeat(i)} ${i}\n`);
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
  });

  test.each([
    ['output', 'swinprep pid x >file; cat file'],
    ['environment', 'NEW=1 swinprep pid x'],
    ['working directory', 'cd tmp; swinprep pid x'],
    ['file mode mask', 'umask 077; swinprep pid x'],
    ['limits', 'ulimit -c 0 -n 100; swinprep pid x'],
  ])('leaves a call to a process of its own whose %s is its own', async (_, command) => {
    expect((await run(command)).stdout).toBe('plain pid x\n');
  });

  test('leaves a call to a process of its own while it is at another', async () => {
    const both =
      'swinprep until go & until [ -e started ]; do sleep 0.02; done; swinprep pid x; touch go; wait $!';
    expect((await run(both)).stdout).toBe('plain pid x\nkept waited\n');
  });

  test('has the environment variables of the job, and another job finds none of them', async () => {
    const job = { command: 'swinprep get OF_JOB', environment: { OF_JOB: 'yes' } };
    expect((await run('swinprep get OF_JOB', job, 'swinprep get OF_JOB')).stdout).toBe(
      `undefined ${folder}\nyes ${folder}\nundefined ${folder}\n`,
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with the job that %s ends', async (signal) => {
    const child = start(['swinprep until never', 'swinprep pid']);
    const end = ended(child);
    const pid = await started();
    child.kill(signal);
    const { code, result } = await end;
    expect(result.jobs).toEqual([
      { job: 'j0', state: 'Canceled', signal },
      { job: 'j1', state: 'NotStarted' },
    ]);
    expect(code).toBe(signal === 'SIGTERM' ? 143 : 130);
    expect(isGone(pid)).toBe(true);
  });

  test('ends where its caller is killed, and the next job has another', async () => {
    const killed =
      'swinprep until never & until [ -s started ]; do sleep 0.02; done; kill -KILL $!; wait $!; echo $?; until ! kill -0 $(cat started) 2>/dev/null; do sleep 0.02; done';
    const { stdout, code } = await run(killed, 'swinprep pid x');
    expect(stdout).toMatch(/^137\nkept \d+ x\n$/);
    expect(stdout).not.toContain(readFileSync(path.join(folder, 'started'), 'utf8'));
    expect(code).toBe(0);
  });

  test.each(['die', 'reject'])(
    'fails its call where it ends too early (%s), says so, and the next job has another',
    async (verb) => {
      const { stdout, stderr, code } = await run(
        'swinprep pid 1',
        `swinprep ${verb} || echo "failed $?"`,
        'swinprep pid 2',
      );
      const [, first, second] = /^kept (\d+) 1\nfailed 1\nkept (\d+) 2\n$/.exec(stdout) ?? [];
      expect(first).not.toBe(second);
      expect(stderr).toContain('swinprep: the process that did this has ended before its time\n');
      if (verb === 'reject') expect(stderr).toContain('nobody hears this');
      expect(code).toBe(0);
    },
  );

  test('one that cannot start leaves all calls to processes of their own', async () => {
    writeFileSync(path.join(folder, 'steps.mjs'), 'process.exit(3);');
    expect((await run('swinprep 1', 'swinprep 2')).stdout).toBe('plain 1\nplain 2\n');
  });
});
