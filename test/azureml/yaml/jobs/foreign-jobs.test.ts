// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readyJob } from '../../../../src/azureml/request-bodies/requests.ts';
import { lintFiles } from '../../../../src/azureml/yaml/lint.ts';
import { commandHere } from '../../../support/in-process.ts';

const HEAD = '$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\n';
const make = `$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: make
version: 1
type: command
environment: azureml:e:1
inputs:
  source: {type: string}
outputs:
  made: {type: uri_folder}
command: make '\${{inputs.source}}' '\${{outputs.made}}'
`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swinprep-test-'));
  file = path.join(folder, 'pipeline.yml');
  await writeFile(path.join(folder, 'make.yml'), make);
});
afterEach(() => rm(folder, { recursive: true }));

/** What lint says of a pipeline with these jobs, without the folder's name. */
async function linted(jobs: string) {
  await writeFile(file, `${HEAD}settings: {default_compute: azureml:cpu}\njobs:\n${jobs}`);
  const { problems, unchecked } = await lintFiles([file]);
  const short = (line: string): string => line.replaceAll(`${folder}/`, '');
  return { problems: problems.map(short), unchecked: unchecked.map(short) };
}

describe('a registered component', () => {
  it('is held against the file of its name and version', async () => {
    const jobs = '  first: {component: "azureml:make:1", inputs: {sauce: x}}\n';
    expect(await linted(jobs)).toEqual({
      problems: [
        'pipeline.yml: job first, input sauce: make.yml has no such input; it has source',
        'pipeline.yml: job first, input source: is missing; make.yml requires it',
      ],
      unchecked: [
        'pipeline.yml: jobs.first: azureml:make:1 itself: its inputs and outputs were held against make.yml, of the same name and version',
      ],
    });
  });

  it.each([
    'azureml:make:2',
    'azureml:make@latest',
    'azureml://registries/ours/components/made/versions/1',
    'azureml://registries/ours/components/make/labels/latest',
    'azureml:/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/components/make/versions/3',
  ])(
    'of which no file is at hand is said not to be checked, nor what is bound to it: %s',
    async (component) => {
      const jobs = `  first: {component: "${component}", inputs: {any: x}}
  second: {component: ./make.yml, inputs: {source: "\${{parent.jobs.first.outputs.any}}"}}
`;
      expect(await linted(jobs)).toEqual({
        problems: [],
        unchecked: [
          `pipeline.yml: jobs.first: ${component} is not at hand: neither its inputs nor its outputs`,
        ],
      });
    },
  );

  it.each([
    ['azureml:make', '`azureml:make` is neither a file nor azureml:NAME:VERSION'],
    ['azureml:make@stable', 'the label stable of make cannot be looked up, only latest can'],
    ['azureml://registries/ours/data/make/versions/1', 'is a data asset, not a component'],
  ])('is refused where azure-ai-ml does not take it: %s', async (component, problem) => {
    const { problems } = await linted(`  first: {component: "${component}"}\n`);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('whose command is written beside it is said to keep its own', async () => {
    const jobs = '  first: {component: ./make.yml, inputs: {source: x}, environment: "azureml:e:2"}\n';
    expect(await linted(jobs)).toEqual({
      problems: [],
      unchecked: [
        "pipeline.yml: jobs.first: environment is the component's own: azure-ai-ml does not send what stands here",
      ],
    });
  });
});

describe('a job of a type that nobody here knows', () => {
  const jobs = `  moved: {type: data_transfer, task: copy_data, inputs: {from: "\${{parent.jobs.first.outputs.made}}"}}
  first: {component: ./make.yml, inputs: {source: x}}
`;

  it('is kept, and said not to be checked but for its bindings', async () => {
    expect(await linted(jobs)).toEqual({
      problems: [],
      unchecked: [
        'pipeline.yml: jobs.moved: the type data_transfer is not known here: nothing but what its inputs are bound to',
      ],
    });
    expect((await linted(jobs.replace('jobs.first', 'jobs.fist'))).problems).toEqual([
      'pipeline.yml: job moved, input from: the pipeline has no job fist; it has moved, first',
    ]);
  });

  it('is not said to lack compute, where a command is', async () => {
    await writeFile(file, `${HEAD}jobs:\n${jobs}`);
    expect((await lintFiles([file])).problems).toEqual([
      `${file}: jobs.first: has no compute, and settings.default_compute is not set`,
    ]);
  });

  it('is printed apart from problems, and does not make lint fail', async () => {
    await linted(jobs);
    expect(await commandHere(['azure', 'lint', file])).toMatchObject({
      code: 0,
      stdout: 'lint: 1 Azure ML files checked, 0 problems\n',
      stderr: `not checked: ${file}: jobs.moved: the type data_transfer is not known here: nothing but what its inputs are bound to\n`,
    });
  });

  it('is not submitted', async () => {
    await linted(jobs);
    await expect(readyJob(file, {})).rejects.toThrow(
      `  - job moved: what Azure ML takes for the type data_transfer is not known here; submit it with az ml job create --file ${file}`,
    );
  });
});

describe('a local file that is meant for a datastore', () => {
  it('is sound, but not submitted: it would be uploaded to another', async () => {
    const jobs = `  first:
    command: cat \${{inputs.a}}
    environment: azureml:e:1
    inputs: {a: {type: uri_file, path: ./make.yml, datastore: "azureml:ours"}}
`;
    expect(await linted(jobs)).toEqual({ problems: [], unchecked: [] });
    await expect(readyJob(file, {})).rejects.toThrow(
      'job first, input a: local files are not uploaded to the datastore azureml:ours from here',
    );
  });
});

describe('a command written out in the pipeline', () => {
  const command = (rest: string): string => `  first:\n    environment: azureml:e@latest\n${rest}`;

  it('may use its own inputs and outputs alone', async () => {
    const jobs = command(
      "    command: echo ${{inputs.a}} ${{inputs.b}} '${{outputs.o}}'\n    inputs: {a: 1}\n",
    );
    expect((await linted(jobs)).problems).toEqual([
      'pipeline.yml: jobs.first.command: ${{inputs.b}}: there is no such input',
      'pipeline.yml: jobs.first.command: ${{outputs.o}}: there is no such output',
    ]);
  });

  it('has outputs of the type that it says, or that of what they are bound to', async () => {
    const jobs = `${command('    command: echo\n    outputs: {o: {type: uri_file}, p: }\n')}  second:
    environment: azureml:e:1
    command: cat \${{inputs.o}} \${{inputs.p}}
    inputs: {o: "\${{parent.jobs.first.outputs.o}}", p: "\${{parent.jobs.first.outputs.p}}"}
  third: {component: ./make.yml, inputs: {source: "\${{parent.jobs.first.outputs.p}}"}}
`;
    expect((await linted(jobs)).problems).toEqual([
      'pipeline.yml: job third, input source: is a string, but is bound to a uri_folder',
    ]);
  });

  it.each([
    ['comment: x', 'unknown key `comment`'],
    ['coment: x', 'unknown key `coment`'],
    ['inputs: {a: {path: ./make.yml, mode: rw_mount}}', 'inputs.a'],
    ['inputs: {a: {type: uri_file, path: ./make.yml, mode: eval_mount}}', 'inputs.a'],
    ['services: {lab: {type: jupyter_lab, nodes: "0"}}', 'services.lab'],
    ['queue_settings: {job_tier: cheap}', 'queue_settings.job_tier'],
    ['identity: {type: managed, msi_resource_id: x}', 'identity: unknown key `msi_resource_id`'],
    ['distribution: {type: horovod}', 'distribution.type'],
    ['inputs: {a: {type: uri_file, path: ./make.yml, path_on_compute: "file:./x"}}', 'inputs.a'],
    ['code: ./nowhere', 'code: nowhere does not exist'],
    [
      'code: git+https://token@example.org/t.git',
      'code: none is taken from a Git repository; clone it and name the folder',
    ],
    // azure-ai-ml reads a text as Python's int() does, and says "Not a valid integer." of these.
    ...['two', '2.0', '0x10', ''].map((text) => [
      `resources: {instance_count: "${text}"}`,
      'resources.instance_count: must be a whole number, or a binding',
    ]),
    ['limits: {timeout: soon}', 'limits.timeout: must be a whole number, or a binding'],
    ['limits: {timeout: true}', 'limits.timeout: must be a whole number, or a binding'],
    ['resources: {instance_count: "0"}', 'resources.instance_count: Too small'],
    ['services: {lab: {type: ssh, port: high}}', 'services.lab.port: must be a whole number'],
    ['services: {lab: {type: SSH, log_dir: x}}', 'services.lab.log_dir: is of the type tensor_board alone'],
    ['environment_variables: {AZUREML_RUN: "1"}', 'environment_variables.AZUREML_RUN'],
  ])('is refused with %s', async (key, problem) => {
    const { problems } = await linted(command(`    command: echo\n    ${key}\n`));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    'queue_settings: {job_tier: Spot, priority: LOW}',
    'identity: {type: UserIdentity}',
    'distribution: {type: PyTorch, process_count_per_instance: 2}',
    'inputs: {a: {type: mltable, path: "azureml:t:1", mode: eval_download}}',
    'inputs: {a: {value: 3}}',
    'resources: {instance_count: 2, docker_args: [a], locations: [westeurope], properties: {a: {b: 1}}}',
    'environment_variables: {A: 1, B: true, C: null}',
    'resources: {instance_count: " 2 "}',
    'limits: {timeout: "${{parent.inputs.seconds}}"}',
    'services: {lab: {type: SSH, ssh_public_keys: k}, board: {type: Tensor_Board, log_dir: x}}',
    'outputs: {o: {type: mlflow_model, mode: upload, name: best, version: 3}}',
  ])('may have %s', async (key) => {
    expect(await linted(command(`    command: echo\n    ${key}\n`))).toEqual({ problems: [], unchecked: [] });
  });
});
