// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkspaceClient } from '../../../src/azureml/arm/client.ts';
import { prepareJob } from '../../../src/azureml/arm/submit.ts';
import type { ArmRequest } from '../../../src/azureml/request-bodies/asset-body.ts';
import { jobRequest, readyJob } from '../../../src/azureml/request-bodies/requests.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { readJson } from '../../support/cli.ts';

/** Components as azure-ai-ml registers them. */
const recorded = readJson<Record<string, ArmRequest[]>>(
  import.meta.dirname,
  '../../goldens/azure-bodies.json',
);
const [make, use] = ['make.yml', 'use.yml'].map((file) => recorded[file][0]);

let folder: string;
let arm: ArmServer;
let client: WorkspaceClient;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swinprep-test-'));
  arm = await armServerHere();
  for (const { path: place, body } of [make, use]) arm.resources.set(place, body);
  arm.resources.set('/environments/tool/versions/3', { properties: { image: 'tool:3' } });
  client = new WorkspaceClient(
    { subscriptionId: 's-1', resourceGroup: 'rg', workspaceName: 'ws' },
    {
      getToken: async (scope) => ({
        token: `token for ${String(scope).replace('/.default', '')}`,
        expiresOnTimestamp: Date.now() + 3.6e6,
      }),
    },
    arm.env.AZURE_RESOURCE_MANAGER_ENDPOINT!,
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function ready(jobs: string) {
  const file = path.join(folder, 'pipeline.yml');
  await writeFile(file, `type: pipeline\nsettings: {default_compute: serverless}\njobs:\n${jobs}`);
  return readyJob(file, {});
}

describe('what a pipeline names of its workspace', () => {
  it('is looked up where it is named by a label, and sent by its version', async () => {
    const job = await ready(`  first: {component: "azureml:make_things@latest", inputs: {source: x}}
  second: {component: "azureml:use_things:0.2.0", inputs: {things: "\${{parent.jobs.first.outputs.made}}"}}
  third: {command: echo, environment: "azureml:tool@latest"}
`);
    const uploads = await prepareJob(client, job);
    expect(uploads.assets).toEqual(
      new Map([
        ['azureml:make_things@latest', `${arm.workspace}${make.path}`],
        ['azureml:tool@latest', `${arm.workspace}/environments/tool/versions/3`],
      ]),
    );
    const { body } = jobRequest(job, 'j', client.workspace, uploads);
    const { jobs } = (body as { properties: { jobs: Record<string, object> } }).properties;
    expect(jobs.first).toMatchObject({
      componentId: `${arm.workspace}${make.path}`,
      _source: 'REMOTE.WORKSPACE.COMPONENT',
    });
  });

  it.each([
    ['source: x, cuont: 3', 'input cuont: azureml:make_things@latest has no such input; it has source'],
    ['count: 3', 'input source: is missing; azureml:make_things@latest requires it'],
    ['source: x, count: 10', 'input count: 10 is above the maximum 9'],
    ['source: x, size: huge', 'input size: `huge` is not one of small, large'],
    [
      'source: {type: uri_folder, path: "azureml:d:1"}',
      'input source: is a string, but is bound to a uri_folder',
    ],
  ])('is held against its component before anything is sent: %s', async (inputs, problem) => {
    const job = await ready(`  first: {component: "azureml:make_things@latest", inputs: {${inputs}}}\n`);
    await expect(prepareJob(client, job)).rejects.toThrow(`  - job first, ${problem}`);
  });

  it('is bound by the types of its outputs', async () => {
    const job = await ready(`  first: {component: "azureml:make_things:0.2.0", inputs: {source: x}}
  second: {component: "azureml:make_things:0.2.0", inputs: {source: x, notes: "\${{parent.jobs.first.outputs.made}}"}}
`);
    await expect(prepareJob(client, job)).rejects.toThrow(
      'job second, input notes: is a uri_file, but is bound to a uri_folder',
    );
  });

  it('is refused where it is not there', async () => {
    const job = await ready('  first: {component: "azureml:make_things:9"}\n');
    await expect(prepareJob(client, job)).rejects.toThrow('the component make_things has no version 9');
  });
});
