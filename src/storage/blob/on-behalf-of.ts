import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
  defaultRetryPolicy,
} from '@azure/core-rest-pipeline';
import { type AccessToken, CredentialUnavailableError, type TokenCredential } from '@azure/identity';

/** What the endpoint answers; `expires_on` in seconds since 1970. */
interface Answer {
  readonly access_token?: string;
  readonly token?: string;
  readonly expires_on?: number | string;
  readonly expires_in?: number | string;
  readonly expiresOn?: string;
}

/** A token is asked for anew so long before it ends. */
const MARGIN_MS = 5 * 60_000;

/**
 * Whoever submitted the job, where its `identity` is `user_identity`: Azure ML then gives tokens of that user at the
 * address in OBO_ENDPOINT. Asked as `AzureMLOnBehalfOfCredential` of azure-ai-ml 1.35.2 asks. Whatever goes wrong is a
 * CredentialUnavailableError, so that a chain of credentials goes on; none quotes what was answered.
 */
export class OnBehalfOfCredential implements TokenCredential {
  readonly #endpoint: string;
  readonly #pipeline = createEmptyPipeline();
  readonly #http = createDefaultHttpClient();
  readonly #tokens = new Map<string, AccessToken>();

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
    this.#pipeline.addPolicy(defaultRetryPolicy({ maxRetries: 3 }));
  }

  async getToken(scopes: string | string[]): Promise<AccessToken> {
    const resource = [scopes]
      .flat()
      .join(' ')
      .replace(/\/\.default$/, '');
    const known = this.#tokens.get(resource);
    if (known !== undefined && known.expiresOnTimestamp - MARGIN_MS > Date.now()) return known;
    const token = await this.#ask(resource);
    this.#tokens.set(resource, token);
    return token;
  }

  async #ask(resource: string): Promise<AccessToken> {
    const asked = Date.now();
    let status: number;
    let answer: Answer;
    try {
      const url = new URL(this.#endpoint);
      url.searchParams.set('resource', resource);
      const request = createPipelineRequest({ url: String(url), allowInsecureConnection: true });
      const response = await this.#pipeline.sendRequest(this.#http, request);
      status = response.status;
      answer = JSON.parse(response.bodyAsText ?? '') as Answer;
    } catch {
      throw new CredentialUnavailableError('OBO_ENDPOINT gives no token of the user who submitted the job');
    }
    const token = answer.access_token ?? answer.token;
    const expiresOnTimestamp = endOf(answer, asked);
    if (status === 200 && token && expiresOnTimestamp > asked) return { token, expiresOnTimestamp };
    throw new CredentialUnavailableError(
      `OBO_ENDPOINT gives no token of the user who submitted the job: HTTP ${status}`,
    );
  }
}

/** Milliseconds since 1970; NaN where nothing is told. */
function endOf({ expires_on, expires_in, expiresOn }: Answer, asked: number): number {
  if (expires_on) return Number(expires_on) * 1000;
  if (expires_in) return asked + Number(expires_in) * 1000;
  return Date.parse(expiresOn ?? '');
}
