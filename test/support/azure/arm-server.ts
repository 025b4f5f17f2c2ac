import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { assetAnswer, discoveryAnswer, REGISTRY_HOME, type Resources } from './arm-assets.ts';
import { certificate } from './certificate.ts';

export interface Seen {
  readonly method: string;
  /** Below the workspace, without the query. */
  readonly path: string;
  readonly apiVersion: string | null;
  /** Without the api-version, as it was sent. */
  readonly query: string;
  readonly body: Record<string, never> | undefined;
}

/** How the server is to answer the next request of a kind, in place of what it would. */
export interface Fault {
  readonly matches: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

export interface ArmServer {
  readonly workspace: string;
  /** For the command line: where the workspace is, who signs in, whom to trust. */
  readonly env: NodeJS.ProcessEnv;
  readonly seen: Seen[];
  readonly tokens: { resource: string | null; secret: string | undefined; client: string | undefined }[];
  readonly faults: Fault[];
  /** States of each job to come, in the order of their submission; a state lasts for one look. */
  readonly lives: string[][];
  /** States that each job has before it, by its name. */
  readonly states: Map<string, string[]>;
  /** What the run history says of the first step of a job that failed, by the job's name. */
  readonly failures: Map<string, object>;
  /** Resources by their path below the workspace. */
  readonly resources: Resources;
  /** Resources of each registry by their path below it. */
  readonly registries: Map<string, Resources>;
  /** Credentials that a registry gives for the blobs of its data, by their URL. */
  readonly blobCredentials: Map<string, object>;
  /** What an operation says each time one looks. */
  readonly operations: object[];
  /** Forgets all that has been put into it, and what it has seen. */
  reset(): void;
  stop(): Promise<void>;
}

const TOKEN_LIFE_SECONDS = 3600;
/** Jobs on a page of their list. */
const PAGE = 2;

/**
 * A server that behaves like Azure Resource Manager and the run history for one workspace, with an endpoint that gives
 * managed identity tokens, which it then asks for. https, with a certificate, for no token is sent over http.
 */
export async function startArmServer(): Promise<ArmServer> {
  const { key, cert, file: trusted } = certificate();
  const workspace =
    '/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';
  const seen: Seen[] = [];
  const tokens: ArmServer['tokens'] = [];
  const faults: Fault[] = [];
  const lives: string[][] = [];
  const failures: ArmServer['failures'] = new Map();
  const resources: Resources = new Map();
  const registries: ArmServer['registries'] = new Map();
  const blobCredentials: ArmServer['blobCredentials'] = new Map();
  const operations: object[] = [];
  const jobs = new Map<string, string[]>();
  let origin = '';

  /** Current state of a job; each look brings the next. */
  function look(id: string): string {
    const life = jobs.get(id)!;
    return life.length > 1 ? life.shift()! : life[0];
  }

  /** Without bringing the next state of any. */
  function pageOfJobs(query: URLSearchParams): object {
    const tag = query.get('tag');
    const all = [...jobs].flatMap(([name, [status]]) => {
      const { properties } = (resources.get(`/jobs/${name}`) ?? {}) as { properties?: { tags?: object } };
      const wanted = tag === null || Object.hasOwn(properties?.tags ?? {}, tag);
      return wanted ? [{ name, properties: { ...properties, status } }] : [];
    });
    const start = Number(query.get('$skip') ?? 0);
    const next = new URLSearchParams([...query, ['$skip', String(start + PAGE)]]);
    const more = start + PAGE < all.length;
    return {
      value: all.slice(start, start + PAGE),
      // As Azure writes it: not the host that was asked.
      nextLink: more ? `https://westeurope.management.azure.com:443${workspace}/jobs?${next}` : null,
    };
  }

  function registryAnswer(
    method: string,
    path: string,
    body: Record<string, unknown> | undefined,
    query: URLSearchParams,
  ): [number, object] {
    const [, registry, below] = /^([^/]+)(.*)$/.exec(path.slice(REGISTRY_HOME.length))!;
    const there = registries.get(registry);
    if (there === undefined) return [404, { error: { code: 'ResourceNotFound', message: registry } }];
    if (method === 'POST' && below.startsWith('/datareferences/')) {
      const blobUri = String(body?.blobUri);
      const credential = blobCredentials.get(blobUri) ?? { credentialType: 'NoCredentials' };
      return [200, { blobReferenceForConsumption: { blobUri, credential, storageAccountArmId: 'a' } }];
    }
    return assetAnswer(there, REGISTRY_HOME + registry, below, query) ?? [400, {}];
  }

  function answer(
    method: string,
    path: string,
    body: Record<string, unknown> | undefined,
    query: URLSearchParams,
  ): [number, object, object?] {
    const history = /^\/history\/v1\.0(.*)\/runs\/([^/]+)\/(children|details)$/.exec(path);
    if (history !== null) {
      const [, , run, what] = history;
      if (what === 'details') {
        const error = failures.get(run.replace(/-1$/, '')) ?? null;
        return [200, { logFiles: { 'user_logs/std_log.txt': `${origin}/log/${run}` }, error }];
      }
      const value = [
        { runId: `${run}-2`, displayName: 'split', status: 'NotStarted', startTimeUtc: null },
        {
          runId: `${run}-1`,
          displayName: 'convert',
          status: failures.has(run) ? 'Failed' : 'Running',
          startTimeUtc: '2027-01-01T00:00:00Z',
        },
      ];
      return jobs.has(run)
        ? [200, { value }]
        : [404, { error: { code: 'UserError', message: 'no such run' } }];
    }
    if (path === '/discovery') return [200, { api: origin }];
    const found = /^\/registrymanagement\/v1\.0\/registries\/([^/]+)\/discovery$/.exec(path)?.[1];
    if (found !== undefined)
      return registries.has(found)
        ? [200, discoveryAnswer(found)]
        : [404, { error: { code: 'UserError', message: 'no such registry' } }];
    if (path.startsWith(REGISTRY_HOME)) return registryAnswer(method, path, body, query);
    if (path.startsWith('/operations/')) return [200, operations.shift() ?? { status: 'Succeeded' }];
    const below = path.replace(workspace, '');
    if (below === '') return [200, { properties: { discoveryUrl: `${origin}/discovery` } }];
    const [, collection, name, action] = below.split('/');
    if (method === 'POST' && action === 'cancel') {
      jobs.set(name, ['CancelRequested', 'Canceled']);
      return [202, {}, { location: `${origin}/operations/cancel`, 'retry-after': '0' }];
    }
    if (method === 'PUT') {
      if (collection === 'jobs' && jobs.has(name)) {
        const { id: _, ...there } = resources.get(below)!;
        if (JSON.stringify(there) === JSON.stringify(body)) return [200, resources.get(below)!];
        const message = 'A job with this name already exists.';
        return [400, { error: { code: 'UserError', message } }];
      }
      const existed = resources.has(below);
      resources.set(below, { ...body, id: path });
      if (collection === 'jobs') jobs.set(name, lives.shift() ?? ['Completed']);
      if (collection !== 'schedules') return [existed ? 200 : 201, resources.get(below)!];
      const operation = { 'azure-asyncoperation': `${origin}/operations/1`, 'retry-after': '0' };
      return [201, resources.get(below)!, operation];
    }
    if (below === '/jobs') return [200, pageOfJobs(query)];
    const asset = assetAnswer(resources, workspace, below, query);
    if (asset !== undefined) return asset;
    const resource = resources.get(below);
    if (resource === undefined) return [404, { error: { code: 'ResourceNotFound', message: `no ${below}` } }];
    if (collection !== 'jobs') return [200, resource];
    const services = { Studio: { endpoint: 'https://ml.azure.com/runs/1' } };
    return [
      200,
      { ...resource, properties: { ...(resource.properties as object), status: look(name), services } },
    ];
  }

  const arm = createServer({ key, cert }, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url!, origin);
    const send = (status: number, content: object, headers: object = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(content));
    };
    if (url.pathname.startsWith('/log/')) {
      response.end(`log of ${url.pathname.slice(5)}\n`);
      return;
    }
    const path = decodeURIComponent(url.pathname);
    const body = text === '' ? undefined : JSON.parse(text);
    const { 'api-version': apiVersion = null, ...rest } = Object.fromEntries(url.searchParams);
    const query = new URLSearchParams(rest).toString();
    seen.push({ method: request.method!, path: path.replace(workspace, ''), apiVersion, query, body });
    const ofAzureMl = ['/history/', '/discovery', '/registrymanagement/'];
    const audience = ofAzureMl.some((start) => path.startsWith(start)) ? 'https://ml.azure.com' : origin;
    if (request.headers.authorization !== `Bearer token for ${audience}`) {
      send(401, { error: { code: 'InvalidAuthenticationToken', message: `not for ${audience}` } });
      return;
    }
    const fault = faults.findIndex(({ matches }) => `${request.method} ${path}`.includes(matches));
    if (fault >= 0) {
      const [{ status, headers, body: content = {} }] = faults.splice(fault, 1);
      send(status, content, headers);
      return;
    }
    if (request.method === 'PUT' && path.includes('/jobs/')) {
      const acting = request.headers['x-azureml-token'];
      if (acting !== 'token for https://ml.azure.com') {
        send(401, { error: { code: 'UserError', message: 'no token to act with' } });
        return;
      }
    }
    send(...answer(request.method!, path, body, url.searchParams));
  });
  origin = `https://127.0.0.1:${await listen(arm)}`;

  const identity = createHttpServer((request, response) => {
    const url = new URL(request.url!, 'http://127.0.0.1');
    const resource = url.searchParams.get('resource');
    const client = url.searchParams.get('client_id') ?? undefined;
    tokens.push({ resource, secret: request.headers['x-identity-header'] as string | undefined, client });
    const expires = Math.floor(Date.now() / 1000) + TOKEN_LIFE_SECONDS;
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        access_token: `token for ${resource}`,
        expires_on: String(expires),
        resource,
        token_type: 'Bearer',
      }),
    );
  });
  const identityPort = await listen(identity);

  return {
    workspace,
    seen,
    tokens,
    faults,
    lives,
    failures,
    states: jobs,
    resources,
    registries,
    blobCredentials,
    operations,
    env: {
      REGISTRY_DISCOVERY_ENDPOINT_URL: origin,
      AZURE_SUBSCRIPTION_ID: 's-1',
      AZURE_RESOURCE_GROUP: 'rg',
      AZURE_ML_WORKSPACE: 'ws',
      AZURE_RESOURCE_MANAGER_ENDPOINT: origin,
      NODE_EXTRA_CA_CERTS: trusted,
      // The managed identity of an App Service: the one flow over plain http on loopback.
      IDENTITY_ENDPOINT: `http://127.0.0.1:${identityPort}/msi/token`,
      IDENTITY_HEADER: 'secret',
    },
    reset: () => {
      for (const list of [seen, tokens, faults, lives, operations]) list.length = 0;
      for (const map of [jobs, failures, resources, registries, blobCredentials]) map.clear();
    },
    stop: async () => {
      for (const server of [arm, identity]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

let here: Promise<ArmServer> | undefined;

/**
 * The one server that commands in this process can sign in to, for the Azure SDK keeps who gives tokens and the tokens,
 * with nothing in it. What asks for tokens is tested by processes of their own.
 */
export async function armServerHere(): Promise<ArmServer> {
  here ??= startArmServer();
  const arm = await here;
  arm.reset();
  return arm;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
