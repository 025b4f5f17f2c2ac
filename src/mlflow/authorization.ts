import { TrackingError } from '../errors.ts';
import { tokenUrl } from './azureml-workspace.ts';
import type { Budget } from './budget.ts';
import type { Http } from './http.ts';
import type { Target } from './target.ts';

/** Value of the header, or none. */
export type Authorization = string | undefined;

/** From then on azureml-mlflow renews a job's token. */
const RENEW_SECONDS = 95;

/** Seconds that a JSON Web Token is still good for (RFC 7519, `exp`); without end where it does not say. */
function secondsLeft(token: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? exp - Date.now() / 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * How this process says to the server who it is. A job's token that ends soon is renewed by itself, as azureml-mlflow does
 * while a job runs. A step logs at its end, perhaps after days: where that cannot be done any more, the credential of the
 * process has to do, which azureml-mlflow takes only where there is no token.
 */
export async function authorizationOf(target: Target, http: Http, budget: Budget): Promise<Authorization> {
  const { identity, workspace } = target;
  if (identity.kind === 'nobody') return undefined;
  if (identity.kind === 'header') return identity.authorization;
  if (identity.kind === 'job') {
    const left = secondsLeft(identity.token);
    if (left >= RENEW_SECONDS) return `Bearer ${identity.token}`;
    if (left > 0 && workspace !== undefined) {
      const url = tokenUrl(workspace, identity.experiment, identity.runId);
      const renewed = await renew(http, url, identity.token);
      if (renewed !== undefined) return `Bearer ${renewed}`;
    }
  }
  return `Bearer ${await credentialToken(target.scope, budget)}`;
}

async function renew(http: Http, url: string, token: string): Promise<string | undefined> {
  try {
    const answer: unknown = JSON.parse(
      await http.send({ method: 'GET', url, authorization: `Bearer ${token}` }),
    );
    const { token: fresh } = answer as { token?: unknown };
    return typeof fresh === 'string' && fresh !== '' ? fresh : undefined;
  } catch {
    return undefined;
  }
}

async function credentialToken(scope: string, budget: Budget): Promise<string> {
  try {
    const { azureCredential } = await import('../storage/blob/credentials.ts');
    const credential = await azureCredential(process.env, { processTimeoutInMs: Math.ceil(budget.left()) });
    const found = await credential.getToken(scope, { abortSignal: budget.signal });
    if (found !== null) return found.token;
  } catch {
    // Told below: messages of credentials run over many lines.
  }
  throw new TrackingError('no credential of this process gives a token for the workspace');
}
