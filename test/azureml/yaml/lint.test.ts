// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lintFiles, yamlFilesIn } from '../../../src/azureml/yaml/lint.ts';
import { VERSION } from '../../../src/version.ts';
import { startCli } from '../../support/cli.ts';
import { commandHere } from '../../support/in-process.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const ours = await yamlFilesIn(['components', 'pipelines'].map((name) => path.join(root, name)));
const schema = (kind: string): string =>
  `$schema: https://azuremlschemas.azureedge.net/latest/${kind}.schema.json\n`;

const component = `${schema('commandComponent')}name: make
version: 1
type: command
environment: azureml:e:1
inputs:
  source: {type: string}
  count: {type: integer, default: 3, min: 1, max: 9}
  size: {type: string, default: small, enum: [small, large]}
  notes: {type: uri_file, optional: true}
outputs:
  made: {type: uri_folder}
command: >-
  make '\${{inputs.source}}' \${{inputs.count}} \${{inputs.size}} $[[--notes '\${{inputs.notes}}']] '\${{outputs.made}}'
`;

const pipeline = `${schema('pipelineJob')}type: pipeline
settings: {default_compute: azureml:cpu, continue_on_step_failure: false}
inputs:
  source: https://<account>.blob.core.windows.net/raw
jobs:
  first:
    component: ./make.yml
    inputs: {source: "\${{parent.inputs.source}}"}
  second:
    component: ./make.yml
    inputs:
      source: here
      notes: {type: uri_file, path: "azureml://datastores/d/paths/notes.txt"}
`;

const schedule = `${schema('schedule')}name: nightly
trigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: [2], minutes: [30]}}
create_job: {job: ./pipeline.yml, inputs: {source: elsewhere}}
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swinprep-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Problems of the three files, one of them changed, without the folder's name. */
async function problemsWith(
  name: 'make.yml' | 'pipeline.yml' | 'schedule.yml',
  from: string,
  to: string,
): Promise<string[]> {
  const files = { 'make.yml': component, 'pipeline.yml': pipeline, 'schedule.yml': schedule };
  expect(files[name]).toContain(from);
  files[name] = files[name].replace(from, () => to);
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  const { problems } = await lintFiles(await yamlFilesIn([folder]));
  return problems.map((problem) => problem.replaceAll(`${folder}/`, ''));
}

describe('the files of the repository', () => {
  it('are all checked and sound, but for the configuration that a pipeline hands on', async () => {
    const { checked, problems } = await lintFiles(ours);
    expect(problems).toEqual([]);
    expect(ours.filter((file) => !checked.some((entry) => entry.file === file))).toEqual([
      path.join(root, 'pipelines/config.yml'),
    ]);
    expect(new Set(checked.map(({ kind }) => kind)).size).toBe(5);
  });

  it('have the version of the package', async () => {
    const versioned = await Promise.all(ours.map(async (file) => parse(await readFile(file, 'utf8'))));
    const versions = versioned.flatMap(({ version }) => (version === undefined ? [] : [version]));
    expect(versions).toEqual(versions.map(() => VERSION));
    expect(versions.length).toBe(6);
  });
});

describe('what Azure ML takes and would go wrong', () => {
  it('is absent from sound files', async () => {
    expect(await problemsWith('make.yml', 'version: 1', 'version: 2')).toEqual([]);
  });

  it.each<[string, Parameters<typeof problemsWith>, string]>([
    [
      'an unknown key',
      ['make.yml', 'version: 1', 'version: 1\nretries: 3'],
      'make.yml: unknown key `retries`',
    ],
    [
      'an unknown key of a job',
      ['pipeline.yml', '  first:\n', '  first:\n    retries: 3\n'],
      'pipeline.yml: jobs.first: unknown key `retries`',
    ],
    [
      'a component name',
      ['make.yml', 'name: make', 'name: Make-It'],
      'make.yml: name: a component name is made of',
    ],
    [
      'a name that Azure ML keeps',
      ['make.yml', 'name: make', 'name: azureml_anonymous'],
      'make.yml: name: Azure ML names components without a name azureml_anonymous',
    ],
    [
      'inputs that differ in case alone',
      [
        'make.yml',
        '  source: {type: string}',
        '  source: {type: string}\n  Count: {type: integer, optional: true}',
      ],
      'make.yml: inputs: Azure ML cannot tell Count from count',
    ],
    [
      'a word of expressions as a name',
      ['pipeline.yml', '  second:\n', '  outputs:\n'],
      "pipeline.yml: jobs.outputs: the name is one of Azure ML's own",
    ],
    [
      'a variable that Azure ML sets',
      ['pipeline.yml', '  first:\n', '  first:\n    environment_variables: {RANK: "0"}\n'],
      'pipeline.yml: jobs.first.environment_variables.RANK: Azure ML sets this variable itself',
    ],
    [
      'an optional input outside $[[ ]]',
      ['make.yml', "$[[--notes '${{inputs.notes}}']]", "--notes '${{inputs.notes}}'"],
      'make.yml: command: ${{inputs.notes}}: an optional input may stand only inside $[[ ]]',
    ],
    [
      'a required input inside $[[ ]]',
      ['make.yml', ' ${{inputs.count}}', ' $[[${{inputs.count}}]]'],
      'make.yml: command: ${{inputs.count}}: only an optional input may stand inside $[[ ]]',
    ],
    [
      'an expression that leads nowhere',
      ['make.yml', '${{inputs.size}}', '${{inputs.siez}}'],
      'make.yml: command: ${{inputs.siez}}: there is no such input',
    ],
    [
      'a line continuation',
      ['make.yml', "command: >-\n  make '", "command: |-\n  make \\\n  '"],
      'make.yml: command: Azure ML knows no line continuation',
    ],
    [
      'an environment that is no reference',
      ['make.yml', 'azureml:e:1', 'e:1'],
      'make.yml: environment: must be azureml:NAME:VERSION',
    ],
    [
      'a required input that is not bound',
      ['pipeline.yml', '      source: here\n', ''],
      'pipeline.yml: job second, input source: is missing; make.yml requires it',
    ],
    [
      'an input that the component lacks',
      ['pipeline.yml', 'source: here', 'source: here\n      sorce: here'],
      'pipeline.yml: job second, input sorce: make.yml has no such input',
    ],
    [
      'a binding to an input that is not there',
      ['pipeline.yml', '${{parent.inputs.source}}', '${{parent.inputs.sauce}}'],
      'pipeline.yml: job first, input source: the pipeline has no input sauce',
    ],
    [
      'a binding to an output that is not there',
      ['pipeline.yml', 'source: here', 'source: "${{parent.jobs.first.outputs.done}}"'],
      'pipeline.yml: job second, input source: job first has no output done',
    ],
    [
      'a binding to an output of another type',
      ['pipeline.yml', 'azureml://datastores/d/paths/notes.txt', '${{parent.jobs.first.outputs.made}}'],
      'pipeline.yml: job second, input notes: is a uri_file, but is bound to a uri_folder',
    ],
    [
      'jobs in a ring',
      [
        'pipeline.yml',
        '{source: "${{parent.inputs.source}}"}',
        '{source: x, notes: {path: "${{parent.jobs.first.outputs.made}}"}}',
      ],
      'pipeline.yml: jobs wait for each other: first needs first',
    ],
    [
      'a value outside an enum',
      ['pipeline.yml', 'source: here', 'source: here\n      size: huge'],
      'pipeline.yml: job second, input size: `huge` is not one of small, large',
    ],
    [
      'a value beyond a bound',
      ['pipeline.yml', 'source: here', 'source: here\n      count: 10'],
      'pipeline.yml: job second, input count: 10 is above the maximum 9',
    ],
    [
      'an input that no job reads',
      ['pipeline.yml', 'inputs:\n  source', 'inputs:\n  spare: 1\n  source'],
      'pipeline.yml: inputs.spare: no job is bound to it',
    ],
    [
      'a place that Azure ML cannot read',
      ['pipeline.yml', 'azureml://datastores', 'ftp://datastores'],
      'pipeline.yml: job second, input notes: `ftp://datastores/d/paths/notes.txt` is no place that Azure ML reads',
    ],
    [
      'a datastore without a path as data',
      ['pipeline.yml', 'azureml://datastores/d/paths/notes.txt', 'azureml://datastores/d/notes.txt'],
      'pipeline.yml: job second, input notes: azureml://datastores/d/notes.txt: is no place in a datastore',
    ],
    [
      'a datastore without a path as a text',
      ['pipeline.yml', 'source: here', 'source: azureml://datastores/d'],
      'pipeline.yml: job second, input source: azureml://datastores/d: is no place in a datastore',
    ],
    [
      'a data asset without a version as a text',
      ['pipeline.yml', 'source: here', 'source: azureml:lung1'],
      'pipeline.yml: job second, input source: azureml:lung1: is no data asset and no place in a datastore; give azureml:NAME:VERSION',
    ],
    [
      'an output of a job as a text, which no component can look up',
      ['pipeline.yml', 'source: here', 'source: azureml://jobs/j/outputs/o/paths/p'],
      'pipeline.yml: job second, input source: azureml://jobs/j/outputs/o/paths/p: is an output of a job; give the URI of the datastore',
    ],
    [
      'a model for a file',
      [
        'pipeline.yml',
        'azureml://datastores/d/paths/notes.txt',
        'azureml:/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/m/versions/1',
      ],
      'is a model, not a data asset',
    ],
    [
      'a local file that does not exist',
      ['pipeline.yml', 'azureml://datastores/d/paths/notes.txt', './notes.txt'],
      'pipeline.yml: job second, input notes: notes.txt does not exist',
    ],
    [
      'no compute',
      ['pipeline.yml', 'default_compute: azureml:cpu, ', ''],
      'pipeline.yml: jobs.first: has no compute',
    ],
    [
      'days in cron',
      ['schedule.yml', /recurrence.*\}\}/.exec(schedule)![0], 'cron, expression: "0 3 1 * *"}'],
      'schedule.yml: trigger.expression: Azure ML ignores DAYS in cron, `1`',
    ],
    [
      'months in cron',
      ['schedule.yml', /recurrence.*\}\}/.exec(schedule)![0], 'cron, expression: "0 3 * 1-6 *"}'],
      'schedule.yml: trigger.expression: Azure ML ignores MONTHS in cron, `1-6`',
    ],
    [
      'an hour that no day has',
      ['schedule.yml', /recurrence.*\}\}/.exec(schedule)![0], 'cron, expression: "0 24 * * *"}'],
      'schedule.yml: trigger.expression: `24` is not HOURS from 0 to 23',
    ],
    [
      'cron with seconds',
      ['schedule.yml', /recurrence.*\}\}/.exec(schedule)![0], 'cron, expression: "0 0 3 * * *"}'],
      'schedule.yml: trigger.expression: `0 0 3 * * *` has 6 fields',
    ],
    [
      'week days of a daily recurrence',
      ['schedule.yml', 'minutes: [30]', 'minutes: [30], week_days: [monday]'],
      'schedule.yml: trigger.schedule.week_days: only the frequency week looks at them, not day',
    ],
    [
      'an IANA time zone',
      ['schedule.yml', 'interval: 1', 'interval: 1, time_zone: Europe/Berlin'],
      'schedule.yml: trigger.time_zone: must be the name of a Windows time zone',
    ],
    [
      'a scheduled input that the pipeline lacks',
      ['schedule.yml', '{source: elsewhere}', '{sauce: elsewhere}'],
      'schedule.yml: inputs.sauce: no job is bound to it',
    ],
    [
      'a file that does not say what it is',
      ['schedule.yml', schema('schedule'), ''],
      'schedule.yml: has no $schema',
    ],
  ])('%s', async (_, change, problem) => {
    expect(await problemsWith(...change)).toContainEqual(expect.stringContaining(problem));
  });
});

describe('a sound pipeline', () => {
  it.each([
    ['source: here', 'source: azureml://datastores/d/paths/'],
    ['source: here', 'source: azureml:lung1:3'],
    ['source: here', 'source: azureml:lung1@latest'],
    ['source: here', 'source: azureml://registries/r/models/m/versions/1'],
    ['azureml://datastores/d/paths/notes.txt', 'azureml:notes:1'],
    ['azureml://datastores/d/paths/notes.txt', 'azureml:notes@latest'],
    ['azureml://datastores/d/paths/notes.txt', 'azureml://registries/r/data/notes/labels/latest'],
    ['https://<account>.blob.core.windows.net/raw', 'azureml://datastores/<datastore>/paths/raw'],
  ])('may have in place of %s: %s', async (from, to) => {
    expect(await problemsWith('pipeline.yml', from, to)).toEqual([]);
  });
});

describe('swinprep azure lint', () => {
  it('checks all that comes with swinprep, and ends with 1 and each problem where there is one', async () => {
    const sound = await startCli(['azure', 'lint']).ended;
    expect(sound).toMatchObject({
      code: 0,
      stdout: 'lint: 10 Azure ML files checked, 0 problems\n',
      stderr: '',
    });
    const file = path.join(folder, 'make.yml');
    await writeFile(file, component.replace('version: 1\n', ''));
    expect(await commandHere(['azure', 'lint', file])).toMatchObject({
      code: 1,
      stdout: 'lint: 1 Azure ML files checked, 1 problems\n',
      stderr: `${file}: version: must be a text, such as 0.1.0\n`,
    });
  });
});
