// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  exitCodeOf,
  type RunEvent,
  type RunOptions,
  runPipeline,
} from '../../../src/azureml/local/local-run.ts';
import { type Plan, type PlannedJob, planPipeline } from '../../../src/azureml/local/plan.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swinprep test '));
  // Stands for dist/cli.js: prints its arguments as JSON.
  await writeFile(path.join(folder, 'cli.js'), 'console.log(JSON.stringify(process.argv.slice(2)));\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A plan of jobs given as `name: [command, ...names of the jobs it needs]`. The commands run in `folder`. */
function planOf(
  jobs: Record<string, [command: string, ...dependsOn: string[]]>,
  continueOnStepFailure = false,
): Plan {
  return {
    file: 'p.yml',
    displayName: 'p',
    cwd: folder,
    artifactsDir: path.join(folder, 'artifacts'),
    continueOnStepFailure,
    remote: [],
    jobs: Object.entries(jobs).map(([name, [command, ...dependsOn]]): PlannedJob => {
      const out = path.join(folder, 'artifacts', name, 'out');
      const outputs = { out: { type: 'uri_folder' as const, path: out } };
      return { name, displayName: name, dependsOn, command, environment: {}, outputs };
    }),
  };
}

async function run(plan: Plan, options: Partial<RunOptions> = {}) {
  const events: string[] = [];
  const printed = { stdout: '', stderr: '' };
  const sink = (to: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        printed[to] += chunk;
        done();
      },
    });
  const result = await runPipeline(plan, {
    cli: path.join(folder, 'cli.js'),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    onEvent: (event: RunEvent) => events.push(`${event.type} ${event.job}`),
    ...options,
  });
  const states = Object.fromEntries(result.jobs.map(({ job, state }) => [job, state]));
  return { result, states, events, printed, code: exitCodeOf(result) };
}

describe('runPipeline', () => {
  it('runs the commands of component.yml, chained by their artifacts', async () => {
    const head = 'version: 1\ntype: command\nenvironment: azureml:e:1\n';
    await writeFile(
      path.join(folder, 'make.yml'),
      `name: make\n${head}inputs: {text: {type: string}, more: {type: string, optional: true}, n: {type: integer, default: 2}}
outputs: {made: {type: uri_folder}}
command: swinprep make --text '\${{inputs.text}}' $[[--more '\${{inputs.more}}']] --n \${{inputs.n}} > '\${{outputs.made}}/args.json'\n`,
    );
    await writeFile(
      path.join(folder, 'copy.yml'),
      `name: copy\n${head}inputs: {from: {type: uri_folder}}\noutputs: {copy: {type: uri_file}}
command: cp '\${{inputs.from}}/args.json' '\${{outputs.copy}}' && echo "$GREETING"\n`,
    );
    const file = path.join(folder, 'pipeline.yml');
    await writeFile(
      file,
      `type: pipeline
inputs: {text: x}
jobs:
  copy:
    component: ./copy.yml
    environment_variables: {GREETING: hello}
    inputs: {from: "\${{parent.jobs.make.outputs.made}}"}
  make:
    component: ./make.yml
    inputs: {text: "\${{parent.inputs.text}}"}
`,
    );
    const text = 'https://host/a b?x=1&y="$(id)"\\;`id` # é';
    const plan = await planPipeline(file, { set: { text }, artifactsDir: 'my artifacts', cwd: folder });
    const { result, events, printed } = await run(plan);
    expect(result.state).toBe('Completed');
    expect(events).toEqual([
      'job-started make',
      'job-finished make',
      'job-started copy',
      'job-finished copy',
    ]);
    expect(printed.stdout).toBe('hello\n');
    const copied = JSON.parse(await readFile(path.join(folder, 'my artifacts', 'copy', 'copy'), 'utf8'));
    expect(copied).toEqual(['make', '--text', text, '--n', '2']);
  });

  it('runs independent jobs side by side, their lines prefixed', async () => {
    // Each waits for the other: run one after the other, they would never end.
    const meet = (own: string, other: string) =>
      `touch ${own}; until [ -e ${other} ]; do sleep 0.02; done; echo ${own}`;
    const { result, printed, events } = await run(
      planOf({ a: [meet('one', 'two')], b: [`${meet('two', 'one')} >&2`], c: ['printf end', 'a', 'b'] }),
    );
    expect(result.state).toBe('Completed');
    expect(printed).toEqual({ stdout: 'a | one\nend\n', stderr: 'b | two\n' });
    expect(events.slice(-2)).toEqual(['job-started c', 'job-finished c']);
  });

  it('has swinprep on the PATH of the commands, before any other, and takes it away again', async () => {
    const found = 'dirname "$(command -v swinprep)" > where; [[ $PATH == "$(cat where)":* ]]';
    expect((await run(planOf({ a: [found] }))).states).toEqual({ a: 'Completed' });
    expect(existsSync((await readFile(path.join(folder, 'where'), 'utf8')).trim())).toBe(false);
  });

  it('keeps the artifacts of an earlier run, so that steps can resume', async () => {
    const plan = planOf({ a: ['echo x >> artifacts/a/out/log'] });
    await run(plan);
    await run(plan);
    expect(await readFile(path.join(folder, 'artifacts/a/out/log'), 'utf8')).toBe('x\nx\n');
  });

  it('lets jobs in flight finish when one fails, and starts none that need it', async () => {
    const { states, events, code, result } = await run(
      planOf({
        slow: ['until [ -e failed ]; do sleep 0.02; done; sleep 0.05; touch finished'],
        bad: ['touch failed; exit 3'],
        after: ['touch after', 'bad'],
        later: ['touch later', 'slow'],
      }),
    );
    expect(states).toEqual({ slow: 'Completed', bad: 'Failed', after: 'NotStarted', later: 'NotStarted' });
    expect(result.jobs[1].exitCode).toBe(3);
    expect(existsSync(path.join(folder, 'finished'))).toBe(true);
    expect(existsSync(path.join(folder, 'after'))).toBe(false);
    expect(events).not.toContain('job-started after');
    expect(code).toBe(1);
  });

  it('goes on with jobs that do not need the failed one where the pipeline says so', async () => {
    const { states } = await run(
      planOf({ bad: ['exit 1'], good: ['until [ -e x ]; do touch x; done'], later: ['true', 'good'] }, true),
    );
    expect(states).toEqual({ bad: 'Failed', good: 'Completed', later: 'Completed' });
  });

  it('takes exit code 2 for a finished step and remembers it', async () => {
    const { states, result, code } = await run(planOf({ a: ['exit 2'], b: ['true', 'a'] }));
    expect(states).toEqual({ a: 'Completed', b: 'Completed' });
    expect(result.jobs.map(({ exitCode }) => exitCode)).toEqual([2, 0]);
    expect(code).toBe(2);
  });

  it('names the signal that ended a job', async () => {
    const { result, code } = await run(planOf({ a: ['kill -KILL $$'] }));
    expect(result.jobs).toEqual([{ job: 'a', state: 'Failed', signal: 'SIGKILL' }]);
    expect(code).toBe(1);
  });

  it('refuses a command that bash cannot read before anything starts', async () => {
    const running = run(planOf({ a: ['touch started'], b: ['echo (', 'a'] }));
    await expect(running).rejects.toThrow(/job b, command: not valid for bash: .*syntax error/);
    expect(await readdir(folder)).toEqual(['cli.js']);
  });

  it('says which folder cannot be made', async () => {
    await mkdir(path.join(folder, 'artifacts'));
    await writeFile(path.join(folder, 'artifacts', 'a'), 'a file');
    await expect(run(planOf({ a: ['true'] }))).rejects.toThrow(
      `artifacts folder ${folder}/artifacts/a/out cannot be made`,
    );
  });

  it('stops the jobs when its signal is aborted', async () => {
    const abort = new AbortController();
    const running = run(planOf({ a: ['touch started; while :; do sleep 0.02; done'], b: ['true', 'a'] }), {
      signal: abort.signal,
    });
    await vi.waitFor(() => expect(existsSync(path.join(folder, 'started'))).toBe(true), 30_000);
    abort.abort();
    const { result, code } = await running;
    expect(result).toEqual({
      state: 'Canceled',
      signal: 'SIGTERM',
      jobs: [
        { job: 'a', state: 'Canceled', signal: 'SIGTERM' },
        { job: 'b', state: 'NotStarted' },
      ],
    });
    expect(code).toBe(143);
  });

  it('passes SIGINT of its own process on to the job', async () => {
    const plan = planOf({ a: ["trap 'echo told; exit 7' INT; touch started; while :; do sleep 0.02; done"] });
    const module = pathToFileURL(
      path.resolve(import.meta.dirname, '../../../src/azureml/local/local-run.ts'),
    );
    const script = `import { exitCodeOf, runPipeline } from ${JSON.stringify(module.href)};
      const result = await runPipeline(${JSON.stringify(plan)}, { cli: 'none.js' });
      console.log(JSON.stringify(result.jobs));
      process.exitCode = exitCodeOf(result);`;
    const flags = ['--experimental-strip-types', '--no-warnings', '--input-type=module'];
    const child = spawn(process.execPath, [...flags, '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await vi.waitFor(() => expect(existsSync(path.join(folder, 'started'))).toBe(true), 30_000);
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(printed).toBe('told\n[{"job":"a","state":"Canceled","exitCode":7}]\n');
    expect(code).toBe(130);
  });
});

describe('commands inside another one', () => {
  it('are handed over as one word, whatever they hold', async () => {
    // Stands for `docker run ... IMAGE`: shows what it was given, then runs it.
    const container = path.join(folder, 'container');
    await writeFile(container, '#!/bin/sh\necho "$# $1 $2"\nexec "$@"\n', { mode: 0o755 });
    const { printed, states } = await run(planOf({ a: [`echo "it's $((1 + 1))" 'x  y'`] }), {
      inside: `'${container}'`,
    });
    expect(states).toEqual({ a: 'Completed' });
    expect(printed.stdout).toBe("3 bash -c\nit's 2 x  y\n");
  });

  it('end with the exit code of the inner command', async () => {
    const { result } = await run(planOf({ a: ['exit 2'] }), { inside: 'env' });
    expect(result.jobs[0]).toMatchObject({ state: 'Completed', exitCode: 2 });
  });
});
