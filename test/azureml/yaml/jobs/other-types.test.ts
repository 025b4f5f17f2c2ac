// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/azureml/yaml/lint.ts';
import { temporaryFolder } from '../../../support/cli.ts';

const AZUREML = path.join(import.meta.dirname, '../..');
const VARIANTS = path.join(AZUREML, 'variants');

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  cpSync(path.join(AZUREML, 'arm/files'), path.join(folder, 'arm/files'), { recursive: true });
  cpSync(VARIANTS, path.join(folder, 'variants'), { recursive: true });
});

/** Problems of a file of the variants in which something was replaced, without the folder's name. */
async function problemsOf(name: string, from: string, to: string): Promise<string[]> {
  const text = readFileSync(path.join(VARIANTS, name), 'utf8');
  expect(text).toContain(from);
  const file = path.join(folder, 'variants', name);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
  const { problems } = await lintFiles([file]);
  writeFileSync(file, text);
  return problems.map((problem) => problem.replaceAll(`${folder}/variants/`, ''));
}

describe('components of other types than command', () => {
  it('are checked by themselves', async () => {
    const files = ['each.yml', 'spread.yml', 'part.yml'].map((name) => path.join(VARIANTS, name));
    const kinds = ['parallel component', 'Spark component', 'pipeline component'];
    expect(await lintFiles(files)).toEqual({
      checked: files.map((file, at) => ({ file, kind: kinds[at] })),
      problems: [],
      unchecked: [],
    });
  });

  it.each<[string, string, string, string]>([
    [
      'each.yml',
      'input_data: ${{inputs.things}}',
      'input_data: ${{inputs.thing}}',
      'input_data: ${{inputs.thing}}: there is no such input',
    ],
    ['each.yml', 'code: ./code', 'code: ./coed', 'task.code: coed does not exist'],
    [
      'each.yml',
      'mini_batch_size: "10"',
      'mini_batch_size: 10 mb',
      'mini_batch_size: must be a number of files, such as 10, or a size, such as 10mb',
    ],
    [
      'spread.yml',
      '--title ${{inputs.title}}',
      '--title ${{inputs.titel}}',
      'args: ${{inputs.titel}}: there is no such input',
    ],
    ['spread.yml', 'entry: {file: run.py}', 'entry: {file: rnu.py}', 'entry: code/rnu.py does not exist'],
    ['spread.yml', 'py_files: [lib.zip]', 'py_files: [lib.zip, lib.zip]', 'py_files: names a file twice'],
    [
      'part.yml',
      'parent.jobs.made.outputs.made',
      'parent.jobs.made.outputs.maed',
      'job used, input things: job made has no output maed; it has made',
    ],
    [
      'part.yml',
      'component: ../arm/files/use.yml\n    compute: azureml:small',
      'type: pipeline\n    component: ./part.yml',
      'jobs.used.component: part.yml holds itself',
    ],
  ])('%s: not with `%s` as `%s`', async (name, from, to, problem) => {
    expect(await problemsOf(name, from, to)).toEqual([`${name}: ${problem}`]);
  });
});

describe('a trial whose inputs stand in its command without quotes', () => {
  it.each([
    ['sweep.yml', 'jobs.tuned: trial.yml: '],
    ['sweep-inline.yml', 'jobs.tuned: trial.'],
  ])('is said to be unchecked: %s', async (name, at) => {
    const file = path.join(folder, 'variants', name);
    const trial = path.join(folder, 'variants', name === 'sweep.yml' ? 'trial.yml' : name);
    const text = readFileSync(trial, 'utf8');
    expect(text).toContain("'${{inputs.things}}'");
    writeFileSync(trial, text.replace("'${{inputs.things}}'", '${{inputs.things}}'));
    const { problems, unchecked } = await lintFiles([file]);
    writeFileSync(trial, text);
    expect({
      problems,
      unchecked: unchecked.map((line) => line.replaceAll(`${folder}/variants/`, '')),
    }).toEqual({
      problems: [],
      unchecked: [
        `${name}: ${at}command: whether the values of \${{inputs.things}} hold blanks or signs of the shell; between single quotes any may stand`,
      ],
    });
  });
});

describe('jobs of other types than command', () => {
  it.each<[string, string, string, string]>([
    [
      'sweep.yml',
      'rate: {type: uniform',
      'raet: {type: uniform',
      'jobs.tuned.search_space.raet: trial.yml has no such input to put a value into',
    ],
    [
      'sweep.yml',
      'goal: minimize',
      'goal: smallest',
      'jobs.tuned.objective.goal: Invalid option: expected one of "minimize"|"maximize"',
    ],
    [
      'sweep.yml',
      'made.outputs.made',
      'made.outputs.maed',
      'job tuned, input things: job made has no output maed; it has made',
    ],
    [
      'sweep.yml',
      'tuned.outputs.model',
      'tuned.outputs.modle',
      'job used, input things: job tuned has no output modle; it has model',
    ],
    ['parallel.yml', 'entry_script', 'entry_scirpt', 'jobs.each.task: unknown key `entry_scirpt`'],
    [
      'parallel.yml',
      'program_arguments: --out ${{outputs.out}}',
      'program_arguments: --out ${{outputs.otu}}',
      'jobs.each.task.program_arguments: ${{outputs.otu}}: there is no such output',
    ],
    [
      'spark.yml',
      'standard_e4s_v3',
      'standard_e5s_v3',
      'jobs.counted.resources.instance_type: must be standard_e4s_v3, e8s, e16s, e32s or e64s',
    ],
    [
      'spark.yml',
      'mode: direct, path',
      'mode: upload, path',
      'jobs.counted.outputs.out: the mode of a Spark job is direct, not upload',
    ],
    [
      'automl.yml',
      'parent.inputs.table',
      'parent.inputs.tabel',
      'input training_data: the pipeline has no input tabel; it has table',
    ],
    ['automl.yml', 'max_trials', 'max_trails', 'jobs.fitted.limits: unknown key `max_trails`'],
    [
      'pipeline-component.yml',
      'part.outputs.made',
      'part.outputs.maed',
      'job used, input things: job part has no output maed; it has made',
    ],
  ])('%s: not with `%s` as `%s`', async (name, from, to, problem) => {
    const problems = await problemsOf(name, from, to);
    expect(problems.join('\n')).toContain(problem);
    expect(problems[0].startsWith(`${name}: `)).toBe(true);
  });
});
