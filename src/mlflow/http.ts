import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
  proxyPolicy,
  retryPolicy,
  tlsPolicy,
  userAgentPolicy,
} from '@azure/core-rest-pipeline';
import { messageOf, TrackingError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { Budget } from './budget.ts';
import { MOST_REPEATS, mayBeDone, repeatWithin } from './repeat.ts';

export interface HttpRequest {
  readonly method: HttpMethods;
  readonly url: string;
  /** Value of the header. */
  readonly authorization?: string | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly contentType?: string | undefined;
  /** Not safe to repeat: sent again only where the server has surely not heard it. */
  readonly once?: boolean | undefined;
}

export interface HttpOptions {
  /** Certificates of authorities to trust in place of the usual ones, as PEM. */
  readonly authorities?: string | undefined;
  /** Longest that one request may take, milliseconds. */
  readonly requestMs?: number | undefined;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Whether a URL leads to this machine, or through TLS. */
export function isPrivateWay({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || LOOPBACK.test(hostname);
}

/** Codes of OpenSSL and Node for a certificate that is not trusted. */
const CERTIFICATE = /CERT|ISSUER|SELF_SIGNED|ALTNAME/;

/** Requests that share a budget. None follows a redirect: what is sent and who sends it is for the server that was named. */
export class Http {
  readonly #budget: Budget;
  readonly #requestMs: number | undefined;
  readonly #authorities: string | undefined;
  readonly #client = createDefaultHttpClient();
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(budget: Budget, { authorities, requestMs }: HttpOptions = {}) {
    this.#budget = budget;
    this.#authorities = authorities;
    this.#requestMs = requestMs;
  }

  /** The text of a good answer. Throws a TrackingError for any other, and where there is none. */
  async send({ method, url, authorization, body, contentType, once = false }: HttpRequest): Promise<string> {
    const place = new URL(url);
    if (authorization !== undefined && !isPrivateWay(place))
      throw new TrackingError('no credential is sent over http; use https in MLFLOW_TRACKING_URI');
    const headers = createHttpHeaders({ accept: 'application/json' });
    if (authorization !== undefined) headers.set('authorization', authorization);
    if (contentType !== undefined) headers.set('content-type', contentType);
    const request = createPipelineRequest({
      ...{ url, method, headers, body: body ?? null },
      abortSignal: this.#signal(),
      allowInsecureConnection: place.protocol === 'http:',
    });
    let response: PipelineResponse;
    try {
      response = await this.#pipeline(place, once).sendRequest(this.#client, request);
    } catch (cause) {
      throw unreached(cause);
    }
    if (response.status >= 200 && response.status < 300) return response.bodyAsText ?? '';
    throw refused(response);
  }

  /** Not the `timeout` of a request: its timer runs on where the request fails, and keeps the process (core-rest-pipeline 1.24). */
  #signal(): AbortSignal {
    const { signal } = this.#budget;
    return this.#requestMs === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(this.#requestMs)]);
  }

  #pipeline(place: URL, once: boolean): Pipeline {
    // A proxy of the environment is not this machine.
    const direct = LOOPBACK.test(place.hostname);
    const key = `${direct} ${once}`;
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      // No compressed answers: of one that breaks off core-rest-pipeline 1.24 never hears.
      pipeline = createEmptyPipeline();
      pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: `swinprep/${VERSION}` }));
      if (!direct) pipeline.addPolicy(proxyPolicy());
      if (this.#authorities !== undefined) pipeline.addPolicy(tlsPolicy({ ca: this.#authorities }));
      pipeline.addPolicy(retryPolicy([repeatWithin(this.#budget, once)], MOST_REPEATS), { phase: 'Retry' });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }
}

function unreached(cause: unknown): TrackingError {
  const { name, code } = cause as { name?: string; code?: string };
  const isUnclear = mayBeDone(undefined, code);
  if (name === 'AbortError') return new TrackingError('no answer in time', { isUnclear: true });
  if (code === 'ECONNREFUSED') return new TrackingError('nothing listens there');
  if (code === 'ENOTFOUND') return new TrackingError('there is no such host');
  if (code !== undefined && CERTIFICATE.test(code))
    return new TrackingError(
      `its certificate is not trusted (${code}); name that of its authority in MLFLOW_TRACKING_SERVER_CERT_PATH`,
    );
  // Messages of others may quote what was sent; those of the network are told by their codes.
  const what = code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : messageOf(cause).slice(0, 80);
  return new TrackingError(`the connection failed (${what})`, { isUnclear });
}

function refused({ status, headers, bodyAsText }: PipelineResponse): TrackingError {
  if (status >= 300 && status < 400)
    return new TrackingError(`it points elsewhere (${status})${to(headers.get('location'))}`);
  const code = codeOf(bodyAsText);
  const known = code === undefined ? '' : `, ${code}`;
  if (status === 401 || status === 403)
    return new TrackingError(
      `it does not let this process in (${status}${known}); set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD`,
      { code },
    );
  return new TrackingError(`it answers with ${status}${known}`, {
    isUnclear: mayBeDone(status, undefined),
    isRefusal: status >= 400 && status < 500 && status !== 408 && status !== 429,
    code,
  });
}

/** Where a redirect leads, as far as it may be shown. */
function to(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { protocol, host } = new URL(location);
  return `, to ${protocol}//${host}; set MLFLOW_TRACKING_URI to where it is`;
}

/** `error_code` of MLflow's errors. Their message may quote what was sent, and is not shown. */
function codeOf(text: string | null | undefined): string | undefined {
  try {
    const { error_code: code } = JSON.parse(text ?? '') as { error_code?: unknown };
    return typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
