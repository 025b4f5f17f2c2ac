import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../src/azureml/arm/api-version.ts';
import { WorkspaceClient } from '../../../src/azureml/arm/client.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { azuriteDatastore } from '../../support/azure/datastores.ts';
import { type CliResult, startCli, temporaryFolder } from '../../support/cli.ts';
import { commandHere } from '../../support/in-process.ts';

const files = path.join(import.meta.dirname, 'files');
const file = (name: string): string => path.join(files, name);
const pipelines = path.join(import.meta.dirname, '../../../pipelines');
const places = ['raw', 'clinical', 'interim', 'roi'].flatMap((name) => [
  '--set',
  `${name}=https://a.blob.core.windows.net/${name}`,
]);

let arm: ArmServer;
beforeEach(async () => {
  arm = await armServerHere();
});

const azure = (...args: string[]): Promise<CliResult> => commandHere(['azure', ...args], arm.env);

/** As a process of its own, which has no token yet. */
const azureProcess = (...args: string[]): Promise<CliResult> => startCli(['azure', ...args], arm.env).ended;

const sent = (method: string): string[] =>
  arm.seen.filter((request) => request.method === method).map((request) => request.path);

describe('swinprep azure register', () => {
  it('creates what is not there, and leaves alone what is the same', async () => {
    const args = ['register', file('environment.yml'), file('make.yml')];
    const first = await azureProcess(...args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toBe(
      'environments/tool/versions/0.2.0: created\ncomponents/make_things/versions/0.2.0: created\n',
    );
    expect(new Set(arm.seen.map(({ apiVersion }) => apiVersion))).toEqual(new Set([API_VERSION]));
    expect(arm.tokens).toEqual([{ resource: arm.env.AZURE_RESOURCE_MANAGER_ENDPOINT, secret: 'secret' }]);
    arm.seen.length = 0;
    const again = await azure(...args);
    expect(again.stdout).toBe(
      'environments/tool/versions/0.2.0: unchanged\ncomponents/make_things/versions/0.2.0: unchanged\n',
    );
    expect(sent('PUT')).toEqual([]);
  });

  it('names the fields in which a version that is there differs, and writes nothing', async () => {
    await azure('register', file('make.yml'));
    arm.seen.length = 0;
    const folder = temporaryFolder();
    const changed = readFileSync(file('make.yml'), 'utf8')
      .replace('max: 9', 'max: 10')
      .replace('Make things', 'Make');
    writeFileSync(path.join(folder, 'make.yml'), changed);
    const { code, stderr } = await azure('register', path.join(folder, 'make.yml'));
    expect(code).toBe(1);
    expect(stderr).toBe(
      'swinprep: components/make_things/versions/0.2.0 is registered already and differs; raise the version:\n' +
        '  - properties.componentSpec.display_name: "Make things" there, "Make" here\n' +
        '  - properties.componentSpec.inputs.count.max: "9" there, "10" here\n',
    );
    expect(sent('PUT')).toEqual([]);
  });

  it('asks for the image where the file has a placeholder', async () => {
    const { code, stderr } = await azure('register');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('give --image REGISTRY/NAME:TAG'),
    });
    expect(arm.seen).toEqual([]);
    const registered = await azure('register', '--image', 'r.azurecr.io/swinprep:0.1.0');
    expect(registered.stdout.trim().split('\n')).toHaveLength(5);
    expect(arm.resources.get('/environments/swinprep/versions/0.1.0')).toMatchObject({
      properties: { image: 'r.azurecr.io/swinprep:0.1.0' },
    });
  });
});

describe('what Azure Resource Manager answers', () => {
  it('is waited for as it asks, when it throttles or fails for a while', async () => {
    arm.faults.push(
      { matches: 'GET', status: 429, headers: { 'retry-after': '1' } },
      { matches: 'GET', status: 503, headers: { 'retry-after': '0' } },
      { matches: 'PUT', status: 500 },
    );
    const start = performance.now();
    expect(await azureProcess('data', file('data.yml'))).toMatchObject({
      code: 0,
      stdout: 'data/raw_things/versions/3: created\n',
    });
    expect(performance.now() - start).toBeGreaterThan(1000);
    expect(arm.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'PUT', 'PUT']);
  });

  it('is shown with code, message, target and details when it is an error', async () => {
    const error = {
      code: 'ValidationError',
      message: 'The request is not valid',
      target: 'properties.image',
      details: [{ code: 'ImageNotFound', message: 'no such image' }],
    };
    arm.faults.push({ matches: 'PUT', status: 400, body: { error } });
    expect(await azure('register', file('environment.yml'))).toMatchObject({
      code: 1,
      stderr:
        'swinprep: ValidationError: The request is not valid\n  - ImageNotFound: no such image (target: properties.image)\n',
    });
  });

  it('about the resource group is no missing asset', async () => {
    arm.faults.push({
      matches: 'GET',
      status: 404,
      body: { error: { code: 'ResourceGroupNotFound', message: 'no rg' } },
    });
    const { code, stderr } = await azure('register', file('environment.yml'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'swinprep: ResourceGroupNotFound: no rg\n' });
    expect(sent('PUT')).toEqual([]);
  });
});

describe('a job', () => {
  const smoke = path.join(pipelines, 'smoke.yml');

  it('is submitted with its components before it, and its name is printed', async () => {
    const { code, stdout } = await azure('submit', smoke, ...places, '--name', 'trial');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'trial\n' });
    const puts = sent('PUT');
    expect(puts.slice(0, -1).every((place) => place.startsWith('/components/azureml_anonymous/'))).toBe(true);
    expect(puts.at(-1)).toBe('/jobs/trial');
    const { properties } = arm.resources.get('/jobs/trial') as {
      properties: { inputs: object; jobs: object };
    };
    expect(properties.inputs).toMatchObject({
      raw: { jobInputType: 'literal', value: 'https://a.blob.core.windows.net/raw' },
    });
    expect(Object.keys(properties.jobs)).toEqual(['convert', 'split', 'pass1_stats', 'pass2_write']);
  });

  it('that is not ready sends nothing', async () => {
    const { code, stderr } = await azure('submit', smoke);
    expect(code).toBe(1);
    expect(stderr).toContain('input raw has not been set: --set raw=URI');
    expect(arm.seen).toEqual([]);
  });

  it('is followed through its states to the end, with its steps', async () => {
    arm.lives.push(['Starting', 'Running', 'Running', 'Completed']);
    const { code, stderr } = await azureProcess(
      'submit',
      smoke,
      ...places,
      '--name',
      'j',
      '--follow',
      '--poll',
      '0.01',
    );
    const changes = stderr
      .trim()
      .split('\n')
      .map((line) => line.slice(9));
    expect(changes).toEqual([
      'convert: Running',
      'split: NotStarted',
      'j: Starting',
      'j: Running',
      'j: Completed',
    ]);
    expect(code).toBe(0);
    expect(arm.tokens.map(({ resource }) => resource)).toContain('https://ml.azure.com');
  });

  it('that fails is submitted again as often as --retry-preempted allows', async () => {
    arm.lives.push(['Running', 'Failed'], ['Running', 'NotResponding'], ['Running', 'Completed']);
    const args = ['submit', smoke, ...places, '--name', 'j', '--retry-preempted', '2', '--poll', '0.01'];
    expect(await azure(...args)).toMatchObject({ code: 0, stdout: 'j\nj_retry1\nj_retry2\n' });
    arm.lives.push(['Failed'], ['Failed']);
    const failed = await azure(
      'submit',
      smoke,
      ...places,
      '--name',
      'k',
      '--retry-preempted',
      '1',
      '--poll',
      '0.01',
    );
    expect(failed).toMatchObject({ code: 1, stdout: 'k\nk_retry1\n' });
  });

  // As users have reported them: Azure/MachineLearningNotebooks 1242 and 1360.
  const PREEMPTED =
    'AzureMLCompute job failed.\nPreemptionError: Nodes of this job got pre-empted. Check if the run has failed or restarted.';
  // In the words of Azure's pages on Spot nodes; what a serverless job says nobody has written down.
  const EVICTED = 'The Spot node was evicted.';
  const OWN =
    'AzureMLCompute job failed.\nJobFailed: Submitted script failed with a non-zero exit code; see the driver log file for details.';
  const EXITED = "Execution failed. User process 'swinprep' exited with status code 2.";

  it.each([
    ['was preempted', { error: { code: 'UserError', message: PREEMPTED } }, ['j', 'j_retry1']],
    [
      'says so in its details',
      { error: { code: 'UserError', details: [{ message: PREEMPTED }] } },
      ['j', 'j_retry1'],
    ],
    ['says nothing', { error: null }, ['j', 'j_retry1']],
    ['failed in an unknown way', { error: { code: 'ServiceError', message: 'disk' } }, ['j', 'j_retry1']],
    ['was preempted and so exited', { error: { message: `${PREEMPTED}\n${EXITED}` } }, ['j', 'j_retry1']],
    ['was evicted and so exited', { error: { message: `${EVICTED}\n${EXITED}` } }, ['j', 'j_retry1']],
    ['exited', { error: { code: 'UserError', message: EXITED } }, ['j']],
    ['failed with an exit code', { error: { code: 'UserError', message: OWN } }, ['j']],
  ])('whose step %s is submitted again, or not', async (_, failure, submitted) => {
    arm.lives.push(['Running', 'Failed'], ['Running', 'Completed']);
    arm.failures.set('j', failure);
    const args = ['submit', smoke, ...places, '--name', 'j', '--retry-preempted', '3', '--poll', '0.01'];
    const { code, stdout, stderr } = await azure(...args);
    const again = submitted.length > 1;
    expect({ code, jobs: stdout.trim().split('\n') }).toEqual({ code: again ? 0 : 1, jobs: submitted });
    const closing = again
      ? 'j: Failed; submitted again, 1 of 3\n'
      : 'j: convert ended with an error of its own, no node was taken away; not submitted again\n';
    expect(stderr).toContain(closing);
  });

  it('whose failed step has many nodes is submitted again, for one of them may be lost', async () => {
    const folder = temporaryFolder();
    cpSync(path.join(pipelines, '..', 'components'), path.join(folder, 'components'), { recursive: true });
    cpSync(pipelines, path.join(folder, 'pipelines'), { recursive: true });
    const many = path.join(folder, 'pipelines/smoke.yml');
    // The first of the steps, which is the one that fails.
    writeFileSync(many, readFileSync(smoke, 'utf8').replace('instance_count: 1', 'instance_count: 2'));
    arm.lives.push(['Failed'], ['Completed']);
    arm.failures.set('j', { error: { code: 'UserError', message: EXITED } });
    const args = ['submit', many, ...places, '--name', 'j', '--retry-preempted', '3', '--poll', '0.01'];
    expect(await azure(...args)).toMatchObject({ code: 0, stdout: 'j\nj_retry1\n' });
  });

  it('has a status, logs, and can be cancelled', async () => {
    arm.lives.push(['Running']);
    await azure('submit', smoke, ...places, '--name', 'j');
    expect(await azureProcess('status', 'j')).toMatchObject({
      code: 0,
      stdout: 'j: Running\n  convert: Running\n  split: NotStarted\nhttps://ml.azure.com/runs/1\n',
    });
    expect((await azureProcess('logs', 'j', '--step', 'convert')).stdout).toBe(
      '--- convert: user_logs/std_log.txt\nlog of j-1\n',
    );
    expect(await azure('logs', 'j', '--step', 'nope')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no step nope'),
    });
    expect(await azureProcess('cancel', 'j')).toMatchObject({ code: 0, stdout: 'j: CancelRequested\n' });
    expect(await azure('status', 'j')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('j: Canceled'),
    });
    expect(await azure('status', 'none')).toMatchObject({
      code: 1,
      stderr: 'swinprep: there is no job none in the workspace ws\n',
    });
  });
});

describe('local files of a pipeline', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());
  beforeEach(() => {
    arm.resources.set('/datastores/workspaceblobstore', azuriteDatastore(azurite.url, 'azureml'));
  });

  it('are uploaded to the default datastore, by their content, once', async () => {
    const preprocess = path.join(pipelines, 'preprocess.yml');
    const submit = () => azure('submit', preprocess, ...places, '--no-content', '--name', 'j');
    expect(await submit()).toMatchObject({ code: 0, stderr: '' });
    const { properties } = arm.resources.get('/jobs/j') as unknown as {
      properties: { inputs: Record<string, { uri: string }> };
    };
    expect(properties.inputs.content).toEqual({ jobInputType: 'literal', value: 'unknown' });
    expect(properties.inputs.config).toEqual({
      jobInputType: 'uri_file',
      uri: expect.stringMatching(
        /^azureml:\/\/datastores\/workspaceblobstore\/paths\/LocalUpload\/[0-9a-f]{64}\/config\.yml$/,
      ),
    });
    expect(await submit()).toMatchObject({ code: 0 });
  });
});

describe('a schedule', () => {
  const folder = temporaryFolder();
  cpSync(files, folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'pipeline.yml'),
    readFileSync(file('pipeline.yml'), 'utf8').replace('path: ./notes.txt', 'path: azureml:notes:1'),
  );
  const weekly = path.join(folder, 'weekly.yml');

  it('is waited for until Azure has made it', async () => {
    const going = { matches: '/operations/', status: 200, headers: { 'retry-after': '0' } };
    arm.faults.push(...[1, 2].map(() => ({ ...going, body: { status: 'InProgress' } })));
    arm.operations.push({ status: 'Succeeded' });
    expect(await azureProcess('schedule', weekly)).toMatchObject({
      code: 0,
      stdout: 'schedules/things_weekly: created or replaced\n',
    });
    expect([arm.faults, arm.operations]).toEqual([[], []]);
  });

  it('is looked at every five seconds where Azure does not say when', async () => {
    const waits: number[] = [];
    const endpoint = arm.env.AZURE_RESOURCE_MANAGER_ENDPOINT!;
    const client = new WorkspaceClient(
      { subscriptionId: 's-1', resourceGroup: 'rg', workspaceName: 'ws' },
      { getToken: async () => ({ token: `token for ${endpoint}`, expiresOnTimestamp: Date.now() + 3.6e6 }) },
      endpoint,
      async (milliseconds) => waits.push(milliseconds),
    );
    arm.operations.push({ status: 'InProgress' }, { status: 'InProgress' }, { status: 'Succeeded' });
    await client.put({ path: '/schedules/things_weekly', body: {} });
    // Of the answer to the request itself it says so.
    expect(waits).toEqual([0, 5000, 5000]);
    expect(arm.operations).toEqual([]);
  });

  it('that Azure cannot make is an error with its reason', async () => {
    arm.operations.push({
      status: 'Failed',
      error: { code: 'InvalidTrigger', message: 'no such time zone' },
    });
    expect(await azure('schedule', weekly)).toMatchObject({
      code: 1,
      stderr: 'swinprep: InvalidTrigger: no such time zone\n',
    });
  });
});
