// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunEvent, runPipeline } from '../../../src/azureml/local/local-run.ts';
import { type Plan, planPipeline } from '../../../src/azureml/local/plan.ts';
import { VERSION } from '../../../src/version.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'swinprep-test-')));
  await writeFile(
    path.join(folder, 'make.yml'),
    `name: make
version: 1
type: command
environment: azureml:e:1
outputs:
  made: {type: uri_folder}
command: echo made > '\${{outputs.made}}/text'
`,
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function plan(jobs: string, elsewhere = false): Promise<Plan> {
  const file = path.join(folder, 'pipeline.yml');
  await writeFile(file, `type: pipeline\nsettings: {default_compute: serverless}\njobs:\n${jobs}`);
  return planPipeline(file, { artifactsDir: 'out', cwd: folder, elsewhere });
}

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

it('a registered component is the file of its name and version, and with @latest the one that is at hand', async () => {
  const { jobs } = await plan(`  first: {component: "azureml:make:1", queue_settings: {job_tier: spot}}
  second: {component: "azureml:make@latest"}
  third: {component: "azureml://registries/ours/components/swinprep_split/versions/${VERSION}", inputs: {cases: {path: .}, clinical: x}}
`);
  expect(jobs.map(({ name, command, instead }) => [name, command.slice(0, 16), instead])).toEqual([
    ['first', "echo made > '/tm", `azureml:make:1 is ${folder}/make.yml here, version 1`],
    ['second', "echo made > '/tm", `azureml:make@latest is ${folder}/make.yml here, version 1`],
    [
      'third',
      'swinprep split -',
      `azureml://registries/ours/components/swinprep_split/versions/${VERSION} is ${path.resolve('components/split/component.yml')} here, version ${VERSION}`,
    ],
  ]);
});

it('all jobs that do not run on this machine are refused by name, at once', async () => {
  await mkdir(path.join(folder, 'code'));
  const again = plan(`  c: {type: data_transfer, task: copy_data}
  d: {component: "azureml:make:2"}
  e: {command: no-such-program x, environment: "azureml:e:1"}
  f: {command: A=1 ./run.sh, code: ./code, environment: "azureml:e:1"}
`);
  const error = (await again.catch((thrown: unknown) => thrown)) as Error;
  expect(error.message.replaceAll(folder, '').split('\n')).toEqual([
    '/pipeline.yml cannot run:',
    '  - job c: a job of the type data_transfer does not run on this machine',
    '  - job d: azureml:make:2 is not at hand: no component.yml of the name make and the version 2 comes with swinprep or lies beside /pipeline.yml',
    '  - job e, command: there is no no-such-program on this machine; the environment of the job is not used here',
    '  - job f, command: there is no ./run.sh on this machine; the environment of the job is not used here',
  ]);
});

it.each(['parallel', 'sweep', 'spark', 'automl', 'pipeline'])(
  'a job of the type %s does not run here',
  async (type) => {
    const name = type === 'pipeline' ? 'pipeline-component' : type;
    const file = path.join(import.meta.dirname, `../variants/${name}.yml`);
    await expect(planPipeline(file, { artifactsDir: 'out', cwd: folder })).rejects.toThrow(
      `a job of the type ${type} does not run on this machine`,
    );
  },
);

it('a command that runs in a container is not looked for on this machine', async () => {
  const { jobs } = await plan('  e: {command: no-such-program x, environment: "azureml:e:1"}\n', true);
  expect(jobs).toEqual([
    {
      name: 'e',
      displayName: 'e',
      dependsOn: [],
      command: 'no-such-program x',
      environment: {},
      outputs: {},
    },
  ]);
});

it('a command written out runs in a copy of its code, on what another job made, and its outputs are there', async () => {
  await mkdir(path.join(folder, 'code'));
  await writeFile(
    path.join(folder, 'code/run.sh'),
    'cat "$1/text" >"$2"; pwd >>"$2"; echo $WORD >>"$2"; touch left\n',
  );
  const planned = await plan(`  second:
    command: bash run.sh \${{inputs.made}} \${{outputs.told}}
    code: ./code
    environment: {image: "docker.io/bash:5"}
    environment_variables: {WORD: true}
    inputs: {made: "\${{parent.jobs.first.outputs.made}}"}
    outputs: {told: {type: uri_file}}
  first: {component: "azureml:make:1"}
`);
  const events: RunEvent[] = [];
  const { state } = await runPipeline(planned, {
    cli: 'none',
    stdout: nowhere,
    stderr: nowhere,
    onEvent: (event) => events.push(event),
  });
  expect(state).toBe('Completed');
  const copy = path.join(folder, 'out/code/second');
  expect(await readFile(path.join(folder, 'out/second/told'), 'utf8')).toBe(`made\n${copy}\nTrue\n`);
  await expect(readFile(path.join(folder, 'code/left'))).rejects.toThrow('ENOENT');
  expect(events.flatMap((event) => (event.type === 'job-started' ? [event.instead] : []))).toEqual([
    `azureml:make:1 is ${folder}/make.yml here, version 1`,
    undefined,
  ]);
});
