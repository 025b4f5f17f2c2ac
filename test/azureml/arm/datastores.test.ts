import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writePhantom } from '../../../src/demo/write-phantom.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { azuriteDatastore, DATASTORES } from '../../support/azure/datastores.ts';
import { type CliResult, hashesOf, startCli, temporaryFolder } from '../../support/cli.ts';
import { storeHashes } from '../../support/gather.ts';
import { commandHere } from '../../support/in-process.ts';

const PATIENTS = 2;
/** Coarse and small: what is read and written counts here, not how well. */
const CONFIG = 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\noutput: {auditVolumes: false}\n';

let arm: ArmServer;
beforeEach(async () => {
  arm = await armServerHere();
});

/** The environment of a job of Azure ML, which knows the workspace. */
function jobEnv(): NodeJS.ProcessEnv {
  const { AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, AZURE_ML_WORKSPACE, ...server } = arm.env;
  return {
    ...server,
    AZUREML_ARM_SUBSCRIPTION: AZURE_SUBSCRIPTION_ID,
    AZUREML_ARM_RESOURCEGROUP: AZURE_RESOURCE_GROUP,
    AZUREML_ARM_WORKSPACE_NAME: AZURE_ML_WORKSPACE,
  };
}

/** Runs the command line as inside a job, unless `env` says otherwise. */
const inJob = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
  commandHere(args, { ...jobEnv(), ...env });

/** As a process of its own, which has no token yet. */
const inJobProcess = (args: readonly string[]): Promise<CliResult> => startCli(args, jobEnv()).ended;

/** Requests to Azure Resource Manager, each with how often it came. */
function asked(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path: place } of arm.seen) {
    counts[`${method} ${place}`] = (counts[`${method} ${place}`] ?? 0) + 1;
  }
  return counts;
}

describe('a run over datastores', () => {
  let azurite: Azurite;
  let cohort: string;
  let byUrl: { volumes: Record<string, string>; artifacts: Record<string, string> };
  const artifacts = temporaryFolder();

  const options = (base: string, out: string, artifactsDir: string): string[] => [
    ...['--raw', `${base}/raw`, '--clinical', `${base}/clinical.csv`, '--config', `${base}/my config.yml`],
    ...['--out', out, '--artifacts', artifactsDir],
  ];

  beforeAll(async () => {
    azurite = await startAzurite();
    cohort = `${azurite.url}/cohort`;
    await writePhantom(`${cohort}/2027`, { patients: PATIENTS, gridSize: 64 });
    await (await openStore(`${cohort}/2027`)).write('my config.yml', new TextEncoder().encode(CONFIG));
    const base = `${cohort}/2027`;
    const run = await commandHere([
      'preprocess',
      ...options(base, `${cohort}/by-url`, artifacts).map((text) => text.replace('my config', 'my%20config')),
    ]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    byUrl = {
      volumes: await storeHashes(await openStore(`${cohort}/by-url`)),
      artifacts: hashesOf(artifacts),
    };
  });
  afterAll(() => azurite.close());
  beforeEach(() => {
    arm.resources.set('/datastores/cohort', azuriteDatastore(azurite.url, 'cohort'));
    arm.resources.set('/datastores/results', azuriteDatastore(azurite.url, 'results'));
  });

  it('makes the same bytes as over their URLs, with one request for each datastore', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await inJobProcess([
      'preprocess',
      ...options('azureml://datastores/cohort/paths/2027', 'azureml://datastores/results/paths/', folder),
    ]);
    expect({ code, stderr }, stderr).toMatchObject({ code: 0 });
    expect(asked()).toEqual({ 'GET /datastores/cohort': 1, 'GET /datastores/results': 1 });
    expect(await storeHashes(await openStore(`${azurite.url}/results`))).toEqual(byUrl.volumes);
    const artifactsNow = hashesOf(folder);
    const without = (hashes: Record<string, string>) =>
      Object.fromEntries(Object.entries(hashes).filter(([name]) => !name.startsWith('inputs/')));
    expect(without(artifactsNow)).toEqual(without(byUrl.artifacts));
    expect(Object.keys(byUrl.volumes).length).toBeGreaterThan(8 * PATIENTS);
    expect(stdout).toContain(`${azurite.url}/results/roi`);
  });

  it('finds done what was done by URL', async () => {
    const before = await storeHashes(await openStore(`${cohort}/by-url`));
    const base = `azureml:/${arm.workspace.replace('resourceGroups', 'resourcegroups')}/datastores/cohort/paths`;
    const { code, stdout } = await inJob([
      'preprocess',
      ...options(`${base}/2027`, `${base}/by-url`, temporaryFolder()),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing has changed since the last run');
    expect(stdout).toContain(`pass2-write: ${PATIENTS} ok, 0 excluded, ${PATIENTS} done before`);
    expect(await storeHashes(await openStore(`${cohort}/by-url`))).toEqual(before);
  });

  it('takes them as inputs of a pipeline file, files and texts', async () => {
    const folder = temporaryFolder();
    const place = 'azureml://datastores/cohort/paths';
    const run = await inJob([
      ...['run', path.join(import.meta.dirname, '../../../pipelines/preprocess.yml'), '--artifacts', folder],
      ...['--set', `raw=${place}/2027/raw`, '--set', `clinical=${place}/2027/clinical.csv`],
      ...['--set', `interim=${place}/by-url/interim`, '--set', `roi=${place}/by-url/roi`],
      ...['--set', `config=${place}/2027/my config.yml`],
    ]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('nothing has changed since the last run');
    expect(asked()).toEqual({ 'GET /datastores/cohort': 1 });
  });

  it('asks once for all rows of a table of pairs', async () => {
    const rows = Array.from(
      { length: 6 },
      (_, i) => `P${i},azureml://datastores/cohort/paths/2027/raw/PHANTOM-001,`,
    );
    const store = await openStore(cohort);
    await store.write('pairs.csv', new TextEncoder().encode(`patient_id,ct,mask\n${rows.join('\n')}\n`));
    const table = 'azureml://datastores/cohort/paths/pairs.csv';
    const { code, stdout } = await inJob(['inspect', table]);
    expect({ code, asked: asked() }).toEqual({ code: 0, asked: { 'GET /datastores/cohort': 1 } });
    expect(stdout).toContain('6 patients: 6 would convert');
  });

  it('sends no request where there is no datastore', async () => {
    expect(await inJobProcess(['inspect', `${cohort}/2027/raw`])).toMatchObject({ code: 0 });
    expect([arm.seen, arm.tokens]).toEqual([[], []]);
  });
});

describe('a datastore that cannot be used', () => {
  const uri = (name: string): string => `azureml://datastores/${name}/paths/nsclc`;

  async function refusal(place: string, env?: NodeJS.ProcessEnv, ...more: string[]): Promise<string> {
    for (const [name, datastore] of Object.entries(DATASTORES))
      arm.resources.set(`/datastores/${name}`, datastore);
    const { code, stderr } = await inJob(['inspect', place, ...more], env);
    expect(code).toBe(1);
    return stderr.trim();
  }

  it.each([
    ['share', 'a file share (AzureFile)'],
    ['old_lake', 'of Azure Data Lake Storage Gen1, which is retired'],
    ['one_lake', 'of OneLake'],
    ['nameless', 'of the type AzureBlob and names no container'],
  ])('because of what it is, %s', async (name, what) => {
    const { datastoreType } = DATASTORES.blob.properties;
    arm.resources.set('/datastores/nameless', { properties: { datastoreType, accountName: 'lungs' } });
    expect(await refusal(uri(name))).toBe(
      `swinprep: ${uri(name)}: the datastore ${name} of ws is ${what}; use one over Blob Storage (AzureBlob, AzureDataLakeGen2), or give the https URL of a container`,
    );
  });

  it('because it is not there', async () => {
    expect(await refusal(uri('nowhere'))).toBe(
      `swinprep: ${uri('nowhere')}: there is no datastore nowhere in the workspace ws, or no such workspace; \`az ml datastore list\` shows those that are there`,
    );
  });

  it('because the workspace is not there', async () => {
    const place = `azureml://subscriptions/s-1/resourcegroups/rg/workspaces/other/datastores/blob/paths/nsclc`;
    expect(await refusal(place)).toContain('no datastore blob in the workspace other, or no such workspace');
  });

  it('because the identity may not look it up', async () => {
    const error = { code: 'AuthorizationFailed', message: 'The client has no authorization' };
    arm.faults.push({ matches: '/datastores/blob', status: 403, body: { error } });
    expect(await refusal(uri('blob'))).toBe(
      `swinprep: ${uri('blob')}: the identity of this process may not look up the datastore blob: give it the role Reader on the workspace ws (AuthorizationFailed: The client has no authorization)`,
    );
  });

  it('because Azure Resource Manager fails', async () => {
    const error = { code: 'BadRequest', message: 'no such api-version' };
    arm.faults.push({ matches: '/datastores/blob', status: 400, body: { error } });
    expect(await refusal(uri('blob'))).toBe(
      `swinprep: ${uri('blob')}: its datastore cannot be looked up: BadRequest: no such api-version`,
    );
  });

  it('because no workspace is known', async () => {
    const nowhere = {
      AZUREML_ARM_SUBSCRIPTION: '',
      AZUREML_ARM_RESOURCEGROUP: '',
      AZUREML_ARM_WORKSPACE_NAME: '',
    };
    expect(await refusal(uri('blob'), nowhere)).toBe(
      `swinprep: ${uri('blob')}: which workspace? Give --subscription (or AZURE_SUBSCRIPTION_ID), --group (or AZURE_RESOURCE_GROUP), --workspace (or AZURE_ML_WORKSPACE), or put the config.json of the workspace into this folder`,
    );
    expect(arm.seen).toEqual([]);
  });

  it('because the URI is of another form', async () => {
    expect(await refusal('azureml:lung1')).toBe(
      'swinprep: azureml:lung1: is no data asset and no place in a datastore; give azureml:NAME:VERSION, azureml:NAME@latest or azureml://datastores/DATASTORE/paths/PATH',
    );
  });

  it('in an input of a pipeline, before anything starts', async () => {
    const folder = temporaryFolder();
    const run = await inJob([
      ...['run', path.join(import.meta.dirname, '../../../pipelines/preprocess.yml'), '--artifacts', folder],
      ...['--set', `raw=${uri('nowhere')}`, '--set', `clinical=${uri('share')}/clinical.csv`],
      ...['--set', 'interim=azureml://datastores/blob/nsclc', '--set', `roi=${folder}`],
      ...['--set', `config=${uri('nowhere')}/config.yml`],
    ]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`input raw: ${uri('nowhere')}: there is no datastore nowhere`);
    expect(run.stderr).toContain(
      'input interim: azureml://datastores/blob/nsclc: is no place in a datastore',
    );
    expect(run.stderr).toContain(`input config: ${uri('nowhere')}/config.yml: there is no datastore nowhere`);
    expect(run.stderr).not.toContain('--- convert');
  });
});

describe('a datastore is the container that it names', () => {
  it.each([
    ['blob', 'https://lungs.blob.core.windows.net/raw'],
    ['lake', 'https://lungs.blob.core.windows.net/raw'],
    ['china', 'https://lungs.blob.core.chinacloudapi.cn/raw'],
  ] as const)('for %s', async (name, container) => {
    arm.resources.set(`/datastores/${name}`, DATASTORES[name]);
    const raw = `azureml://datastores/${name}/paths/a/b c/50%25`;
    // Refused before the store is asked for anything.
    const places = ['--raw', raw, '--interim', `${raw}/out`, '--cases', temporaryFolder()];
    const { code, stderr } = await inJob(['convert', ...places]);
    const url = `${container}/a/b%20c/50%2525`;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `swinprep: --interim ${url}/out lies in --raw ${url}; give a place outside it\n`,
    });
    expect(asked()).toEqual({ [`GET /datastores/${name}`]: 1 });
  });
});

describe('every command', () => {
  const GONE = 'azureml://datastores/gone/paths/a';
  const cases = ['--cases', 'c'];
  const split = ['--split', 's'];
  const measured = ['--core-minutes', '1', '--interim-ratio', '1', '--roi-ratio', '1'];
  const cluster = ['--nodes', '1', '--cores', '4', '--start-minutes', '5', '--idle-minutes', '2'];

  it.each([
    ['preprocess', '--raw', 'r', '--clinical', 'c', '--out', GONE],
    ['convert', '--raw', 'r', '--masks', GONE, '--interim', 'i', ...cases],
    ['convert', '--raw', 'r', '--review', GONE, '--interim', 'i', ...cases],
    ['split', ...cases, '--clinical', GONE, ...split],
    ['split', ...cases, '--clinical', 'c', '--previous', GONE, ...split],
    ['pass1-stats', ...cases, ...split, '--interim', GONE, '--stats', 's'],
    ['pass1-stats', ...cases, ...split, '--interim', 'i', '--freeze-stats', GONE, '--stats', 's'],
    [
      'pass2-write',
      '--cases',
      GONE,
      ...split,
      '--stats',
      's',
      '--interim',
      'i',
      '--roi',
      'r',
      '--manifest',
      'm',
    ],
    ['map-back', '--transforms', 't', '--roi', GONE, '--out', 'o'],
    ['map-back', '--as', 'rtstruct', '--transforms', 't', '--roi', 'r', '--raw', GONE, '--out', 'o'],
    ['export', 'dicom-seg', '--interim', 'i', '--raw', 'r', '--segments', GONE, '--out', 'o'],
    ['export', 'rtstruct', '--interim', 'i', '--raw', 'r', '--out', GONE],
    ['export', 'nnunet', '--roi', 'r', '--manifest', 'm', '--out', GONE],
    ['inspect', GONE],
    ['config', '--config', GONE],
    ['phantom', '--patients', '1', '--out', GONE],
    ['demo', '--raw', GONE, '--clinical', 'c'],
    ['azure', 'estimate', '--raw', GONE, '--prices', 'p', ...measured, ...cluster],
  ])('looks datastores up: swinprep %s %s ...', async (...args) => {
    const { code, stderr } = await inJob(args);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`${GONE}: there is no datastore gone in the workspace ws`),
    });
    expect(asked()).toEqual({ 'GET /datastores/gone': 1 });
  });

  it('but that of a data asset, which Azure ML keeps as it is', async () => {
    const file = path.join(import.meta.dirname, 'files/data.yml');
    expect(await inJob(['azure', 'data', file, '--path', GONE])).toMatchObject({ code: 0 });
    expect(asked()).not.toHaveProperty('GET /datastores/gone');
    expect([...arm.resources.values()].at(-1)).toMatchObject({ properties: { dataUri: GONE } });
  });
});

describe('the workspace of a short URI', () => {
  it('is that of the options, of whatever command', async () => {
    const workspace = ['--subscription', 's-1', '--group', 'rg', '--workspace', 'ws'];
    const env = { AZUREML_ARM_WORKSPACE_NAME: 'another' };
    const args = ['inspect', 'azureml://datastores/gone/paths/a', ...workspace];
    expect(await inJob(args, env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no datastore gone in the workspace ws'),
    });
  });
});
