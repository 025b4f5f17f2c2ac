import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ParentRun, withParentRun } from '../../src/mlflow/parent-run.ts';
import { startTrackingServer, type TrackingServer } from '../support/mlflow/tracking-server.ts';

let server: TrackingServer;
let told: string[];

beforeEach(async () => {
  server = await startTrackingServer();
  told = [];
});
afterEach(() => server.stop());

/** What a server that is gone is waited for. */
const SHORT_MS = 1000;

const options = (env: NodeJS.ProcessEnv, budgetMs = 9000): ParentRun<string> => ({
  ...{ name: 'preprocess', env, tell: (line) => void told.push(line), budgetMs },
  endingOf: (result) => (result === 'stopped' ? 'KILLED' : 'FINISHED'),
});

/** What the steps of a run see of SWINPREP_MLFLOW*, and what the environment has afterwards. */
async function seenBySteps(env: NodeJS.ProcessEnv, result = 'done', budgetMs = 9000): Promise<object[]> {
  const own = () =>
    Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('SWINPREP_MLFLOW')));
  const during = await withParentRun(
    { ...options(env, budgetMs), endingOf: () => options(env).endingOf(result) },
    async () => own(),
  );
  return [during, own()];
}

test('a run of the whole is there for the steps, and ends with them', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'values' };
  const [during, after] = await seenBySteps(env);
  expect(during).toEqual({ SWINPREP_MLFLOW: 'values', SWINPREP_MLFLOW_PARENT_RUN: 'run-1' });
  expect(after).toEqual({ SWINPREP_MLFLOW: 'values' });
  const [{ name, status, endTime, startTime, tags }] = server.runs.values();
  expect([name, status, tags['mlflow.parentRunId']]).toEqual(['preprocess', 'FINISHED', undefined]);
  expect(endTime).toBeGreaterThanOrEqual(startTime);
  expect(told).toEqual([]);
});

test('a run within a run is a part of it', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW_PARENT_RUN: 'outer' };
  const [during, after] = await seenBySteps(env);
  expect([during, after]).toEqual([
    { SWINPREP_MLFLOW_PARENT_RUN: 'run-1' },
    { SWINPREP_MLFLOW_PARENT_RUN: 'outer' },
  ]);
  expect(server.runs.get('run-1')!.tags['mlflow.parentRunId']).toBe('outer');
});

test('it tells that it was stopped, or failed', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url };
  await seenBySteps(env, 'stopped');
  const failing = withParentRun(options(env), () => Promise.reject(new Error('of the work')));
  await expect(failing).rejects.toThrow('of the work');
  expect([...server.runs.values()].map(({ status }) => status)).toEqual(['KILLED', 'FAILED']);
});

test('where a run is given, the steps log into that, and no other is started', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: 'mine' };
  expect(await seenBySteps(env)).toEqual([{}, {}]);
  expect(server.seen).toEqual([]);
});

test.each([
  ['', { SWINPREP_MLFLOW: 'values', SWINPREP_MLFLOW_PARENT_RUN: 'run-1' }],
  ['mine', { SWINPREP_MLFLOW: 'values' }],
])('a word that is not known is told once, not by the steps again: run given "%s"', async (given, steps) => {
  const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: given, SWINPREP_MLFLOW: 'reprt' };
  expect(await seenBySteps(env)).toEqual([steps, { SWINPREP_MLFLOW: 'reprt' }]);
  expect(told).toEqual([
    'preprocess: MLflow: SWINPREP_MLFLOW is "reprt", which counts as values; it is report, values or off, or not set',
  ]);
});

test('where nothing is to be logged, nothing is sent', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'off' };
  expect(await seenBySteps(env)).toEqual([{ SWINPREP_MLFLOW: 'off' }, { SWINPREP_MLFLOW: 'off' }]);
  expect(await seenBySteps({})).toEqual([{}, {}]);
  expect(server.seen).toEqual([]);
});

test('where the server cannot be had, the steps do not try', async () => {
  await server.stop();
  const env = { MLFLOW_TRACKING_URI: server.url, SWINPREP_MLFLOW: 'report' };
  expect(await seenBySteps(env, 'done', SHORT_MS)).toEqual([
    { SWINPREP_MLFLOW: 'off' },
    { SWINPREP_MLFLOW: 'report' },
  ]);
  expect(told).toEqual([
    expect.stringMatching(/^preprocess: MLflow at 127\.0\.0\.1:\d+: .+; no step is logged$/),
  ]);
});

test('where the server goes meanwhile, what the work gives is given', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url };
  const result = await withParentRun(options(env), async () => {
    await server.stop();
    return 'done';
  });
  expect(result).toBe('done');
  expect(told).toEqual([expect.stringMatching(/^MLflow at 127\.0\.0\.1:\d+: .+; its run is not ended$/)]);
});
