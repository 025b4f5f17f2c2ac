import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runPipeline } from '../../../src/azureml/local/local-run.ts';
import { planPipeline } from '../../../src/azureml/local/plan.ts';
import { loadComponent } from '../../../src/azureml/yaml/component.ts';
import { loadPipeline } from '../../../src/azureml/yaml/pipeline.ts';
import { UsageError } from '../../../src/errors.ts';
import { decodePrevious } from '../../../src/steps/split/pinned-sides.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const pipelineFile = path.join(root, 'pipelines/preprocess.yml');
const steps = readdirSync(path.join(root, 'components'));
const places = { raw: 'RAW', clinical: 'clinical.csv', interim: 'INTERIM', roi: 'https://host/roi?a=1&b=2' };

describe.each(steps)('components/%s/component.yml', (step) => {
  const file = path.join(root, 'components', step, 'component.yml');

  it('says what everything is for, in the order of the official examples', async () => {
    const { name, inputs, outputs } = await loadComponent(file);
    expect(name).toBe(`swinprep_${step.replaceAll('-', '_')}`);
    for (const { description } of [...Object.values(inputs), ...Object.values(outputs)]) {
      expect(description).toMatch(/\w+.*\.$/);
    }
    expect(Object.keys(parse(await readFile(file, 'utf8')))).toEqual([
      '$schema',
      'name',
      'display_name',
      'version',
      'type',
      'description',
      'is_deterministic',
      'inputs',
      'outputs',
      'environment',
      'resources',
      'distribution',
      'command',
    ]);
  });

  it('has the version of the package, and so has its image', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    expect(await loadComponent(file)).toMatchObject({ version, environment: `azureml:swinprep:${version}` });
  });

  it('names each option after its input or output', async () => {
    const { command, inputs, outputs } = await loadComponent(file);
    const options = [...command.matchAll(/--([a-z-]+) '?\$\{\{(?:inputs|outputs)\.(\w+)\}\}/g)];
    expect(command).toMatch(new RegExp(`^swinprep ${step} `));
    for (const [, option, port] of options) expect(option).toBe(port.replaceAll('_', '-'));
    expect(options.map(([, , port]) => port)).toEqual([...Object.keys(inputs), ...Object.keys(outputs)]);
  });

  it('runs one process on each node, on one node unless a pipeline says more', async () => {
    expect(await loadComponent(file)).toMatchObject({
      resources: { instance_count: 1 },
      distribution: { type: 'pytorch', process_count_per_instance: 1 },
    });
  });

  it('is never reused, since the content under its URLs may change', async () => {
    expect((await loadComponent(file)).is_deterministic).toBe(false);
  });
});

describe('pipelines/preprocess.yml', () => {
  it('chains all the components and stops at the first failure', async () => {
    const { jobs, settings } = await loadPipeline(pipelineFile);
    expect(Object.values(jobs).map(({ ports }) => path.basename(path.dirname(ports!.file)))).toEqual([
      'convert',
      'split',
      'pass1-stats',
      'pass2-write',
    ]);
    expect(settings).toEqual({ default_compute: 'azureml:cpu-cluster', continue_on_step_failure: false });
  });

  it('asks for the places that only the user knows', async () => {
    const planning = planPipeline(pipelineFile, { artifactsDir: 'out' });
    await expect(planning).rejects.toThrow(UsageError);
    const { message } = (await planning.catch((error: unknown) => error)) as UsageError;
    expect(message.split('\n').slice(1)).toEqual(
      ['raw', 'clinical', 'interim', 'roi'].map(
        (name) => `  - input ${name} has not been set: --set ${name}=URI`,
      ),
    );
  });

  it('runs the four verbs with every place where it belongs', async () => {
    const { jobs } = await planPipeline(pipelineFile, { set: places, artifactsDir: '/a' });
    expect(jobs.map(({ command }) => command.replace(/ {2,}/g, ' '))).toEqual([
      `swinprep convert --raw 'RAW' --interim 'INTERIM' --content 'unknown' --preset 'lung1' --config '${root}/pipelines/config.yml' --patch 'preset' --review 'none' --limit 0 --prune False --workers 0 --memory-limit 'auto' --profile False --cases '/a/convert/cases'`,
      `swinprep split --cases '/a/convert/cases' --clinical 'clinical.csv' --previous '${root}/pipelines/no-previous-split.json' --state 'none' --profile False --split '/a/split/split'`,
      "swinprep pass1-stats --cases '/a/convert/cases' --split '/a/split/split' --interim 'INTERIM' --freeze-stats 'none' --state 'none' --workers 0 --memory-limit 'auto' --profile False --stats '/a/pass1_stats/stats'",
      "swinprep pass2-write --cases '/a/convert/cases' --split '/a/split/split' --stats '/a/pass1_stats/stats' --interim 'INTERIM' --roi 'https://host/roi?a=1&b=2' --prune False --workers 0 --memory-limit 'auto' --profile False --manifest '/a/pass2_write/manifest'",
    ]);
    expect(jobs.map(({ dependsOn }) => dependsOn.length)).toEqual([0, 1, 2, 3]);
  });

  it('runs here as it stands', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'swinprep-test-'));
    const cli = path.join(folder, 'cli.mjs');
    const calls = path.join(folder, 'calls');
    await writeFile(
      cli,
      "import fs from 'node:fs';\nfs.appendFileSync(process.env.CALLS, process.argv[2] + '\\n');\n",
    );
    const plan = await planPipeline(pipelineFile, {
      set: places,
      artifactsDir: path.join(folder, 'artifacts'),
    });
    const { state } = await runPipeline(plan, { cli, env: { ...process.env, CALLS: calls } });
    const called = await readFile(calls, 'utf8');
    await rm(folder, { recursive: true });
    expect(state).toBe('Completed');
    expect(called.trim().split('\n')).toEqual(['convert', 'split', 'pass1-stats', 'pass2-write']);
  });

  it('comes with a configuration that changes nothing', async () => {
    expect(parse(await readFile(path.join(root, 'pipelines/config.yml'), 'utf8'))).toEqual({});
  });

  it('comes with an earlier split that pins nobody', async () => {
    const file = path.join(root, 'pipelines/no-previous-split.json');
    expect(decodePrevious(file, await readFile(file)).pins.size).toBe(0);
  });
});

describe('pipelines/preprocess-spot.yml', () => {
  const read = (name: string): Promise<string> => readFile(path.join(root, 'pipelines', name), 'utf8');
  /** All that a job on serverless Spot has and one on a cluster has not. */
  const SPOT = `    queue_settings:
      job_tier: spot
    resources:
      instance_type: Standard_D4ds_v4
      instance_count: 1
    # The user-assigned identity of the workspace. \`user_identity\`: that of whoever submits.
    identity:
      type: managed
`;

  it('is pipelines/preprocess.yml to the letter, but for compute, tier, size and identity', async () => {
    const spot = await read('preprocess-spot.yml');
    const compute = /^ {2}# No cluster: (?:.*\n {2}# )*.*\n {2}default_compute: azureml:serverless$/m;
    expect(spot).toMatch(compute);
    expect(spot.split(SPOT)).toHaveLength(1 + steps.length);
    const without = spot
      .replace(compute, '  default_compute: azureml:cpu-cluster')
      .replaceAll(SPOT, '')
      .replace('display_name: swinprep preprocess, serverless Spot', 'display_name: swinprep preprocess')
      .replaceAll('pipelines/preprocess-spot.yml', 'pipelines/preprocess.yml');
    expect(without).toBe(await read('preprocess.yml'));
  });

  it('runs here what pipelines/preprocess.yml runs', async () => {
    const spot = path.join(root, 'pipelines/preprocess-spot.yml');
    const [cluster, serverless] = await Promise.all(
      [pipelineFile, spot].map((file) => planPipeline(file, { set: places, artifactsDir: '/a' })),
    );
    expect(serverless.jobs).toEqual(cluster.jobs);
  });

  it('asks for nodes of the size that the template gives the cluster', async () => {
    const template = JSON.parse(await readFile(path.join(root, 'infra/azuredeploy.json'), 'utf8'));
    expect(template.parameters.vmSize.defaultValue).toBe(/instance_type: (\S+)/.exec(SPOT)![1]);
  });
});
