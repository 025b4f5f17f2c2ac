// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Plan, planPipeline } from '../../../src/azureml/local/plan.ts';
import { UsageError } from '../../../src/errors.ts';

let folder: string;

/** A component with an input of most types, and one that reads the output of the first. */
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swinprep test '));
  const head = 'version: 1\ntype: command\nenvironment: azureml:e:1\n';
  await writeFile(
    path.join(folder, 'make.yml'),
    `name: make
${head}inputs:
  source: {type: string}
  size: {type: string, default: small, enum: [small, large]}
  count: {type: integer, default: 3, min: 1, max: 9}
  notes: {type: uri_file, optional: true}
outputs:
  made: {type: uri_folder}
command: >-
  make '\${{inputs.source}}' \${{inputs.size}} \${{inputs.count}}$[[ '\${{inputs.notes}}']] '\${{outputs.made}}'
`,
  );
  await writeFile(
    path.join(folder, 'use.yml'),
    `name: use
${head}inputs:
  things: {type: uri_folder}
outputs:
  used: {type: uri_file}
command: use '\${{inputs.things}}' '\${{outputs.used}}'
`,
  );
  await writeFile(path.join(folder, 'notes.txt'), 'n');
});
afterEach(() => rm(folder, { recursive: true }));

const sound = `type: pipeline
display_name: Sound
inputs:
  source: https://<account>.blob.core.windows.net/raw
  count: 4
  notes: {type: uri_file, path: ./notes.txt}
outputs:
  result: {type: uri_file}
settings: {continue_on_step_failure: false}
jobs:
  second:
    component: file:./use.yml
    inputs:
      things: \${{parent.jobs.first.outputs.made}}
    outputs:
      used: \${{parent.outputs.result}}
  first:
    type: command
    component: ./make.yml
    inputs:
      source: \${{parent.inputs.source}}
      count: \${{parent.inputs.count}}
      notes: {type: uri_file, path: "\${{parent.inputs.notes}}", mode: download}
    outputs:
      made: {type: uri_folder}
`;

async function plan(yaml: string, set: Record<string, string> = { source: 'here' }): Promise<Plan> {
  const file = path.join(folder, 'pipeline.yml');
  await writeFile(file, yaml);
  return planPipeline(file, { set, artifactsDir: 'out', cwd: folder });
}

async function problemsOf(planning: Promise<unknown>): Promise<string[]> {
  const error = await planning.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message
    .replaceAll(`${folder}/`, '')
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^ {2}- /, ''));
}

describe('planPipeline', () => {
  it('puts jobs in the order of their dependencies, with every value in their commands', async () => {
    const { jobs, ...rest } = await plan(sound, { source: 'https://host/raw?a=1&b=2', count: '7' });
    expect(rest).toMatchObject({
      displayName: 'Sound',
      continueOnStepFailure: false,
      artifactsDir: `${folder}/out`,
    });
    expect(jobs.map(({ name, command, dependsOn }) => ({ name, command, dependsOn }))).toEqual([
      {
        name: 'first',
        command: `make 'https://host/raw?a=1&b=2' small 7 '${folder}/notes.txt' '${folder}/out/first/made'`,
        dependsOn: [],
      },
      {
        name: 'second',
        command: `use '${folder}/out/first/made' '${folder}/out/second/used'`,
        dependsOn: ['first'],
      },
    ]);
    expect(jobs[1].outputs).toEqual({ used: { type: 'uri_file', path: `${folder}/out/second/used` } });
  });

  it('writes nothing', async () => {
    const before = await readdir(folder);
    await plan(sound);
    expect(await readdir(folder)).toEqual([...before, 'pipeline.yml'].sort());
  });

  it('takes paths of --set from the working directory, paths in the file from its folder', async () => {
    await mkdir(path.join(folder, 'elsewhere'));
    await writeFile(path.join(folder, 'elsewhere', 'pipeline.yml'), sound.replaceAll('./', '../'));
    const options = { artifactsDir: 'out', cwd: folder };
    const file = path.join(folder, 'elsewhere', 'pipeline.yml');
    const written = await planPipeline(file, { ...options, set: { source: 'x' } });
    expect(written.jobs[0].command).toContain(`'${folder}/notes.txt'`);
    const set = await planPipeline(file, {
      ...options,
      set: { source: 'x', notes: 'elsewhere/pipeline.yml' },
    });
    expect(set.jobs[0].command).toContain(`'${folder}/elsewhere/pipeline.yml'`);
  });

  it('leaves out an optional input that is not bound, and fills in defaults', async () => {
    const { jobs } = await plan(sound.replace(/ {6}(count|notes): .*\n/g, ''));
    expect(jobs[0].command).toBe(`make 'here' small 3 '${folder}/out/first/made'`);
  });

  it.each<[string, (yaml: string) => string, Record<string, string>, string[]]>([
    ['a placeholder', (y) => y, {}, ['input source has not been set: --set source=URI']],
    [
      'an unknown name',
      (y) => y,
      { source: 'x', sauce: 'y' },
      ['--set sauce: the pipeline has no such input; it has source, count, notes'],
    ],
    [
      'a quote',
      (y) => y,
      { source: "O'Brien" },
      [expect.stringContaining("input source: O'Brien holds a single quote")],
    ],
    ['a line break', (y) => y, { source: 'a\nb' }, [expect.stringContaining('line break')]],
    [
      'a quote in a secret',
      (y) => y,
      { source: "https://h/c?sig='x" },
      [expect.stringMatching(/^input source: its query holds a single quote/)],
    ],
    ['an empty text', (y) => y, { source: '' }, ['job first, input source: is empty']],
    [
      'a number too large',
      (y) => y,
      { source: 'x', count: '10' },
      ['job first, input count: 10 is above the maximum 9'],
    ],
    [
      'a word for a number',
      (y) => y,
      { source: 'x', count: 'x' },
      ['job first, input count: `x` is not an integer'],
    ],
    [
      'a file that is not there',
      (y) => y,
      { source: 'x', notes: 'gone' },
      ['input notes: gone does not exist'],
    ],
    [
      'a folder for a file',
      (y) => y,
      { source: 'x', notes: '.' },
      [expect.stringContaining('is not a file')],
    ],
    [
      'a URL that is none of Blob Storage',
      (y) => y,
      { source: 'x', notes: 'https://h/f?sig=secret' },
      [expect.stringMatching(/^input notes: https:\/\/h\/f: h is not a blob endpoint of Azure/)],
    ],
    [
      'a model for a file',
      (y) => y,
      { source: 'x', notes: 'azureml://registries/r/models/m/versions/1' },
      ['input notes: azureml://registries/r/models/m/versions/1: is a model, not a data asset'],
    ],
    ['an empty path', (y) => y, { source: 'x', notes: '' }, ['input notes: is empty; give a path or URI']],
    [
      'a missing input',
      (y) => y.replace(/ {6}source: .*\n/, ''),
      { source: 'x' },
      ['job first, input source: is missing; make.yml requires it'],
    ],
    [
      'an input that the component does not have',
      (y) => y.replace('      count:', '      number:'),
      { source: 'x' },
      ['job first, input number: make.yml has no such input; it has source, size, count, notes'],
    ],
    [
      'a value outside an enum',
      (y) => y.replace('      count:', '      size: huge\n      count:'),
      { source: 'x' },
      ['job first, input size: `huge` is not one of small, large'],
    ],
    [
      'a binding to an input that is not there',
      (y) => y.replace('{{parent.inputs.count', '{{parent.inputs.cuont'),
      { source: 'x' },
      ['job first, input count: the pipeline has no input cuont; it has source, count, notes'],
    ],
    [
      'a binding to a job that is not there',
      (y) => y.replace('jobs.first.outputs', 'jobs.fist.outputs'),
      { source: 'x' },
      ['job second, input things: the pipeline has no job fist; it has second, first'],
    ],
    [
      'a binding to an output that is not there',
      (y) => y.replace('outputs.made', 'outputs.mode'),
      { source: 'x' },
      ['job second, input things: job first has no output mode; it has made'],
    ],
    [
      'a malformed binding',
      (y) => y.replace('{{parent.inputs.count}}', '{{inputs.count}}'),
      { source: 'x' },
      [expect.stringContaining('job first, input count: `${{inputs.count}}` is not a binding')],
    ],
    [
      'a text bound to a folder',
      (y) => y.replace('jobs.first.outputs.made', 'inputs.source'),
      { source: 'x' },
      ['job second, input things: is a uri_folder, but is bound to a literal value'],
    ],
    [
      'a folder bound to a text',
      (y) => y.replace('{{parent.inputs.source', '{{parent.jobs.first.outputs.made'),
      { source: 'x' },
      [
        'job first, input source: is a string, but is bound to a uri_folder',
        'jobs wait for each other: first needs first',
      ],
    ],
    [
      'an output of another type',
      (y) => y.replace('made: {type: uri_folder}', 'made: {type: uri_file}'),
      { source: 'x' },
      ['job first, output made: is a uri_folder in make.yml, but a uri_file here'],
    ],
    [
      'an output that the component does not have',
      (y) => y.replace('made: {type', 'mode: {type'),
      { source: 'x' },
      ['job first, output mode: make.yml has no such output; it has made'],
    ],
    [
      'an output of the pipeline that nobody writes',
      (y) => y.replace(/ {4}outputs:\n {6}used: .*\n/, ''),
      { source: 'x' },
      ['output result: 0 jobs are bound to it, not one'],
    ],
    [
      'a component that is not there',
      (y) => y.replace('./use.yml', './usa.yml'),
      { source: 'x' },
      ['usa.yml: there is no such file'],
    ],
    [
      'a registered component that is not at hand',
      (y) => y.replace('./make.yml', 'azureml:make:2'),
      { source: 'x' },
      [
        expect.stringContaining(
          'job first: azureml:make:2 is not at hand: no component.yml of the name make and the version 2 comes',
        ),
      ],
    ],
    [
      'an unknown key',
      (y) => y.replace('display_name:', 'displayname:'),
      { source: 'x' },
      ['pipeline.yml: unknown key `displayname`'],
    ],
    [
      'an unknown key of a job and of an input',
      (y) => y.replace('mode: download', 'node: download').replace('type: command', 'kind: command'),
      { source: 'x' },
      [
        'pipeline.yml: jobs.first.inputs.notes: unknown key `node`',
        'pipeline.yml: jobs.first: unknown key `kind`',
      ],
    ],
  ])('refuses %s', async (_, change, set, problems) => {
    const yaml = change(sound);
    expect(await problemsOf(plan(yaml, set))).toEqual(problems);
  });

  it.each([
    ['${{inputs.a}}', 'plain/v-1', undefined],
    ['"${{inputs.a}}"', 'two words & more', undefined],
    ["'${{inputs.a}}'", 'two $words', undefined],
    ['${{inputs.a}}', 'two words', '${{inputs.a}} may stand without quotes, and two words holds blanks'],
    [
      '"$(echo ${{inputs.a}})"',
      'two words',
      '${{inputs.a}} may stand without quotes, and two words holds blanks',
    ],
    ["$(nproc) '${{inputs.a}}'", 'two words', undefined],
    [
      "'${{inputs.a}}' # the first",
      'two words',
      '${{inputs.a}} may stand without quotes, and two words holds blanks',
    ],
    ['"${{inputs.a}}"', '$HOME', '${{inputs.a}} may stand without quotes, and $HOME holds blanks'],
  ])('holds a value to where it stands in a command: %s, %s', async (reference, value, problem) => {
    const yaml = `type: pipeline
inputs: {a: x}
jobs:
  own: {type: command, environment: azureml:e:1, command: 'echo ${reference.replaceAll("'", "''")}', inputs: {a: "\${{parent.inputs.a}}"}}
`;
    const planned = plan(yaml, { a: value });
    if (problem === undefined)
      expect((await planned).jobs.map(({ command }) => command)).toEqual([
        `echo ${reference.replace('${{inputs.a}}', value)}`,
      ]);
    else await expect(planned).rejects.toThrow(`job own, command: ${problem}`);
  });

  it('names the jobs that wait for each other', async () => {
    const ring = sound.replace('{{parent.inputs.notes}}', '{{parent.jobs.second.outputs.used}}');
    expect(await problemsOf(plan(ring))).toEqual([
      'jobs wait for each other: second needs first needs second',
    ]);
  });

  it('lists all that is wrong at once', async () => {
    await writeFile(path.join(folder, 'use.yml'), 'name: Use');
    const problems = await problemsOf(plan(sound, { count: '0', notes: 'gone', x: 'y' }));
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      ...Array.from({ length: 5 }, () => 'use.yml'),
      '--set x',
      'input source has not been set',
      'input notes',
      'job first, input count',
    ]);
  });
});
