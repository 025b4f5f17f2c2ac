import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { certificate } from '../azure/certificate.ts';

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

export interface TrackedRun {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly startTime: number;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  readonly metrics: Record<string, number>;
  status: string;
  endTime: number | undefined;
}

/** Does something else with a request than answer it well. `nth`: how often this path has been asked for, from 1. */
export type Trouble = (request: SeenRequest, response: ServerResponse, nth: number) => boolean;

export interface TrackingServerOptions {
  readonly trouble?: Trouble;
  /** Over TLS, by the certificate of this run of tests, for a workspace: what azureml-mlflow asks for is served too. */
  readonly workspace?: string;
  /** Value that the header has to have. */
  readonly authorization?: () => string | undefined;
}

export interface TrackingServer {
  readonly url: string;
  readonly host: string;
  readonly seen: SeenRequest[];
  readonly runs: Map<string, TrackedRun>;
  readonly artifacts: Map<string, Buffer>;
  /** Requests whose connection was closed before they were answered. */
  readonly brokenOff: string[];
  stop(): Promise<void>;
}

/** The token that a workspace gives for an old one. */
export const RENEWED = 'renewed';

type Answer = readonly [status: number, body: object];

const problem = (status: number, code: string): Answer => [
  status,
  { error_code: code, message: `${code} of what was sent` },
];

/** The part of an MLflow tracking server that is used, with its rules: parameters never change, names are checked. */
export async function startTrackingServer({
  trouble = () => false,
  workspace,
  authorization = () => undefined,
}: TrackingServerOptions = {}): Promise<TrackingServer> {
  const seen: SeenRequest[] = [];
  const runs = new Map<string, TrackedRun>();
  const experiments = new Map<string, string>();
  const artifacts = new Map<string, Buffer>();
  const asked = new Map<string, number>();
  const brokenOff: string[] = [];
  let origin = '';

  const infoOf = ({ id, experimentId, status }: TrackedRun): object => ({
    run_id: id,
    experiment_id: experimentId,
    status,
    artifact_uri:
      workspace === undefined
        ? `mlflow-artifacts:/${experimentId}/${id}/artifacts`
        : `azureml://experiments/lung %1/runs/${id}/artifacts`,
  });

  function addRun(id: string, body: Record<string, never>): TrackedRun {
    const {
      experiment_id = '0',
      run_name = '',
      start_time = 0,
      tags = [],
    } = body as unknown as {
      experiment_id?: string;
      run_name?: string;
      start_time?: number;
      tags?: { key: string; value: string }[];
    };
    const run: TrackedRun = {
      ...{ id, experimentId: experiment_id, name: run_name, startTime: start_time },
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      ...{ params: {}, metrics: {}, status: 'RUNNING', endTime: undefined },
    };
    runs.set(id, run);
    return run;
  }

  function logBatch(run: TrackedRun, body: Record<string, never>): Answer {
    const { metrics = [], params = [] } = body as unknown as {
      metrics?: { key: string; value: number }[];
      params?: { key: string; value: string }[];
    };
    // validate_param_and_metric_name and path_not_unique of MLflow.
    const names = [...metrics, ...params].map(({ key }) => key);
    if (names.some((name) => !/^[\w/.\- :]*$/.test(name) || name.length > 250))
      return problem(400, 'INVALID_PARAMETER_VALUE');
    if (params.some(({ key, value }) => (run.params[key] ?? value) !== value))
      return problem(400, 'INVALID_PARAMETER_VALUE');
    for (const { key, value } of metrics) run.metrics[key] = value;
    for (const { key, value } of params) run.params[key] = value;
    return [200, {}];
  }

  function mlflow({ query, bytes }: SeenRequest, method: string): Answer {
    const body = bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as Record<string, never>);
    const run = runs.get(query.run_id ?? body.run_id ?? '');
    switch (method) {
      case 'experiments/get-by-name': {
        const id = experiments.get(query.experiment_name);
        return id === undefined
          ? problem(404, 'RESOURCE_DOES_NOT_EXIST')
          : [200, { experiment: { experiment_id: id, name: query.experiment_name } }];
      }
      case 'experiments/create':
        experiments.set(body.name, String(experiments.size + 1));
        return [200, { experiment_id: experiments.get(body.name) }];
      case 'runs/create':
        return [200, { run: { info: infoOf(addRun(`run-${runs.size + 1}`, body)), data: {} } }];
      case 'runs/search': {
        const [, key, value] = /^tags\.`([^`]+)` = '([^']+)'$/.exec(body.filter) ?? [];
        const found = [...runs.values()].filter(({ tags }) => tags[key] === value);
        return [200, { runs: found.map((one) => ({ info: infoOf(one), data: {} })) }];
      }
      case 'runs/get':
        return run === undefined
          ? problem(404, 'RESOURCE_DOES_NOT_EXIST')
          : [200, { run: { info: infoOf(run), data: {} } }];
      case 'runs/log-batch':
        return run === undefined ? problem(404, 'RESOURCE_DOES_NOT_EXIST') : logBatch(run, body);
      case 'runs/update':
        if (run === undefined) return problem(404, 'RESOURCE_DOES_NOT_EXIST');
        Object.assign(run, { status: body.status, endTime: body.end_time });
        return [200, { run_info: infoOf(run) }];
      default:
        return problem(404, 'ENDPOINT_NOT_FOUND');
    }
  }

  function history({ path, bytes }: SeenRequest): Answer {
    if (path.endsWith('/token')) return [200, { token: RENEWED, expiryTimeUtc: '2099-01-01T00:00:00Z' }];
    const { paths } = JSON.parse(bytes.toString()) as { paths: { path: string }[] };
    const places = paths.map((one) => [one.path, { contentUri: `${origin}/store/c/${one.path}?sig=secret` }]);
    return [200, { artifactContentInformation: Object.fromEntries(places), errors: {} }];
  }

  function answer(request: SeenRequest): Answer {
    const { method, path, headers, bytes } = request;
    if (path.startsWith('/store/')) {
      artifacts.set(path.replace('/store/c/', ''), bytes);
      return [201, {}];
    }
    const wanted = authorization();
    if (wanted !== undefined && headers.authorization !== wanted) return problem(401, 'UNAUTHENTICATED');
    if (path.startsWith('/history/')) return history(request);
    const artifact = /\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(path)?.[1];
    if (artifact !== undefined && method === 'PUT') {
      artifacts.set(artifact, bytes);
      return [200, {}];
    }
    const what = /\/api\/2\.0\/mlflow\/(.*)$/.exec(path)?.[1];
    return what === undefined ? problem(404, 'ENDPOINT_NOT_FOUND') : mlflow(request, what);
  }

  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    const url = new URL(incoming.url!, 'http://server');
    response.on('close', () => {
      if (!response.writableFinished) brokenOff.push(`${incoming.method} ${url.pathname}`);
    });
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const request: SeenRequest = {
      ...{ method: incoming.method!, path: url.pathname, headers: incoming.headers },
      ...{ query: Object.fromEntries(url.searchParams), bytes: Buffer.concat(chunks) },
    };
    seen.push(request);
    const nth = (asked.get(request.path) ?? 0) + 1;
    asked.set(request.path, nth);
    if (trouble(request, response, nth)) return;
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server =
    workspace === undefined ? createHttpServer(listener) : createHttpsServer(certificate(), listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `${workspace === undefined ? 'http' : 'https'}://${host}`;
  return {
    url: workspace === undefined ? origin : `azureml://${host}/mlflow/v1.0${workspace}`,
    ...{ host, seen, runs, artifacts, brokenOff },
    stop: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** A tracking server until the end of the test that asks for it. */
export async function servedForTest(options: TrackingServerOptions = {}): Promise<TrackingServer> {
  const server = await startTrackingServer(options);
  onTestFinished(() => server.stop());
  return server;
}
