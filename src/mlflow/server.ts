import type { z } from 'zod';
import { TrackingError } from '../errors.ts';
import { type Authorization, authorizationOf } from './authorization.ts';
import type { Budget } from './budget.ts';
import { Http } from './http.ts';
import type { Target } from './target.ts';

/** A tracking server by MLflow's REST API 2.0, for as long as a budget lasts. */
export class TrackingServer {
  readonly target: Target;
  readonly budget: Budget;
  readonly #http: Http;
  #authorization: Promise<Authorization> | undefined;

  constructor(target: Target, budget: Budget) {
    this.target = target;
    this.budget = budget;
    this.#http = new Http(budget, target.http);
  }

  /** `GET /api/2.0/mlflow/PATH`. */
  async get<T>(path: string, query: Readonly<Record<string, string>>, schema: z.ZodType<T>): Promise<T> {
    const url = `${this.target.api}/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`;
    return read(schema, await this.send('GET', url));
  }

  /** `POST /api/2.0/mlflow/PATH`; `once`: it must not be done twice. */
  async post<T>(path: string, body: object, schema: z.ZodType<T>, once = false): Promise<T> {
    const url = `${this.target.api}/api/2.0/mlflow/${path}`;
    return read(schema, await this.send('POST', url, JSON.stringify(body), 'application/json', once));
  }

  /** A request to the server's own host, with what tells it who this is. */
  async send(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    body?: string | Uint8Array,
    contentType?: string,
    once?: boolean,
  ): Promise<string> {
    this.#authorization ??= authorizationOf(this.target, this.#http, this.budget);
    const authorization = await this.#authorization;
    return this.#http.send({ method, url, authorization, body, contentType, once });
  }
}

/** The value of an answer. Throws a TrackingError where it is none that MLflow gives. */
export function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new TrackingError(
      'what it answers is not of MLflow: does MLFLOW_TRACKING_URI name a tracking server?',
    );
  }
}
