import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { uploadArtifacts } from '../../src/mlflow/artifacts.ts';
import {
  parseRunArtifacts,
  parseTrackedWorkspace,
  workspaceApi,
} from '../../src/mlflow/azureml-workspace.ts';
import { withinBudget } from '../../src/mlflow/budget.ts';
import { logStep } from '../../src/mlflow/log-step.ts';
import { endRun, getRun, logMetrics, logParams } from '../../src/mlflow/run.ts';
import { TrackingServer as Client } from '../../src/mlflow/server.ts';
import { targetOf } from '../../src/mlflow/target.ts';
import { armServerHere } from '../support/azure/arm-server.ts';
import { readGolden } from '../support/goldens.ts';
import { madeSummary, REPORT, SHEETS, writeReport, writeSplit } from '../support/mlflow/made-step.ts';
import {
  RENEWED,
  servedForTest,
  type TrackingServer,
  type TrackingServerOptions,
} from '../support/mlflow/tracking-server.ts';

interface Sent {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string | Record<string, string>;
  readonly authorization: string | null;
  readonly blob_type: string | null;
  readonly condition: string | null;
  readonly body: unknown;
}

interface Flow {
  readonly scopes: readonly string[];
  readonly requests: readonly Sent[];
  readonly failed: string | null;
}

/** What azureml-mlflow 1.62 sends. */
const { flows } = readGolden<{ flows: Record<string, Flow> }>('azureml-mlflow.json');

const WORKSPACE =
  '/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';
const RUN = 'convert_1';

/** A JSON Web Token that is good for so long. */
function token(seconds: number): string {
  const parts = [{ alg: 'none' }, { exp: Math.floor(Date.now() / 1000) + seconds }];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'x'].join('.');
}

let jobToken = '';

async function serve(options: TrackingServerOptions = {}): Promise<TrackingServer> {
  const server = await servedForTest({ workspace: WORKSPACE, ...options });
  server.runs.set(RUN, {
    ...{ id: RUN, experimentId: 'e-1', name: 'convert', startTime: 0, status: 'RUNNING' },
    ...{ params: {}, metrics: {}, endTime: undefined, tags: {} },
  });
  return server;
}

function job(server: TrackingServer, seconds = 3600): NodeJS.ProcessEnv {
  jobToken = token(seconds);
  return {
    ...{ MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: jobToken },
    ...{ MLFLOW_RUN_ID: RUN, AZUREML_RUN_ID: RUN, MLFLOW_EXPERIMENT_ID: 'e-1' },
  };
}

/** What a server was sent, in the words of the golden. */
function sentTo({ seen, host }: TrackingServer): Sent[] {
  return seen.map(({ method, path, query, headers, bytes }) => {
    const text = bytes.toString();
    const bearer = headers.authorization?.replace(jobToken || '?', 'job').replace(RENEWED, 'refreshed');
    return {
      ...{ method, host: `https://${host}`, path },
      query: Object.keys(query).length === 0 ? '' : query,
      authorization: bearer?.replace(/^Bearer token for .*/, 'Bearer credential') ?? null,
      blob_type: (headers['x-ms-blob-type'] as string | undefined) ?? null,
      condition: headers['if-none-match'] ?? null,
      body: text === '' ? null : headers['content-type'] === 'application/json' ? JSON.parse(text) : text,
    };
  });
}

/** The golden at the stand-in's host. */
function recorded(name: string, { host }: TrackingServer): Sent[] {
  return flows[name].requests.map((sent) => ({ ...sent, host: `https://${host}` }));
}

async function client<T>(env: NodeJS.ProcessEnv, work: (server: Client) => Promise<T>): Promise<T> {
  return withinBudget(9000, (budget) => work(new Client(targetOf(env), budget)));
}

async function sendValues(env: NodeJS.ProcessEnv, run = RUN): Promise<void> {
  await client(env, async (server) => {
    await logMetrics(server, run, [['a/b', 1.5]], 1_700_000_000_000);
    await logParams(server, run, [['p', 'v']]);
  });
}

/** Two batches, of metrics and of parameters, where azureml-mlflow sends one. */
function asOneBatch(sent: Sent[]): Sent[] {
  const [last, ...before] = sent.toReversed();
  const first = before.shift()!;
  const body = { ...(first.body as object), ...(last.body as object) };
  return [...before.toReversed(), { ...first, body }];
}

const arm = await armServerHere();

beforeEach(() => {
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) vi.stubEnv(name, arm.env[name]);
  arm.tokens.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => arm.reset());

describe('what azureml-mlflow sends', () => {
  test('is sent in a job, by the token of the job', async () => {
    const server = await serve();
    await sendValues(job(server));
    expect(asOneBatch(sentTo(server))).toEqual(recorded('values in a job', server));
    expect(arm.tokens).toEqual([]);
  });

  test('is sent by hand, by a credential', async () => {
    const server = await serve();
    server.runs.set('by-hand_2', { ...server.runs.get(RUN)!, id: 'by-hand_2' });
    jobToken = '';
    await sendValues(
      { MLFLOW_TRACKING_URI: `${server.url}?`, AZUREML_CURRENT_CLOUD: 'AzureCloud' },
      'by-hand_2',
    );
    expect(asOneBatch(sentTo(server))).toEqual(recorded('values by hand', server));
  });

  test.each([
    ['AzureCloud', 'values by hand'],
    ['AzureUSGovernment', 'values by hand, Azure Government'],
    ['AzureChinaCloud', 'values by hand, Azure China'],
  ])('is who a token is asked for in %s', (AZUREML_CURRENT_CLOUD, name) => {
    const { scope } = targetOf({ MLFLOW_TRACKING_URI: `azureml://h${WORKSPACE}`, AZUREML_CURRENT_CLOUD });
    expect([scope]).toEqual(flows[name].scopes);
  });

  test('renews a token that ends soon', async () => {
    const server = await serve();
    await sendValues(job(server, 60));
    expect(asOneBatch(sentTo(server))).toEqual(recorded('values in a job whose token ends soon', server));
  });

  test('ends a run by hand', async () => {
    const server = await serve();
    server.runs.set('by-hand_2', { ...server.runs.get(RUN)!, id: 'by-hand_2' });
    await client({ MLFLOW_TRACKING_URI: server.url }, (to) => endRun(to, 'by-hand_2', 'FINISHED', 17));
    const [, update] = recorded('end by hand', server);
    expect(sentTo(server)).toEqual([{ ...update, body: { ...(update.body as object), end_time: 17 } }]);
  });

  test("does not end a job's own run", async () => {
    const server = await serve();
    const split = await writeSplit();
    const told: string[] = [];
    const logging = { env: job(server), tell: (line: string) => void told.push(line) };
    await logStep(madeSummary('split'), 0, { split }, logging);
    expect(told).toEqual([]);
    const paths = (sent: readonly Sent[]) => new Set(sent.map(({ path }) => path.split('/').at(-1)));
    expect(paths(sentTo(server))).toEqual(new Set(['log-batch']));
    expect(paths(recorded("end of the job's own run", server))).toEqual(new Set(['get']));
    expect(server.runs.get(RUN)!.status).toBe('RUNNING');
    expect(server.runs.size).toBe(1);
  });

  test('puts a report where the run history says, without a token', async () => {
    const server = await serve();
    const file = { path: 'report/index.html', bytes: Buffer.from('<p>report</p>'), contentType: 'text/html' };
    await client(job(server), async (to) => uploadArtifacts(to, await getRun(to, RUN), [file]));
    const [get, announce, put] = recorded('report in a job', server);
    const ours = sentTo(server);
    expect(ours.slice(0, 2)).toEqual([get, announce]);
    // Where it lies is for the service to say; and a step that is run again replaces what is there.
    const place = { path: '/store/c/report/index.html', query: { sig: 'secret' } };
    expect(ours.slice(2)).toEqual([{ ...put, ...place, condition: null }]);
  });
});

describe('what azureml-mlflow does not do', () => {
  test('renews a token by the name of the experiment', async () => {
    const name = 'values in a job whose token ends soon, experiment by name';
    expect(flows[name].failed).toContain("has no attribute 'run'");
    const server = await serve();
    const { MLFLOW_EXPERIMENT_ID: _, ...env } = job(server, 60);
    await sendValues({ ...env, MLFLOW_EXPERIMENT_NAME: 'lung %1' });
    const [renewal, ...values] = sentTo(server);
    const [byId] = recorded('values in a job whose token ends soon', server);
    expect(renewal).toEqual({
      ...byId,
      path: byId.path.replace('experimentids/e-1', 'experiments/lung%20%251'),
    });
    expect(values.map(({ authorization }) => authorization)).toEqual(Array(2).fill('Bearer refreshed'));
  });

  test.each([
    ['has ended', -10, 0],
    ['ends soon and is not renewed', 60, 1],
  ])("takes a credential where a job's token %s", async (_, seconds, renewals) => {
    const server = await serve({
      trouble: ({ path }, response) => {
        if (!path.endsWith('/token')) return false;
        response.writeHead(403).end();
        return true;
      },
    });
    await sendValues(job(server, seconds));
    const expected = [...Array(renewals).fill('Bearer job'), ...Array(2).fill('Bearer credential')];
    expect(sentTo(server).map(({ authorization }) => authorization)).toEqual(expected);
  });
});

test('a job logs its values and its report into its own run', async () => {
  const server = await serve({ authorization: () => `Bearer ${jobToken}` });
  const manifest = await writeReport('hmac');
  const told: string[] = [];
  const logging = { env: job(server), tell: (line: string) => void told.push(line) };
  await logStep(madeSummary('pass2-write'), 0, { manifest }, logging);
  expect(told).toEqual([]);
  expect(server.runs.get(RUN)!.metrics['pass2-write/patients_ok']).toBe(7);
  expect([...server.artifacts].map(([path, bytes]) => [path, new Uint8Array(bytes)])).toEqual([
    ['report/index.html', REPORT],
    ['contact_sheet.png', SHEETS[0]],
    ['contact_sheet_2.png', SHEETS[1]],
  ]);
  const stored = server.seen.filter(({ path }) => path.startsWith('/store/'));
  expect(stored.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['a place that is reached over http', 'http://storage.example/c/report?sig=secret'],
  ['no place', null],
  ['something that is no URL', 'report'],
])('a report goes nowhere where the workspace gives %s', async (_, contentUri) => {
  const server = await serve({
    trouble: ({ path }, response) => {
      if (!path.endsWith('/batch/metadata')) return false;
      const content = { artifactContentInformation: { 'report/index.html': { contentUri } } };
      response.writeHead(200).end(JSON.stringify(content));
      return true;
    },
  });
  const manifest = await writeReport('hmac');
  const told: string[] = [];
  const logging = { env: job(server), tell: (line: string) => void told.push(line) };
  await logStep(madeSummary('pass2-write'), 0, { manifest }, logging);
  expect(told).toEqual([
    `pass2-write: MLflow at ${server.host}: the workspace gives no place for the report`,
  ]);
});

test('a SAS is not shown where storage refuses', async () => {
  const server = await serve({
    trouble: ({ path }, response) => {
      if (!path.startsWith('/store/')) return false;
      response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end();
      return true;
    },
  });
  const manifest = await writeReport('hmac');
  const told: string[] = [];
  const logging = { env: job(server), tell: (line: string) => void told.push(line) };
  await logStep(madeSummary('pass2-write'), 0, { manifest }, logging);
  expect(told).toEqual([
    `pass2-write: MLflow at ${server.host}: the workspace's storage did not take the report (403 AuthenticationFailed)`,
  ]);
});

describe('an azureml:// URI', () => {
  test.each([
    ['v1.0', `azureml://westeurope.api.azureml.ms/mlflow/v1.0${WORKSPACE}`],
    ['v2.0 and a query', `azureml://westeurope.api.azureml.ms/mlflow/v2.0${WORKSPACE}?&is-remote=True`],
    ['no version', `azureml://westeurope.api.azureml.ms${WORKSPACE}`],
    ['more behind the workspace', `azureml://westeurope.api.azureml.ms/mlflow/v1.0${WORKSPACE}/x`],
  ])('with %s leads to the API of the golden', (_, uri) => {
    const [{ host, path }] = flows['values in a job'].requests;
    expect(`${workspaceApi(parseTrackedWorkspace(uri))}/api/2.0/mlflow/runs/log-batch`).toBe(host + path);
  });

  test.each([
    'azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/registries/r',
    'azureml://datastores/d/paths/p',
    `azureml://user:secret@host/mlflow/v1.0${WORKSPACE}`,
    'azureml://',
  ])('%s is none of a workspace', (uri) => {
    expect(() => parseTrackedWorkspace(uri)).toThrow('MLFLOW_TRACKING_URI is no URI of a workspace');
  });

  test.each([
    ['azureml://experiments/e/runs/r/artifacts', { experimentName: 'e', runId: 'r', path: '' }],
    [
      'azureml://h/mlflow/v2.0/x/experiments/e f/runs/r/artifacts',
      { experimentName: 'e f', runId: 'r', path: '' },
    ],
    ['azureml://experiments/e/runs/r/artifacts/a/b', { experimentName: 'e', runId: 'r', path: 'a/b' }],
    ['azureml://experiments/e/runs/r', { experimentName: 'e', runId: 'r', path: '' }],
    ['azureml://experiments/ExperimentRun/dcid.r/a', undefined],
    ['mlflow-artifacts:/0/r/artifacts', undefined],
  ])('of artifacts %s', (uri, place) => {
    expect(parseRunArtifacts(uri)).toEqual(place);
  });
});
