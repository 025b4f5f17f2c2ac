import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentFingerprint } from '../../../../src/azureml/arm/content-fingerprint.ts';
import { openStore } from '../../../../src/storage/open.ts';
import { type ArmServer, armServerHere } from '../../../support/azure/arm-server.ts';
import { dataVersion } from '../../../support/azure/assets.ts';
import { type Azurite, startAzurite } from '../../../support/azure/azurite.ts';
import { azuriteDatastore } from '../../../support/azure/datastores.ts';
import { type CliResult, temporaryFolder } from '../../../support/cli.ts';
import { commandHere } from '../../../support/in-process.ts';

const PIPELINES = path.join(import.meta.dirname, '../../../../pipelines');

let arm: ArmServer;
let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
  const store = await openStore(`${azurite.url}/cohort`);
  await store.write('raw/P1/1.dcm', new Uint8Array(10));
  await store.write('more/P1/1.dcm', new Uint8Array(20));
  await store.write('clinical.csv', new Uint8Array(5));
});
afterAll(() => azurite.close());
beforeEach(async () => {
  arm = await armServerHere();
  const cohort = 'azureml://datastores/cohort/paths';
  arm.resources.set('/datastores/workspaceblobstore', azuriteDatastore(azurite.url, 'azureml'));
  arm.resources.set('/datastores/cohort', azuriteDatastore(azurite.url, 'cohort'));
  arm.resources.set('/data/raw/versions/2', dataVersion('uri_folder', `${cohort}/raw`));
  arm.resources.set('/data/raw/versions/10', dataVersion('uri_folder', `${cohort}/more`));
  arm.resources.set('/data/clinical/versions/7', dataVersion('uri_file', `${cohort}/clinical.csv`));
  arm.resources.set('/data/settings/versions/1', dataVersion('uri_file', `${cohort}/config.yml`));
});

/** The default pipeline with `config` an asset; values of its places. */
function pipelineWith(config: string): string {
  const file = path.join(temporaryFolder(), 'preprocess.yml');
  const text = readFileSync(path.join(PIPELINES, 'preprocess.yml'), 'utf8');
  const here = text
    .replaceAll('../components/', `${path.join(PIPELINES, '../components')}/`)
    .replace('./no-previous-split.json', path.join(PIPELINES, 'no-previous-split.json'))
    .replace('path: ./config.yml', `path: ${config}`);
  writeFileSync(file, here);
  return file;
}

const submit = (file: string, raw: string, clinical: string, ...more: string[]): Promise<CliResult> =>
  commandHere(
    [
      ...['azure', 'submit', file, '--name', 'j', '--set', `raw=${raw}`, '--set', `clinical=${clinical}`],
      ...['--set', `interim=${azurite.url}/interim`, '--set', `roi=${azurite.url}/roi`, ...more],
    ],
    arm.env,
  );

type Inputs = Record<string, { jobInputType: string; value?: string; uri?: string }>;
const inputsOf = (job: string): Inputs =>
  (arm.resources.get(job) as { properties: { inputs: Inputs } }).properties.inputs;

describe('a job', () => {
  it('gets the version that latest is at its submission, in texts and in files, and its content', async () => {
    const run = await submit(
      pipelineWith('azureml:settings@latest'),
      'azureml:raw@latest',
      'azureml:clinical:7',
    );
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const content = await contentFingerprint(
      `${azurite.url}/cohort/more`,
      `${azurite.url}/cohort/clinical.csv`,
    );
    expect(inputsOf('/jobs/j')).toMatchObject({
      raw: { jobInputType: 'literal', value: 'azureml:raw:10' },
      clinical: { jobInputType: 'literal', value: 'azureml:clinical:7' },
      // As azure-ai-ml resolves it.
      config: { jobInputType: 'uri_file', uri: `${arm.workspace}/data/settings/versions/1` },
      content: { value: content },
    });
  });

  it('keeps a text that names no asset, and says so, for a component may mean it otherwise', async () => {
    const run = await submit(pipelineWith('azureml:settings:1'), 'azureml:gone@latest', 'azureml:clinical:7');
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(
      'input raw stays azureml:gone@latest: the data asset gone has no version in the workspace ws, or is not there;',
    );
    expect(inputsOf('/jobs/j')).toMatchObject({
      raw: { value: 'azureml:gone@latest' },
      content: { value: 'unknown' },
    });
  });

  it.each([
    ['azureml:gone@latest', 'input config: azureml:gone@latest: the data asset gone has no version'],
    [
      'azureml:raw@latest',
      'input config: azureml:raw@latest: the data asset azureml:raw:10 is a uri_folder, and a uri_file is wanted',
    ],
  ])('is not sent with a file that is %s', async (config, message) => {
    const { code, stderr } = await submit(pipelineWith(config), `${azurite.url}/cohort/raw`, 'c.csv');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(arm.seen.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

describe('a schedule', () => {
  it('leaves it to each of its runs what the latest of a text is', async () => {
    const pipeline = pipelineWith('azureml:settings@latest');
    const file = path.join(path.dirname(pipeline), 'nightly.yml');
    const schedule = readFileSync(path.join(PIPELINES, 'rerun-nightly.yml'), 'utf8');
    writeFileSync(file, schedule);
    const places = { raw: 'azureml:raw@latest', clinical: 'azureml:clinical@latest' };
    const others = {
      interim: `${azurite.url}/interim`,
      roi: `${azurite.url}/roi`,
      state: `${azurite.url}/state`,
    };
    const set = Object.entries({ ...places, ...others }).flatMap(([name, value]) => [
      '--set',
      `${name}=${value}`,
    ]);
    const run = await commandHere(['azure', 'schedule', file, ...set], arm.env);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const [name] = [...arm.resources.keys()].filter((key) => key.startsWith('/schedules/'));
    const { properties } = arm.resources.get(name) as {
      properties: { action: { jobDefinition: { inputs: Inputs } } };
    };
    expect(properties.action.jobDefinition.inputs).toMatchObject({
      raw: { value: 'azureml:raw@latest' },
      clinical: { value: 'azureml:clinical@latest' },
      config: { uri: `${arm.workspace}/data/settings/versions/1` },
    });
  });
});
