import path from 'node:path';
import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writePhantom } from '../../../../src/demo/write-phantom.ts';
import { openStore } from '../../../../src/storage/open.ts';
import { REGISTRY_HOME } from '../../../support/azure/arm-assets.ts';
import { type ArmServer, armServerHere } from '../../../support/azure/arm-server.ts';
import { DATA_VERSIONS, dataVersion } from '../../../support/azure/assets.ts';
import { type Azurite, startAzurite } from '../../../support/azure/azurite.ts';
import { azuriteDatastore, DATASTORES } from '../../../support/azure/datastores.ts';
import { type CliResult, hashesOf, readJson, startCli, temporaryFolder } from '../../../support/cli.ts';
import { storeHashes } from '../../../support/gather.ts';
import { commandHere } from '../../../support/in-process.ts';

const PATIENTS = 2;
/** Coarse and small: what is read and written counts here, not how well. */
const CONFIG = 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\noutput: {auditVolumes: false}\n';
const PIPELINE = path.join(import.meta.dirname, '../../../../pipelines/preprocess.yml');

let arm: ArmServer;
beforeEach(async () => {
  arm = await armServerHere();
});

/** Runs the command line with the workspace at hand. */
const inWorkspace = (...args: readonly string[]): Promise<CliResult> => commandHere(args, arm.env);

/** The same as a process of its own, whose steps are told by its environment. */
const asProcess = (...args: readonly string[]): Promise<CliResult> => startCli(args, arm.env).ended;

/** Requests to Azure Resource Manager, each with how often it came. */
function asked(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path: place } of arm.seen) {
    const request = `${method} ${place}`;
    counts[request] = (counts[request] ?? 0) + 1;
  }
  return counts;
}

const write = async (folder: string, name: string, text: string): Promise<void> =>
  (await openStore(folder)).write(name, new TextEncoder().encode(text));

let azurite: Azurite;
let cohort: string;
beforeAll(async () => {
  azurite = await startAzurite();
  cohort = `${azurite.url}/cohort`;
  await writePhantom(`${cohort}/2027`, { patients: PATIENTS, gridSize: 64 });
  await write(`${cohort}/2027`, 'config.yml', CONFIG);
});
afterAll(() => azurite.close());

/** The data assets raw, in three versions, and clinical, and the configuration as one. */
function putAssets(): void {
  const long = 'azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ws/datastores/cohort/paths/2027';
  arm.resources.set('/datastores/cohort', azuriteDatastore(azurite.url, 'cohort'));
  arm.resources.set('/data/raw/versions/1', dataVersion('uri_folder', `${long}/gone/`));
  arm.resources.set('/data/raw/versions/2', dataVersion('uri_folder', `${long}/raw/`));
  // Not the greatest number: the one made last.
  arm.resources.set('/data/raw/versions/1.5', dataVersion('uri_folder', `${long}/raw/`));
  arm.resources.set('/data/clinical/versions/7', dataVersion('uri_file', `${cohort}/2027/clinical.csv`));
  arm.resources.set(
    '/data/settings/versions/1',
    dataVersion('uri_file', 'azureml://datastores/cohort/paths/2027/config.yml'),
  );
}
const LOOKUPS = {
  'GET /data/raw': 1,
  'GET /data/raw/versions/1.5': 1,
  'GET /data/clinical/versions/7': 1,
  'GET /data/settings': 1,
  'GET /data/settings/versions/1': 1,
  'GET /datastores/cohort': 1,
};

const places = (raw: string, clinical: string, config: string, out: string, artifacts: string): string[] => [
  ...['--raw', raw, '--clinical', clinical, '--config', config, '--out', out, '--artifacts', artifacts],
  ...['--workers', '1'],
];

const ARTIFACTS = [
  'convert/cases/cases.json',
  'split/split/split.json',
  'pass1_stats/stats/dataset_pass1_stats.json',
  'pass2_write/manifest/manifest.json',
];

type Told = readonly { step: string; input: string; asset: string }[];
/** An artifact without its data assets, and these. */
function told(folder: string, name: string): { rest: object; assets: Told | undefined } {
  const { data_assets: assets, ...rest } = readJson<{ data_assets?: Told }>(folder, name);
  return { rest, assets };
}

const OF_CONVERT = [
  { step: 'convert', input: 'raw', asset: 'azureml:raw:1.5' },
  { step: 'convert', input: 'config', asset: 'azureml:settings:1' },
];
const OF_SPLIT = [{ step: 'split', input: 'clinical', asset: 'azureml:clinical:7' }];

describe('a run over data assets', () => {
  const byUrl = temporaryFolder();
  let volumes: Record<string, string>;
  beforeAll(async () => {
    const base = `${cohort}/2027`;
    const out = `${cohort}/by-url`;
    const run = await commandHere([
      'preprocess',
      ...places(`${base}/raw`, `${base}/clinical.csv`, `${base}/config.yml`, out, byUrl),
    ]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    volumes = await storeHashes(await openStore(out));
  });
  beforeEach(putAssets);

  it('makes the same bytes as over their URLs, and artifacts that tell the versions beside', async () => {
    const folder = temporaryFolder();
    const out = `${cohort}/by-asset`;
    const run = await asProcess(
      'preprocess',
      ...places('azureml:raw@latest', 'azureml:clinical:7', 'azureml:settings@latest', out, folder),
    );
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(asked()).toEqual(LOOKUPS);
    expect(await storeHashes(await openStore(out))).toEqual(volumes);
    const expected: (Told | undefined)[] = [OF_CONVERT, OF_SPLIT, undefined, [...OF_CONVERT, ...OF_SPLIT]];
    for (const [i, name] of ARTIFACTS.entries()) {
      const { rest, assets } = told(folder, name);
      expect({ name, assets }).toEqual({ name, assets: expected[i] });
      expect(rest).toEqual(told(byUrl, name).rest);
      expect(told(byUrl, name).assets).toBeUndefined();
    }
    // All others are the same.
    const others = (hashes: Record<string, string>) =>
      Object.entries(hashes).filter(
        ([name]) => !/^inputs\/|\/index\.html$/.test(name) && !ARTIFACTS.includes(name),
      );
    expect(others(hashesOf(folder))).toEqual(others(hashesOf(byUrl)));
    expect(run.stderr).toContain('--raw: azureml:raw:1.5');
  });

  it('as inputs of a pipeline file, texts and files, redoes nobody whom a run by URL has done', async () => {
    const folder = temporaryFolder();
    // A version more, of the same blobs.
    arm.resources.set('/data/raw/versions/3', arm.resources.get('/data/raw/versions/2')!);
    const run = await asProcess(
      ...['run', PIPELINE, '--artifacts', folder],
      ...['--set', 'raw=azureml:raw@latest', '--set', 'clinical=azureml:clinical:7'],
      ...['--set', `interim=${cohort}/by-url/interim`, '--set', `roi=${cohort}/by-url/roi`],
      ...['--set', 'config=azureml:settings@latest'],
    );
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('nothing has changed since the last run');
    expect(run.stdout).toContain(`pass2-write: ${PATIENTS} ok, 0 excluded, ${PATIENTS} done before`);
    expect(await storeHashes(await openStore(`${cohort}/by-url`))).toEqual(volumes);
    const raw = { step: 'convert', input: 'raw', asset: 'azureml:raw:3' };
    expect(told(folder, ARTIFACTS[3]).assets).toEqual([raw, OF_CONVERT[1], ...OF_SPLIT]);
  });

  it('by one step, in every form of a reference', async () => {
    const long = `azureml:/${arm.workspace.replace('resourceGroups', 'resourcegroups')}/data/raw/versions/2`;
    for (const [raw, asset] of [
      ['azureml:raw@latest', 'azureml:raw:1.5'],
      [
        `azureml:${arm.workspace}/data/raw/versions/2`,
        'azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ws/data/raw/versions/2',
      ],
      [long, 'azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ws/data/raw/versions/2'],
    ]) {
      const folder = temporaryFolder();
      const options = ['--interim', `${cohort}/by-url/interim`, '--cases', folder];
      const run = await inWorkspace(
        'convert',
        '--raw',
        raw,
        ...options,
        '--config',
        `${cohort}/2027/config.yml`,
      );
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(told(folder, 'cases.json').assets).toEqual([{ step: 'convert', input: 'raw', asset }]);
    }
  });

  it('that a list of places names', async () => {
    await write(cohort, 'places.txt', 'azureml:raw@latest\n');
    const folder = temporaryFolder();
    const run = await inWorkspace(
      ...['convert', '--raw', 'azureml://datastores/cohort/paths/places.txt', '--cases', folder],
      ...['--interim', `${cohort}/by-url/interim`, '--config', `${cohort}/2027/config.yml`],
    );
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(told(folder, 'cases.json').assets).toEqual([OF_CONVERT[0]]);
  });

  it('of which the versions have one content fingerprint where they have one content', async () => {
    const options = ['--clinical', 'azureml:clinical:7'];
    const prints = [];
    for (const version of ['2', '1.5'])
      prints.push(
        (await inWorkspace('azure', 'fingerprint', '--raw', `azureml:raw:${version}`, ...options)).stdout,
      );
    const url = ['--raw', `${cohort}/2027/raw`, '--clinical', `${cohort}/2027/clinical.csv`];
    prints.push((await inWorkspace('azure', 'fingerprint', ...url)).stdout);
    expect(prints[0]).toMatch(/^[0-9a-f]{64}\n$/);
    expect(new Set(prints).size).toBe(1);
  });
});

describe('ranks', () => {
  beforeEach(putAssets);
  const rank = (i: number, interim: string, cases: string, ...more: string[]): Promise<CliResult> =>
    inWorkspace(
      ...['convert', '--raw', 'azureml:raw@latest', '--interim', interim, '--cases', cases],
      ...['--config', `${cohort}/2027/config.yml`, '--shard', `${i}/2`, ...more],
    );

  it('that took two versions of the same content say so', async () => {
    const [interim, cases] = [`${cohort}/ranks`, temporaryFolder()];
    expect(await rank(1, interim, cases)).toMatchObject({ code: 0 });
    arm.resources.set('/data/raw/versions/4', arm.resources.get('/data/raw/versions/2')!);
    const last = await rank(0, interim, cases);
    expect(last, last.stderr).toMatchObject({ code: 0 });
    expect(last.stderr).toContain(
      'convert: rank 1 took raw azureml:raw:1.5, rank 0 took raw azureml:raw:4; both hold the same',
    );
    expect(told(cases, 'cases.json').assets).toEqual([
      { step: 'convert', input: 'raw', asset: 'azureml:raw:4' },
    ]);
  });

  it('that took two versions of other content do not mix them', async () => {
    const [interim, cases] = [`${cohort}/ranks-of-two`, temporaryFolder()];
    expect(await rank(1, interim, cases)).toMatchObject({ code: 0 });
    await writePhantom(`${cohort}/2028`, { patients: 3, gridSize: 64 });
    arm.resources.set('/data/raw/versions/5', dataVersion('uri_folder', `${cohort}/2028/raw`));
    const last = await rank(0, interim, cases, '--gather-timeout', '0');
    expect(last.code).toBe(1);
    expect(last.stderr).toContain(
      'all ranks must have the same inputs, configuration and version (rank 0 took raw azureml:raw:5)',
    );
  });
});

describe('a data asset of a registry', () => {
  const REFERENCE = 'azureml://registries/shared/data/raw/versions/3';

  function sas(): string {
    const { accountName, accountKey } = azurite as Azurite & { accountName?: string; accountKey?: string };
    const key =
      accountKey ??
      'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
    return generateBlobSASQueryParameters(
      {
        containerName: 'cohort',
        permissions: ContainerSASPermissions.parse('rl'),
        expiresOn: new Date(Date.now() + 3_600_000),
      },
      new StorageSharedKeyCredential(accountName ?? 'devstoreaccount1', key),
    ).toString();
  }

  beforeEach(() => {
    const raw = dataVersion('uri_folder', `${cohort}/2027/raw`);
    arm.registries.set('shared', new Map([['/data/raw/versions/3', raw]]));
  });

  it('is read by the SAS that the registry gives, which nobody sees', async () => {
    const signature = sas();
    arm.blobCredentials.set(`${cohort}/2027/raw`, {
      credentialType: 'SAS',
      sasUri: `${cohort}?${signature}`,
    });
    const folder = temporaryFolder();
    const run = await commandHere(
      [
        ...['convert', '--raw', REFERENCE.replace('versions/3', 'labels/latest'), '--cases', folder],
        ...['--interim', path.join(folder, 'interim'), '--config', `${cohort}/2027/config.yml`],
      ],
      arm.env,
    );
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(told(folder, 'cases.json').assets).toEqual([{ step: 'convert', input: 'raw', asset: REFERENCE }]);
    const registry = `${REGISTRY_HOME}shared`;
    expect(asked()).toEqual({
      'GET /registrymanagement/v1.0/registries/shared/discovery': 1,
      [`GET ${registry}/data/raw`]: 1,
      [`GET ${registry}/data/raw/versions/3`]: 1,
      [`POST ${registry}/datareferences/raw/versions/3`]: 1,
    });
    const sig = new URLSearchParams(signature).get('sig')!;
    expect(JSON.stringify(run) + JSON.stringify(readJson(folder, 'cases.json'))).not.toContain(
      encodeURIComponent(sig),
    );
  });

  it('is not read by an identity of ours where the SAS of the registry does not do', async () => {
    arm.blobCredentials.set(`${cohort}/2027/raw`, {
      credentialType: 'SAS',
      sasUri: `${cohort}?${sas().replace(/sig=[^&]*/, 'sig=AAAA')}`,
    });
    const run = await inWorkspace('inspect', REFERENCE);
    expect(run.code).toBe(1);
    expect(run.stderr).not.toContain('AAAA');
  });

  it.each([
    ['another credential', { credentialType: 'ManagedIdentity' }, '(ManagedIdentity); copy them'],
    [
      'a SAS for another container',
      { credentialType: 'SAS', sasUri: 'https://other.blob.core.windows.net/cohort?sig=secret' },
      'gives no SAS for the blobs of azureml://registries/shared/data/raw/versions/3 (SAS); copy them',
    ],
  ])('is refused with %s', async (_, credential, message) => {
    arm.blobCredentials.set(`${cohort}/2027/raw`, credential);
    const { code, stderr } = await inWorkspace('inspect', REFERENCE);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(stderr).not.toContain('secret');
  });
});

describe('a data asset that cannot be used', () => {
  beforeEach(() => {
    for (const [name, version] of Object.entries(DATA_VERSIONS))
      arm.resources.set(`/data/${name}/versions/1`, version);
    for (const [name, datastore] of Object.entries(DATASTORES))
      arm.resources.set(`/datastores/${name}`, datastore);
  });

  it.each([
    [
      'azureml:gone:1',
      'the data asset gone has no version 1 in the workspace ws, or is not there; `az ml data list --name gone` shows those that are',
    ],
    [
      'azureml:gone@latest',
      'the data asset gone has no version in the workspace ws, or is not there; `az ml data list --name gone` shows those that are',
    ],
    [
      'azureml:long@newest',
      'the label newest of the data asset long cannot be looked up: azure-ai-ml knows latest alone; give that, or a version',
    ],
    [
      'azureml:table:1',
      'the data asset azureml:table:1 is of the type mltable; register its files or their folder as uri_file or uri_folder, by `swinprep azure data`',
    ],
    [
      'azureml:archived@latest',
      'the data asset azureml:archived:1, which is latest, is archived; give a version (this one is taken by its number too), or `az ml data restore` it',
    ],
    [
      'azureml:share:1',
      'the datastore share of ws is a file share (AzureFile); use one over Blob Storage (AzureBlob, AzureDataLakeGen2), or give the https URL of a container',
    ],
    [
      'azureml:adl:1',
      'the data asset azureml:adl:1 lies at adl://lungs.azuredatalakestore.net/nsclc, which is not read: ',
    ],
    ['azureml://registries/r/models/m/versions/1', 'is a model, not a data asset'],
    [
      'azureml://registries/r/data/d/versions/1',
      'there is no registry r; `az ml registry list` shows those that are there',
    ],
    [
      'azureml://jobs/j/outputs/o/paths/p',
      'is an output of a job; give the URI of the datastore that it lies in, or register it as a data asset',
    ],
    [
      'azureml://locations/westeurope/workspaces/0-1/data/d/versions/1',
      'cannot be looked up, for it does not name the workspace with its subscription; give azureml:NAME:VERSION',
    ],
  ])('%s', async (reference, message) => {
    const { code, stderr } = await inWorkspace('inspect', reference);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`swinprep: ${reference}: ${message}`),
    });
    expect(stderr.split(reference).length, stderr).toBeLessThanOrEqual(3);
  });

  it('because the identity may not look it up', async () => {
    const error = { code: 'AuthorizationFailed', message: 'no' };
    arm.faults.push({ matches: '/data/long/versions/1', status: 403, body: { error } });
    expect((await inWorkspace('inspect', 'azureml:long:1')).stderr).toBe(
      'swinprep: azureml:long:1: the identity of this process may not look up the data asset long: give it the role Reader on the workspace ws (AuthorizationFailed: no)\n',
    );
  });

  it.each([
    [
      '--clinical',
      'azureml:long:1',
      'is a folder (uri_folder), and a file is wanted here; give an asset of the type uri_file',
    ],
    [
      '--state',
      'azureml:https:1',
      'is a file (uri_file), and a folder is wanted here; give an asset of the type uri_folder',
    ],
  ])('for %s because of its type', async (option, reference, message) => {
    const given = { '--cases': 'c', '--split': 's', '--clinical': 'c.csv', [option]: reference };
    const { code, stderr } = await inWorkspace('split', ...Object.entries(given).flat());
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `swinprep: ${reference}: the data asset ${reference} ${message}\n`,
    });
  });
});

describe('a data asset is the place that it names', () => {
  const URL = 'https://lungs.blob.core.windows.net/raw/nsclc/2027';
  it.each([
    ['long', URL],
    ['short', URL],
    ['wasbs', 'wasbs://raw@lungs.blob.core.windows.net/nsclc/2027/'],
    ['abfss', 'abfss://raw@lungs.dfs.core.windows.net/nsclc/2027/'],
    ['archived', URL],
  ] as const)('for %s', async (name, place) => {
    arm.resources.set(`/data/${name}/versions/1`, DATA_VERSIONS[name]);
    arm.resources.set('/datastores/blob', DATASTORES.blob);
    // Refused before the store is asked for anything.
    const places = ['--raw', `azureml:${name}:1`, '--interim', `${URL}/out`, '--cases', temporaryFolder()];
    expect(await inWorkspace('convert', ...places)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`--interim ${URL}/out lies in --raw ${place}; give a place outside it`),
    });
  });
});
