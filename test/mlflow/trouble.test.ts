import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { logStep } from '../../src/mlflow/log-step.ts';
import { madeSummary, writeSplit } from '../support/mlflow/made-step.ts';
import { servedForTest, startTrackingServer, type Trouble } from '../support/mlflow/tracking-server.ts';

const TOKEN = 'tell-nobody';

async function log(env: NodeJS.ProcessEnv, budgetMs = 9000): Promise<string[]> {
  const told: string[] = [];
  const split = await writeSplit();
  await logStep(madeSummary('split'), 0, { split }, { env, tell: (line) => told.push(line), budgetMs });
  return told;
}

const reply = (response: ServerResponse, status: number, text: string, headers: object = {}): true => {
  response.writeHead(status, { ...headers }).end(text);
  return true;
};

const JSON_TYPE = { 'content-type': 'application/json' };
const createUrl = '/api/2.0/mlflow/runs/create';
const batchUrl = '/api/2.0/mlflow/runs/log-batch';

describe('one line tells what went wrong, and a step is none the worse for it', () => {
  const troubles: Record<string, [Trouble, string]> = {
    'a page in place of an answer': [
      (_, response) => reply(response, 200, '<html>proxy</html>', { 'content-type': 'text/html' }),
      'what it answers is not of MLflow: does MLFLOW_TRACKING_URI name a tracking server?',
    ],
    'JSON of something else': [
      (_, response) => reply(response, 200, '{"run":{"info":{"run_id":7}}}', JSON_TYPE),
      'what it answers is not of MLflow: does MLFLOW_TRACKING_URI name a tracking server?',
    ],
    'a value that is no object': [
      (_, response) => reply(response, 200, 'null', JSON_TYPE),
      'what it answers is not of MLflow: does MLFLOW_TRACKING_URI name a tracking server?',
    ],
    'an empty answer': [
      (_, response) => reply(response, 200, ''),
      'what it answers is not of MLflow: does MLFLOW_TRACKING_URI name a tracking server?',
    ],
    'a wish for a credential': [
      (_, response) => reply(response, 401, `bad token ${TOKEN}`),
      'it does not let this process in (401); set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD',
    ],
    'a refusal with a code': [
      (_, response) =>
        reply(response, 403, JSON.stringify({ error_code: 'PERMISSION_DENIED', message: TOKEN }), JSON_TYPE),
      'it does not let this process in (403, PERMISSION_DENIED); set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD',
    ],
    'a code that is none': [
      (_, response) => reply(response, 404, JSON.stringify({ error_code: `x ${TOKEN}` }), JSON_TYPE),
      'it answers with 404',
    ],
    'the wish to be asked again in an hour': [
      (_, response) => reply(response, 429, '', { 'retry-after': '3600' }),
      'it answers with 429',
    ],
    'a way to another place': [
      (_, response) =>
        reply(response, 308, '', { location: `https://user:${TOKEN}@other.example/x?${TOKEN}` }),
      'it points elsewhere (308), to https://other.example; set MLFLOW_TRACKING_URI to where it is',
    ],
    'a way to nowhere': [(_, response) => reply(response, 302, ''), 'it points elsewhere (302)'],
  };

  test.each(Object.entries(troubles))('%s', async (_, [trouble, message]) => {
    const server = await servedForTest({ trouble });
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: TOKEN };
    expect(await log(env)).toEqual([`split: MLflow at ${server.host}: ${message}`]);
    // It had been one request, not repeated.
    expect(server.seen.map(({ path }) => path)).toEqual([createUrl]);
  });

  test('a server that is not there', async () => {
    const server = await startTrackingServer();
    await server.stop();
    const told = await log({ MLFLOW_TRACKING_URI: server.url });
    expect(told).toEqual([`split: MLflow at ${server.host}: nothing listens there`]);
  });

  test.each(['sqlite:///mlflow.db', './mlruns', 'databricks', 'http://'])(
    '%s, which is no server',
    async (MLFLOW_TRACKING_URI) => {
      expect(await log({ MLFLOW_TRACKING_URI })).toEqual([
        'split: MLflow: MLFLOW_TRACKING_URI names no server; give http://..., https://... or azureml://...',
      ]);
    },
  );

  test('a run that is not there, told once and by its variable', async () => {
    const server = await servedForTest();
    expect(await log({ MLFLOW_TRACKING_URI: server.url, MLFLOW_RUN_ID: 'nope' })).toEqual([
      `split: MLflow at ${server.host}: the run of MLFLOW_RUN_ID: it answers with 404, RESOURCE_DOES_NOT_EXIST`,
    ]);
    expect(server.seen.map(({ path }) => path)).toEqual([batchUrl, batchUrl]);
  });

  test('an experiment that is not there', async () => {
    const trouble: Trouble = (_, response) =>
      reply(response, 404, JSON.stringify({ error_code: 'RESOURCE_DOES_NOT_EXIST' }), JSON_TYPE);
    const server = await servedForTest({ trouble });
    expect(await log({ MLFLOW_TRACKING_URI: server.url, MLFLOW_EXPERIMENT_ID: '999' })).toEqual([
      `split: MLflow at ${server.host}: the experiment of MLFLOW_EXPERIMENT_ID: it answers with 404, RESOURCE_DOES_NOT_EXIST`,
    ]);
  });

  test('an artifact of the step that is not there', async () => {
    const server = await servedForTest();
    const told: string[] = [];
    const options = { split: '/nowhere' };
    const env = { MLFLOW_TRACKING_URI: server.url };
    await logStep(madeSummary('split'), 0, options, { env, tell: (line) => told.push(line) });
    expect(told).toEqual([`split: MLflow at ${server.host}: nothing is logged any more (UsageError)`]);
  });
});

describe('a server that is late', () => {
  const late: Record<string, Trouble> = {
    'never answers': () => true,
    'never ends its answer': (_, response) => {
      response.writeHead(200, JSON_TYPE).write('{"run":{"info":');
      return true;
    },
    'never ends an answer of no length that is deflated': (_, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).write('x');
      return true;
    },
    'answers, and then not any more': ({ path }) => path === batchUrl,
  };

  test.each(Object.entries(late))('%s', async (_, trouble) => {
    const server = await servedForTest({ trouble });
    expect(await log({ MLFLOW_TRACKING_URI: server.url }, 300)).toEqual([
      `split: MLflow at ${server.host}: no answer within 0.3 s`,
    ]);
    // What was under way is not left so.
    await expect.poll(() => server.brokenOff.length).toBe(1);
  });

  test('one request may be given less', async () => {
    const server = await servedForTest({ trouble: ({ path }) => path === batchUrl });
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_HTTP_REQUEST_TIMEOUT: '0.2' };
    expect(await log(env)).toEqual([`split: MLflow at ${server.host}: no answer in time`]);
  });
});

describe('a request is sent again', () => {
  /** Spoils the first request for each path. */
  const atFirst =
    (spoil: (response: ServerResponse) => void): Trouble =>
    (_, response, nth) => {
      if (nth > 1) return false;
      spoil(response);
      return true;
    };
  const faults: Record<string, (response: ServerResponse) => void> = {
    'after 429 with a time': (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
    'after 429 with a date': (response) =>
      response.writeHead(429, { 'retry-after': new Date(0).toUTCString() }).end(),
    'after 503': (response) => response.writeHead(503).end(),
    'after 500': (response) => response.writeHead(500).end('<html>'),
    'after a broken connection': (response) => response.destroy(),
    'after half an answer': (response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{"run"');
      setImmediate(() => response.destroy());
    },
  };

  test.each(Object.entries(faults))('%s', async (_, spoil) => {
    const server = await servedForTest({ trouble: atFirst(spoil) });
    const told = await log({ MLFLOW_TRACKING_URI: server.url });
    expect(told).toEqual([]);
    const [run, ...others] = server.runs.values();
    expect(others).toEqual([]);
    expect(run.status).toBe('FINISHED');
    expect(run.metrics['split/train']).toBe(6);
    expect(run.params['split.seed']).toBe('7');
  });

  test('but a run is not started twice: it is looked for', async () => {
    const started: string[] = [];
    const server = await servedForTest({
      trouble: ({ path, bytes }, response, nth) => {
        if (path !== createUrl || nth > 1) return false;
        // It is started, and nobody hears of it.
        const { tags } = JSON.parse(bytes.toString()) as { tags: { key: string; value: string }[] };
        started.push(tags.find(({ key }) => key === 'swinprep.start')!.value);
        server.runs.set('run-0', {
          ...{ id: 'run-0', experimentId: '0', name: 'split', startTime: 0, status: 'RUNNING' },
          ...{ params: {}, metrics: {}, endTime: undefined, tags: { 'swinprep.start': started[0] } },
        });
        response.destroy();
        return true;
      },
    });
    expect(await log({ MLFLOW_TRACKING_URI: server.url })).toEqual([]);
    expect([...server.runs.keys()]).toEqual(['run-0']);
    expect(server.runs.get('run-0')!.status).toBe('FINISHED');
    const paths = server.seen.slice(0, 3).map(({ path }) => path.split('/').at(-1));
    expect(paths).toEqual(['create', 'search', 'log-batch']);
  });

  test('not for ever', async () => {
    const server = await servedForTest({
      trouble: ({ path }, response) => path === batchUrl && reply(response, 500, ''),
    });
    expect(await log({ MLFLOW_TRACKING_URI: server.url })).toEqual([
      `split: MLflow at ${server.host}: it answers with 500`,
    ]);
    expect(server.seen.filter(({ path }) => path === batchUrl)).toHaveLength(5);
  });
});

describe('a credential', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

  test.each([
    ['a token', { MLFLOW_TRACKING_TOKEN: TOKEN }, '', `Bearer ${TOKEN}`],
    [
      'a name and a password',
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p:é' },
      '',
      basic('u:p:é'),
    ],
    ['those in the URI', {}, 'u:p%40@', basic('u:p@')],
    // The first two are what Python's urllib.parse.unquote gives.
    ['a % in the URI that encodes nothing', {}, 'u:s3c%ret@', basic('u:s3c%ret')],
    ['such a % beside one that does', {}, '%u:%é%40%@', basic('%u:%é@%')],
    ['bytes in the URI that are no UTF-8', {}, 'u:a%ffb@', basic('u:a%ffb')],
    [
      'name and password before a token',
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p', MLFLOW_TRACKING_TOKEN: TOKEN },
      '',
      basic('u:p'),
    ],
    [
      'a token where there is a name alone',
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_TOKEN: TOKEN },
      '',
      `Bearer ${TOKEN}`,
    ],
  ])('%s', async (_, env, userinfo, authorization) => {
    const server = await servedForTest({ authorization: () => authorization });
    const MLFLOW_TRACKING_URI = server.url.replace('://', `://${userinfo}`);
    expect(await log({ ...env, MLFLOW_TRACKING_URI })).toEqual([]);
    expect([...server.runs.values()].map(({ status }) => status)).toEqual(['FINISHED']);
  });

  test('is sent to no other host, nor is anything else', async () => {
    const other = await servedForTest();
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await servedForTest({
        trouble: ({ path }, response) => reply(response, status, '', { location: `${other.url}${path}` }),
      });
      await log({
        ...{ MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: TOKEN },
        // A GET is what clients follow.
        MLFLOW_EXPERIMENT_NAME: 'x',
      });
      expect(server.seen).toHaveLength(1);
    }
    expect(other.seen).toEqual([]);
  });

  test('is not sent over http but to this machine', async () => {
    // TEST-NET-1 (RFC 5737), which is nowhere.
    const told = await log({ MLFLOW_TRACKING_URI: `http://user:${TOKEN}@192.0.2.1:5000` });
    expect(told).toEqual([
      'split: MLflow at 192.0.2.1:5000: no credential is sent over http; use https in MLFLOW_TRACKING_URI',
    ]);
  });
});
