import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withinBudget } from '../../src/mlflow/budget.ts';
import { logMetrics, logParams } from '../../src/mlflow/run.ts';
import { TrackingServer } from '../../src/mlflow/server.ts';
import { targetOf } from '../../src/mlflow/target.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { readJson, startCli, temporaryFolder } from '../support/cli.ts';
import { writePhantoms } from '../support/phantoms.ts';
import { referencePython, runPython } from './python.ts';

interface ReadRun {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly milliseconds: number;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  readonly metrics: Record<string, number[]>;
  readonly artifacts: string[];
}

const REQUIREMENTS = 'requirements-mlflow.txt';
const EXPERIMENT = 'swinprep lung 1';
const work = temporaryFolder();
const out = join(work, 'out');
let uri = '';
let end = (): void => {};
let runs: ReadRun[];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real tracking server, over SQLite, that takes artifacts. */
async function startMlflow(): Promise<void> {
  const port = await freePort();
  uri = `http://127.0.0.1:${port}`;
  const args = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${work}/mlflow.db`, '--serve-artifacts'],
    ...['--artifacts-destination', join(work, 'artifacts')],
  ];
  const env = { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' };
  // A group of its own: the server starts processes.
  const child = spawn(referencePython(REQUIREMENTS), args, { env, detached: true, stdio: 'ignore' });
  end = () => process.kill(-child.pid!, 'SIGKILL');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mlflow server ended with ${child.exitCode}`);
    const answer = await fetch(`${uri}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
}

const readRuns = async (experiment = EXPERIMENT): Promise<ReadRun[]> =>
  JSON.parse(
    await runPython('read_mlflow.py', [uri, experiment, temporaryFolder()], REQUIREMENTS),
  ) as ReadRun[];

beforeAll(async () => {
  await startMlflow();
  await writePhantoms(work, 4);
  writeFileSync(join(work, 'my.yml'), 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\n');
  const args = [
    ...['preprocess', '--raw', join(work, 'raw'), '--clinical', join(work, 'clinical.csv')],
    ...['--config', join(work, 'my.yml'), '--out', out],
  ];
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_NAME: EXPERIMENT, SWINPREP_MLFLOW: 'report' };
  const { code, stderr } = await startCli(args, env).ended;
  expect([code, stderr.match(/.*MLflow.*/g)]).toEqual([0, null]);
});
afterAll(() => end());

test("MLflow's client reads each step as a part of the run, with its metrics and parameters", async () => {
  const folder = temporaryFolder();
  const text = await runPython('read_mlflow.py', [uri, EXPERIMENT, folder], REQUIREMENTS);
  runs = JSON.parse(text) as ReadRun[];
  const [whole, ...steps] = runs;
  expect([whole, ...steps].map(({ name, status }) => [name, status])).toEqual(
    ['preprocess', 'convert', 'split', 'pass1-stats', 'pass2-write'].map((name) => [name, 'FINISHED']),
  );
  expect(steps.map(({ tags }) => tags['mlflow.parentRunId'])).toEqual(Array(4).fill(whole.id));

  const manifest = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
  const { summary, global_mu: mu, global_sigma: sigma } = manifest;
  const [convert, split, pass1, pass2] = steps;
  expect(convert.metrics).toMatchObject({ 'convert/patients_ok': [4], 'convert/patients_excluded': [0] });
  expect(split.metrics).toMatchObject({
    'split/train': [summary.num_train],
    'split/test': [summary.num_test],
  });
  expect(pass1.metrics).toMatchObject({ 'pass1-stats/mu_hu': [mu], 'pass1-stats/sigma_hu': [sigma] });
  expect(pass2.metrics).toMatchObject({
    ...{ 'pass2-write/mu_hu': [mu], 'pass2-write/sigma_hu': [sigma] },
    ...{ 'pass2-write/patients_ok': [summary.num_ok], 'pass2-write/rois_added': [summary.num_ok] },
  });
  expect(pass2.params).toMatchObject({
    ...{ 'roi.patch': '96x96x32', 'resample.spacingMm': '[2,2,6]', 'split.seed': '0' },
  });
  for (const { milliseconds, params, metrics } of steps) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(params.swinprep_version).toBe(manifest.swinprep_version);
    expect(Object.keys(metrics).length).toBeLessThanOrEqual(50);
  }
  expect(text).not.toContain('PHANTOM');

  // The artifacts, as the client downloads them.
  expect(steps.map(({ artifacts }) => artifacts)).toEqual([
    ...[[], [], []],
    ['contact_sheet.png', 'report/index.html'],
  ]);
  for (const file of pass2.artifacts) {
    const downloaded = readFileSync(join(folder, pass2.id, file));
    expect(downloaded.equals(readFileSync(join(out, 'artifacts/pass2_write/manifest', file)))).toBe(true);
  }
});

test('the same batch again changes nothing; another value of a parameter is refused', async () => {
  const { id } = runs.find(({ name }) => name === 'split')!;
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: id };
  const log = (value: string): Promise<void> =>
    withinBudget(9000, async (budget) => {
      const server = new TrackingServer(targetOf(env), budget);
      await logMetrics(server, id, [['twice', 1.5]], 1_700_000_000_000);
      await logParams(server, id, [['once', value]]);
    });
  await log('a');
  await log('a');
  await expect(log('b')).rejects.toThrow('it answers with 400, INVALID_PARAMETER_VALUE');
  const { metrics, params } = (await readRuns()).find((run) => run.id === id)!;
  expect([metrics.twice, params.once]).toEqual([[1.5], 'a']);
});

test('a whole run goes into the one that is given', async () => {
  const { id } = runs.find(({ name }) => name === 'preprocess')!;
  const args = [
    ...['preprocess', '--raw', join(work, 'raw'), '--clinical', join(work, 'clinical.csv')],
    ...['--config', join(work, 'my.yml'), '--out', out],
  ];
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: id };
  const { code, stderr } = await startCli(args, env).ended;
  expect(code).toBe(0);
  // Folders name the patients.
  expect(stderr.match(/.*MLflow.*/g)).toEqual([
    expect.stringContaining('is logged with SWINPREP_MLFLOW=report'),
  ]);
  const all = await readRuns();
  expect(all).toHaveLength(5);
  const { metrics, artifacts } = all.find((run) => run.id === id)!;
  const names = ['convert', 'split', 'pass1-stats', 'pass2-write'].map(
    (step) => metrics[`${step}/patients_ok`],
  );
  expect(names).toEqual(Array(4).fill([4]));
  expect(artifacts).toEqual([]);
});

test('the demo is read back', async () => {
  const folder = temporaryFolder();
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_NAME: 'demo' };
  const { code } = await startCli(['demo', '--patients', '4', '--out', join(folder, 'demo')], env).ended;
  expect(code).toBe(0);
  const { global_mu } = readJson<Manifest>(folder, 'demo/artifacts/pass2_write/manifest/manifest.json');
  const pass2 = (await readRuns('demo')).find(({ name }) => name === 'pass2-write')!;
  expect(pass2.metrics['pass2-write/mu_hu']).toEqual([global_mu]);
});
