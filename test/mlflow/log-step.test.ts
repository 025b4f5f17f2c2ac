import { describe, expect, test } from 'vitest';
import { logStep } from '../../src/mlflow/log-step.ts';
import {
  madeSummary,
  PATIENT,
  REPORT,
  SHEETS,
  writeReport,
  writeSplit,
} from '../support/mlflow/made-step.ts';
import { servedForTest } from '../support/mlflow/tracking-server.ts';

/** Lines that logging the split step tells. */
async function logSplit(env: NodeJS.ProcessEnv, { exitCode = 0, budgetMs = 9000 } = {}): Promise<string[]> {
  const told: string[] = [];
  const split = await writeSplit();
  await logStep(
    madeSummary('split'),
    exitCode,
    { split },
    { env, tell: (line) => told.push(line), budgetMs },
  );
  return told;
}

/** Lines that logging pass2-write tells. */
async function logReport(env: NodeJS.ProcessEnv, caseId: 'folder' | 'hmac' = 'hmac'): Promise<string[]> {
  const told: string[] = [];
  const manifest = await writeReport(caseId);
  await logStep(madeSummary('pass2-write'), 0, { manifest }, { env, tell: (line) => told.push(line) });
  return told;
}

describe('a server that does what it should', () => {
  test('gets a run with what the split step did', async () => {
    const server = await servedForTest();
    expect(await logSplit({ MLFLOW_TRACKING_URI: server.url })).toEqual([]);
    const [run] = server.runs.values();
    const { startTime, endTime, tags, ...rest } = run;
    expect(rest).toEqual({
      ...{ id: 'run-1', experimentId: '0', name: 'split', status: 'FINISHED' },
      params: {
        swinprep_version: '0.1.0',
        ...{ 'split/workers': '4', 'split/ranks': '1', 'split/pinned': 'false' },
        ...{ 'split.seed': '7', 'split.trainFraction': '0.8', 'split.minTestPerStage': '6' },
        'split.unknownStage': 'exclude',
      },
      metrics: {
        ...{ 'split/patients_ok': 7, 'split/patients_excluded': 3, 'split/patients_done_before': 2 },
        ...{ 'split/train': 6, 'split/test': 2, 'split/left_out': 1, 'split/pinned': 0 },
        ...{ 'split/train_by_stage/I': 4, 'split/train_by_stage/II': 2, 'split/train_by_stage/no_stage': 0 },
        ...{ 'split/test_by_stage/I': 1, 'split/test_by_stage/II': 1, 'split/test_by_stage/no_stage': 0 },
        ...{ 'split/seconds': 12, 'split/cpu_seconds': 4, 'split/peak_memory_mb': 2000 },
        ...{ 'split/mb_read': 8, 'split/mb_written': 40 },
        ...{ 'split/excluded_by_code/no-mask': 2, 'split/excluded_by_code/too-few-slices': 1 },
        ...{ 'split/seconds_by_stage/gzip': 8, 'split/seconds_by_stage/write': 4 },
        ...{ 'split/seconds_by_stage/fetch': 3, 'split/seconds_by_stage/list': 0.5 },
        'split/seconds_by_stage/other': 0.25,
      },
    });
    expect(endTime! - startTime).toBe(12_500);
    expect(tags).toEqual({
      ...{ 'mlflow.runName': 'split', 'mlflow.source.name': 'swinprep', 'mlflow.source.type': 'LOCAL' },
      ...{ 'swinprep.version': '0.1.0', 'swinprep.step': 'split' },
      'swinprep.start': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('is told that a step failed, and of which run it is a part', async () => {
    const server = await servedForTest();
    const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW_PARENT_RUN: 'whole' };
    await logSplit(env, { exitCode: 2 });
    const [{ status, tags }] = server.runs.values();
    expect(status).toBe('FAILED');
    expect(tags['mlflow.parentRunId']).toBe('whole');
  });

  test('may lie below a path', async () => {
    const server = await servedForTest();
    await logSplit({ MLFLOW_TRACKING_URI: `${server.url}/ml/flow/` });
    expect(new Set(server.seen.map(({ path }) => path))).toEqual(
      new Set(['create', 'log-batch', 'update'].map((what) => `/ml/flow/api/2.0/mlflow/runs/${what}`)),
    );
  });

  test('gets into the run that is given, which is neither started nor ended', async () => {
    const server = await servedForTest();
    await logSplit({ MLFLOW_TRACKING_URI: server.url });
    const before = server.seen.length;
    const [run] = server.runs.values();
    run.status = 'RUNNING';
    await logSplit({ MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: 'run-1' });
    const after = server.seen.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(after).toEqual(Array(2).fill('POST /api/2.0/mlflow/runs/log-batch'));
    expect(run.status).toBe('RUNNING');
  });

  test('gets into an experiment by id, by name, or by a name that is new', async () => {
    const server = await servedForTest();
    const env = { MLFLOW_TRACKING_URI: server.url };
    await logSplit({ ...env, MLFLOW_EXPERIMENT_ID: '17' });
    await logSplit({ ...env, MLFLOW_EXPERIMENT_NAME: 'lung 1' });
    await logSplit({ ...env, MLFLOW_EXPERIMENT_NAME: 'lung 1' });
    expect([...server.runs.values()].map(({ experimentId }) => experimentId)).toEqual(['17', '1', '1']);
    expect(server.seen.filter(({ path }) => path.endsWith('experiments/create'))).toHaveLength(1);
  });

  test('keeps parameters as they are, and gets all else', async () => {
    const server = await servedForTest();
    await logSplit({ MLFLOW_TRACKING_URI: server.url });
    const [run] = server.runs.values();
    run.params['split.seed'] = '8';
    run.metrics['split/train'] = 0;
    const told = await logSplit({ MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: 'run-1' });
    expect(told).toEqual([`split: MLflow at ${server.host}: it answers with 400, INVALID_PARAMETER_VALUE`]);
    expect(run.params['split.seed']).toBe('8');
    expect(run.metrics['split/train']).toBe(6);
  });
});

describe('the report', () => {
  test('is logged with its sheets where patients are named by HMACs', async () => {
    const server = await servedForTest();
    expect(await logReport({ MLFLOW_TRACKING_URI: server.url })).toEqual([]);
    const below = '0/run-1/artifacts';
    expect([...server.artifacts].map(([path, bytes]) => [path, new Uint8Array(bytes)])).toEqual([
      [`${below}/report/index.html`, REPORT],
      [`${below}/contact_sheet.png`, SHEETS[0]],
      [`${below}/contact_sheet_2.png`, SHEETS[1]],
    ]);
    const types = server.seen
      .filter(({ method }) => method === 'PUT')
      .map(({ headers }) => headers['content-type']);
    expect(types).toEqual(['text/html', 'image/png', 'image/png']);
  });

  test('is logged last, when the run has ended', async () => {
    const server = await servedForTest();
    await logReport({ MLFLOW_TRACKING_URI: server.url });
    const order = server.seen.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
    expect(order).toEqual([
      ...['POST create', 'POST log-batch', 'POST log-batch', 'POST log-batch', 'POST update'],
      ...['PUT index.html', 'PUT contact_sheet.png', 'PUT contact_sheet_2.png'],
    ]);
  });

  test('stays here where patients are named by their folders, unless it is asked for', async () => {
    const server = await servedForTest();
    const env = { MLFLOW_TRACKING_URI: server.url };
    expect(await logReport(env, 'folder')).toEqual([
      `pass2-write: MLflow at ${server.host}: values are logged; the report shows patients by the names of their folders, and is logged with SWINPREP_MLFLOW=report`,
    ]);
    expect(await logReport({ ...env, SWINPREP_MLFLOW: 'values' }, 'folder')).toEqual([]);
    expect(await logReport({ ...env, SWINPREP_MLFLOW: 'values' }, 'hmac')).toEqual([]);
    expect(server.artifacts.size).toBe(0);
    expect(await logReport({ ...env, SWINPREP_MLFLOW: 'report' }, 'folder')).toEqual([]);
    expect(server.artifacts.size).toBe(3);
  });

  test('stays here for a word that is not known, which is told', async () => {
    const server = await servedForTest();
    const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'reprt' };
    expect(await logReport(env, 'hmac')).toEqual([
      `pass2-write: MLflow at ${server.host}: SWINPREP_MLFLOW is "reprt", which counts as values; it is report, values or off, or not set`,
    ]);
    expect(server.artifacts.size).toBe(0);
    expect(server.runs.get('run-1')!.status).toBe('FINISHED');
  });

  test.each([
    ['s3://bucket/0/artifacts', 's3:'],
    ['file:///srv/mlruns/0', 'file:'],
    ['./mlruns/0', 'a path'],
    ['mlflow-artifacts://other.example:5000/0/artifacts', 'other.example:5000'],
  ])('goes to no place that only the server has named: %s', async (artifact_uri, shown) => {
    const server = await servedForTest({
      trouble: ({ path }, response) => {
        if (!path.endsWith('runs/create')) return false;
        response.end(JSON.stringify({ run: { info: { run_id: 'run-1', artifact_uri } } }));
        return true;
      },
    });
    const [told] = await logReport({ MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: '' });
    expect(told).toContain(
      `its artifacts lie elsewhere (${shown}); start the server without --default-artifact-root or --no-serve-artifacts, and name a new experiment in MLFLOW_EXPERIMENT_NAME: one that is there keeps its place`,
    );
    expect(server.artifacts.size).toBe(0);
  });

  test('goes into the run that is given, where that says', async () => {
    const server = await servedForTest();
    await logSplit({ MLFLOW_TRACKING_URI: server.url });
    await logReport({ MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: 'run-1' });
    expect([...server.artifacts.keys()]).toContain('0/run-1/artifacts/report/index.html');
  });
});

test('of patients no name is sent but in a report', async () => {
  const server = await servedForTest();
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'report' };
  await logSplit(env);
  await logReport(env);
  const sent = server.seen.filter(({ method }) => method !== 'PUT');
  expect(sent.length).toBeGreaterThan(5);
  for (const { path, query, headers, bytes } of sent)
    expect(JSON.stringify([path, query, headers, bytes.toString()])).not.toContain(PATIENT);
  const reports = server.seen.filter(({ path }) => path.endsWith('index.html'));
  expect(reports.map(({ bytes }) => bytes.toString().includes(PATIENT))).toEqual([true]);
});
