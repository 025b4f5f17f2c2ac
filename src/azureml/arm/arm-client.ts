import { setTimeout as wait } from 'node:timers/promises';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { ArmError, messageOf, UsageError } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import { API_VERSION } from './api-version.ts';

/** Azure Resource Manager of the public cloud. */
const PUBLIC_CLOUD = 'https://management.azure.com';
/** Who the run history of Azure ML takes tokens for. */
const ML_SCOPE = 'https://ml.azure.com/.default';
/** Seconds between two looks at an operation that says nothing of when to look again. */
const POLL_SECONDS = 5;

const FINAL = new Set(['succeeded', 'failed', 'canceled']);

export type Json = Readonly<Record<string, unknown>>;

interface Page {
  readonly value?: readonly Json[];
  readonly nextLink?: string | null;
}

/**
 * Azure Resource Manager, and the services of Azure ML that take other tokens, over REST. Throttled and failed requests are
 * repeated as the service asks for. A `path` is a resource id.
 */
export class ArmClient {
  readonly #endpoint: string;
  readonly #arm: Pipeline;
  readonly #ml: Pipeline;
  readonly #credential: TokenCredential;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  readonly #http = createDefaultHttpClient();

  /** `endpoint` is that of another cloud's Azure Resource Manager. */
  constructor(
    credential: TokenCredential,
    endpoint = PUBLIC_CLOUD,
    sleep: (milliseconds: number) => Promise<unknown> = wait,
  ) {
    this.#credential = credential;
    this.#sleep = sleep;
    this.#endpoint = endpoint.replace(/\/+$/, '');
    this.#arm = pipelineFor(credential, `${this.#endpoint}/.default`);
    this.#ml = pipelineFor(credential, ML_SCOPE);
  }

  /** A resource; undefined where there is none. */
  async get(path: string): Promise<Json | undefined> {
    const response = await this.#send(this.#arm, 'GET', this.#url(path));
    return response.status === 404 && isNotFound(response) ? undefined : contentOf(response);
  }

  /** The resources of a collection, over all pages of the list. */
  async *list(path: string, query: Readonly<Record<string, string>> = {}): AsyncIterable<Json> {
    const more = new URLSearchParams(query).toString();
    let url: string | undefined = `${this.#url(path)}${more === '' ? '' : `&${more}`}`;
    while (url !== undefined) {
      const page = contentOf(await this.#send(this.#arm, 'GET', url)) as Page;
      yield* page.value ?? [];
      url = page.nextLink ? this.#here(page.nextLink) : undefined;
    }
  }

  /** Creates or replaces a resource, and waits until that is done. */
  async put({ path, body }: { readonly path: string; readonly body: Json }): Promise<Json> {
    // A pipeline's service acts for whoever submits it: azure-ai-ml sends this token too.
    const token = path.startsWith('/jobs/') ? await this.#mlToken() : undefined;
    const response = await this.#send(this.#arm, 'PUT', this.#url(path), body, token);
    const content = contentOf(response);
    await this.#finish(response);
    return content;
  }

  /** An action on a resource, waited for; gives what was answered at once. */
  async post(path: string, body?: Json): Promise<Json> {
    const response = await this.#send(this.#arm, 'POST', this.#url(path), body);
    const content = contentOf(response);
    await this.#finish(response);
    return content;
  }

  /** What a service of Azure ML other than Azure Resource Manager answers at a URL. */
  async getOfService(url: string): Promise<Json> {
    return contentOf(await this.#send(this.#ml, 'GET', url));
  }

  /** Host of Azure Resource Manager, which tells the cloud. */
  get host(): string {
    return new URL(this.#endpoint).host;
  }

  /** Resource id of a path. */
  protected idOf(path: string): string {
    return path;
  }

  async #mlToken(): Promise<string | undefined> {
    try {
      return (await this.#credential.getToken(ML_SCOPE))?.token;
    } catch (cause) {
      throw unreached(cause, this.#endpoint);
    }
  }

  #url(path: string): string {
    return `${this.#endpoint}${this.idOf(path)}?api-version=${API_VERSION}`;
  }

  /** Polls a long-running operation ("Track asynchronous Azure operations", Azure Resource Manager). */
  async #finish(started: PipelineResponse): Promise<void> {
    let response = started;
    const status = started.headers.get('azure-asyncoperation');
    const location = started.headers.get('location');
    for (;;) {
      const url = status ?? (response.status === 202 ? location : undefined);
      if (url === undefined) return;
      await this.#sleep(1000 * Number(response.headers.get('retry-after') ?? POLL_SECONDS));
      response = await this.#send(this.#arm, 'GET', this.#own(url));
      const content = contentOf(response);
      if (status === undefined) continue;
      const state = String(content.status);
      if (!FINAL.has(state.toLowerCase())) continue;
      if (state.toLowerCase() !== 'succeeded')
        throw armError(response.status, content, `the operation ${state}`);
      return;
    }
  }

  /** A next page at the endpoint that we speak to: links name other hosts and ports of the same service. */
  #here(link: string): string {
    const { pathname, search } = new URL(link);
    return this.#endpoint + pathname + search;
  }

  /** A URL that the service gave, which must be its own: the token goes there. */
  #own(url: string): string {
    if (new URL(url).origin === new URL(this.#endpoint).origin) return url;
    throw new ArmError(
      'UnexpectedHost',
      `Azure Resource Manager points to another host, ${new URL(url).host}`,
    );
  }

  async #send(
    pipeline: Pipeline,
    method: HttpMethods,
    url: string,
    body?: Json,
    token?: string,
  ): Promise<PipelineResponse> {
    const headers = createHttpHeaders({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (token !== undefined) headers.set('x-azureml-token', token);
    const request = createPipelineRequest({
      url,
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      timeout: 100_000,
    });
    try {
      return await pipeline.sendRequest(this.#http, request);
    } catch (cause) {
      throw unreached(cause, url);
    }
  }
}

function pipelineFor(credential: TokenCredential, scopes: string): Pipeline {
  const pipeline = createPipelineFromOptions({
    retryOptions: { maxRetries: 5, retryDelayInMs: 1000, maxRetryDelayInMs: 60_000 },
    userAgentOptions: { userAgentPrefix: `swinprep/${VERSION}` },
  });
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }), { phase: 'Sign' });
  return pipeline;
}

function unreached(cause: unknown, url: string): Error {
  const { name } = cause as Error;
  if (/Credential|Authentication/.test(name)) {
    return new UsageError(
      `cannot sign in to Azure: run \`az login\`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET\n${messageOf(cause)}`,
      { cause },
    );
  }
  return new ArmError('Unreachable', `${new URL(url).host}: ${messageOf(cause)}`, { cause });
}

/** The workspace or group itself may be what is not there. */
function isNotFound(response: PipelineResponse): boolean {
  const code = errorOf(parsed(response))?.code;
  return (
    code !== 'ResourceGroupNotFound' && code !== 'SubscriptionNotFound' && code !== 'ParentResourceNotFound'
  );
}

function contentOf(response: PipelineResponse): Json {
  const content = parsed(response);
  if (response.status >= 200 && response.status < 300) return content;
  throw armError(response.status, content, `HTTP status ${response.status}`);
}

function parsed({ bodyAsText }: PipelineResponse): Json {
  try {
    const content: unknown = JSON.parse(bodyAsText || '{}');
    return typeof content === 'object' && content !== null ? (content as Json) : {};
  } catch {
    return {};
  }
}

/** "Error response" of Azure Resource Manager. */
interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly target?: string;
  readonly details?: readonly ErrorBody[];
}

function errorOf(content: Json): ErrorBody | undefined {
  return content.error as ErrorBody | undefined;
}

function armError(status: number, content: Json, otherwise: string): ArmError {
  const error = errorOf(content) ?? {};
  const { code = `Http${status}`, message = otherwise, target, details = [] } = error;
  const more = details.map((detail) => `\n  - ${detail.code ?? ''}: ${detail.message ?? ''}`);
  return new ArmError(code, message + more.join(''), { status, target });
}
