import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/records/manifest.ts';
import { type CliResult, hashesOf, readJson, startCli, temporaryFolder } from '../support/cli.ts';
import { startTrackingServer, type TrackingServer, type Trouble } from '../support/mlflow/tracking-server.ts';
import { writePhantoms } from '../support/phantoms.ts';

const cohort = temporaryFolder();
const out = temporaryFolder();
const servers: TrackingServer[] = [];

/** The command line as a process, and what it prints but for times. */
async function swinprep(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const { code, stdout, stderr } = await startCli(args, env).ended;
  return { code, stdout: stdout.replace(/^ {2}(time|process): .*\n/gm, ''), stderr };
}

async function serve(trouble?: Trouble): Promise<TrackingServer> {
  const server = await startTrackingServer(trouble === undefined ? {} : { trouble });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const preprocess = (to: string): string[] => [
  ...['preprocess', '--raw', join(cohort, 'raw'), '--clinical', join(cohort, 'clinical.csv')],
  ...['--config', join(cohort, 'my.yml'), '--workers', '1', '--out', to],
];
const artifact = (name: string): string => join(out, 'artifacts', name);
const pass2Write = [
  ...['pass2-write', '--cases', artifact('convert/cases'), '--split', artifact('split/split')],
  ...['--stats', artifact('pass1_stats/stats'), '--manifest', artifact('pass2_write/manifest')],
  ...['--interim', join(out, 'interim'), '--roi', join(out, 'roi'), '--workers', '1', '--max-excluded', '0'],
];

const splitTo = (folder: string): string[] => [
  ...['split', '--cases', artifact('convert/cases'), '--clinical', join(cohort, 'clinical.csv')],
  ...['--split', folder, '--max-excluded', '0'],
];

/** What a step prints and writes without a server. */
let splitWithout: { result: CliResult; hashes: Record<string, string> };
let pass2Without: { result: CliResult; hashes: Record<string, string> };

async function splitBeside(env: NodeJS.ProcessEnv): Promise<typeof splitWithout> {
  const folder = temporaryFolder();
  const { stdout, ...rest } = await swinprep(splitTo(folder), env);
  return { result: { ...rest, stdout: stdout.replaceAll(folder, 'FOLDER') }, hashes: hashesOf(folder) };
}

async function pass2Beside(env: NodeJS.ProcessEnv): Promise<typeof pass2Without> {
  return { result: await swinprep(pass2Write, env), hashes: hashesOf(out) };
}

/** What is the same with any server, and the lines that tell of one. */
function apart({ result, hashes }: typeof splitWithout): [unknown, string[]] {
  const { code, stdout, stderr } = result;
  return [{ code, stdout, hashes }, stderr.split('\n').filter((line) => line.includes('MLflow'))];
}

beforeAll(async () => {
  await writePhantoms(cohort, 3);
  const coarse = 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\noutput: {auditVolumes: false}\n';
  writeFileSync(join(cohort, 'my.yml'), coarse);
  const made = await swinprep(preprocess(out));
  expect(made.code).toBe(0);
  splitWithout = await splitBeside({});
  pass2Without = await pass2Beside({});
});

test('a run shows as one of its steps, with what they did, and ends in the bytes of one without', async () => {
  const server = await serve();
  const other = temporaryFolder();
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'report' };
  const { code, stderr } = await swinprep(preprocess(other), env);
  expect(code).toBe(0);
  expect(stderr).not.toContain('MLflow');
  const runs = [...server.runs.values()].map(({ name, status, tags }) => [
    ...[name, status, tags['mlflow.parentRunId']],
  ]);
  expect(runs).toEqual([
    ['preprocess', 'FINISHED', undefined],
    ['convert', 'FINISHED', 'run-1'],
    ['split', 'FINISHED', 'run-1'],
    ['pass1-stats', 'FINISHED', 'run-1'],
    ['pass2-write', 'FINISHED', 'run-1'],
  ]);

  const manifest = readJson<Manifest>(other, 'artifacts/pass2_write/manifest/manifest.json');
  const ofStep = (name: string) => [...server.runs.values()].find((run) => run.name === name)!;
  expect(ofStep('pass2-write').metrics).toMatchObject({
    ...{ 'pass2-write/patients_ok': 3, 'pass2-write/rois_added': 3 },
    ...{ 'pass2-write/mu_hu': manifest.global_mu, 'pass2-write/sigma_hu': manifest.global_sigma },
    ...{ 'pass2-write/train': manifest.summary.num_train, 'pass2-write/test': manifest.summary.num_test },
  });
  expect(ofStep('pass1-stats').metrics).toMatchObject({
    ...{ 'pass1-stats/patients_done_before': 3, 'pass1-stats/mu_hu': manifest.global_mu },
  });
  expect(ofStep('convert').params).toMatchObject({
    ...{ 'roi.patch': '96x96x32', 'resample.spacingMm': '[2,2,6]', preset: 'lung1', 'convert/workers': '1' },
  });

  for (const file of ['report/index.html', 'contact_sheet.png']) {
    const written = readFileSync(join(other, 'artifacts/pass2_write/manifest', file));
    const [, logged] = [...server.artifacts].find(([path]) => path.endsWith(`/artifacts/${file}`))!;
    expect(logged.equals(written)).toBe(true);
  }
  for (const { method, path, bytes } of server.seen)
    if (method !== 'PUT') expect(path + bytes.toString()).not.toMatch(/PHANTOM|swinprep-test/);

  // Written again by another run of the step, which finds its ROIs done.
  const again = /rois\.json|roi_changes\.json|report\/index\.html/;
  const volumes = (all: Record<string, string>) => Object.entries(all).filter(([file]) => !again.test(file));
  expect(volumes(hashesOf(other))).toEqual(volumes(pass2Without.hashes));
});

describe('a step ends as without a server, in the same bytes, beside one that', () => {
  const troubles: Record<string, [trouble: Trouble | undefined, said: RegExp | undefined]> = {
    'does what it should': [undefined, undefined],
    'answers with pages': [
      (_, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')),
      /what it answers is not of MLflow/,
    ],
    'always fails': [(_, response) => Boolean(response.writeHead(500).end()), /it answers with 500/],
    'lets nobody in': [
      (_, response) => Boolean(response.writeHead(401).end()),
      /does not let this process in/,
    ],
    'breaks off': [(_, response) => Boolean(response.destroy()), /the connection failed/],
    'never answers': [() => true, /no answer within 9 s/],
    'begins an answer and never ends it': [
      (_, response) => Boolean(response.writeHead(200).write('{')),
      /no answer within 9 s/,
    ],
  };

  test.concurrent.for(Object.entries(troubles))('%s', async ([, [trouble, said]], { expect }) => {
    const server = await startTrackingServer(trouble === undefined ? {} : { trouble });
    // Ends by itself: nothing that waits for the server keeps it.
    const [same, told] = apart(await splitBeside({ MLFLOW_TRACKING_URI: server.url }));
    await server.stop();
    expect(same).toEqual(apart(splitWithout)[0]);
    expect(told).toEqual(said === undefined ? [] : [expect.stringMatching(said)]);
  });

  test('is not there', async () => {
    const server = await startTrackingServer();
    await server.stop();
    const [same, told] = apart(await splitBeside({ MLFLOW_TRACKING_URI: server.url }));
    expect(same).toEqual(apart(splitWithout)[0]);
    expect(told).toEqual([`split: MLflow at ${server.host}: nothing listens there`]);
  });

  test('takes no file in the end', async () => {
    const server = await serve(({ method }) => method === 'PUT');
    const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'report' };
    const [same, told] = apart(await pass2Beside({ ...env, MLFLOW_HTTP_REQUEST_TIMEOUT: '1' }));
    expect(same).toEqual(apart(pass2Without)[0]);
    expect(told).toEqual([`pass2-write: MLflow at ${server.host}: no answer in time`]);
    expect([...server.runs.values()].map(({ status }) => status)).toEqual(['FINISHED']);
  });
});

test('of several ranks the first alone logs', async () => {
  const server = await serve();
  const place = temporaryFolder();
  const convert = (shard: string): string[] => [
    ...['convert', '--raw', join(cohort, 'raw'), '--config', join(cohort, 'my.yml'), '--workers', '1'],
    ...['--interim', join(place, 'interim'), '--cases', join(place, 'cases'), '--shard', shard],
  ];
  const env = { MLFLOW_TRACKING_URI: server.url };
  expect((await swinprep(convert('1/2'), env)).code).toBe(0);
  expect(server.seen).toEqual([]);
  expect((await swinprep(convert('0/2'), env)).code).toBe(0);
  const [{ metrics, params }, ...others] = server.runs.values();
  expect(others).toEqual([]);
  expect(metrics['convert/patients_ok']).toBe(3);
  expect(params['convert/ranks']).toBe('2');
});

test('a step that fails is not logged, nor one where nothing is to be', async () => {
  const server = await serve();
  const env = { MLFLOW_TRACKING_URI: server.url };
  const split = ['split', '--cases', join(out, 'nowhere'), '--clinical', 'c.csv', '--split', join(out, 'no')];
  expect((await swinprep(split, env)).code).toBe(1);
  expect(await splitBeside({ ...env, SWINPREP_MLFLOW: 'off' })).toEqual(splitWithout);
  expect(server.seen).toEqual([]);
});
