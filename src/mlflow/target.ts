import { readFileSync } from 'node:fs';
import { messageOf, TrackingError } from '../errors.ts';
import {
  type JobExperiment,
  parseTrackedWorkspace,
  type TrackedWorkspace,
  tokenScope,
  workspaceApi,
} from './azureml-workspace.ts';
import type { HttpOptions } from './http.ts';

/** Who this process is to the server. */
export type Identity =
  | { readonly kind: 'nobody' }
  /** The value of the header. */
  | { readonly kind: 'header'; readonly authorization: string }
  /** The token that Azure ML gives a job, and what it is renewed by. */
  | {
      readonly kind: 'job';
      readonly token: string;
      readonly experiment: JobExperiment;
      readonly runId: string;
    }
  /** That of `DefaultAzureCredential`. */
  | { readonly kind: 'credential' };

/** Where this process logs to. */
export interface Target {
  /** Below it lies `/api/2.0/mlflow`; no slash at its end. */
  readonly api: string;
  /** For messages. */
  readonly host: string;
  readonly identity: Identity;
  /** Of an `azureml://` URI. */
  readonly workspace?: TrackedWorkspace;
  /** Scope of the tokens of a credential. */
  readonly scope: string;
  /** The run that is given: somebody else has started it, and will end it. */
  readonly runId: string | undefined;
  /** Of the run that is started where none is given. */
  readonly experiment: JobExperiment | undefined;
  readonly http: HttpOptions;
}

const text = (value: string | undefined): string | undefined => value?.trim() || undefined;

/**
 * Where MLFLOW_TRACKING_URI leads, with MLflow's other variables: MLFLOW_TRACKING_TOKEN, _USERNAME, _PASSWORD,
 * _SERVER_CERT_PATH, MLFLOW_RUN_ID, MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME, MLFLOW_HTTP_REQUEST_TIMEOUT. Throws a
 * TrackingError for one that is no server. MLFLOW_TRACKING_INSECURE_TLS is not obeyed: whoever stands between would read
 * the credential.
 */
export function targetOf(env: NodeJS.ProcessEnv): Target {
  const uri = text(env.MLFLOW_TRACKING_URI) ?? '';
  const id = text(env.MLFLOW_EXPERIMENT_ID);
  const name = text(env.MLFLOW_EXPERIMENT_NAME);
  const experiment = id !== undefined ? { id } : name !== undefined ? { name } : undefined;
  const common = {
    experiment,
    scope: tokenScope(env),
    http: { authorities: authoritiesOf(env), requestMs: requestMs(env) },
  };
  if (/^azureml:/i.test(uri)) {
    const workspace = parseTrackedWorkspace(uri);
    return {
      ...common,
      ...{ workspace, api: workspaceApi(workspace), host: new URL(workspace.origin).host },
      identity: identityInWorkspace(env, experiment),
      // Azure ML sets both in a job, to the same.
      runId: text(env.MLFLOW_RUN_ID) ?? text(env.AZUREML_RUN_ID),
    };
  }
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri))
    throw new TrackingError(
      'MLFLOW_TRACKING_URI names no server; give http://..., https://... or azureml://...',
    );
  const url = new URL(uri);
  return {
    ...common,
    api: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    host: url.host,
    identity: identityAt(url, env),
    runId: text(env.MLFLOW_RUN_ID),
  };
}

/** As MLflow's client reads it (`unquote` of Python): a `%` that encodes nothing stands for itself. */
function percentDecoded(written: string): string {
  return written.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}

/** As MLflow's client does it: name and password before a token, those of the environment before those in the URI. */
function identityAt({ username, password }: URL, env: NodeJS.ProcessEnv): Identity {
  const name = env.MLFLOW_TRACKING_USERNAME || percentDecoded(username);
  const word = env.MLFLOW_TRACKING_PASSWORD || percentDecoded(password);
  if (name && word)
    return { kind: 'header', authorization: `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}` };
  const token = text(env.MLFLOW_TRACKING_TOKEN);
  return token === undefined ? { kind: 'nobody' } : { kind: 'header', authorization: `Bearer ${token}` };
}

/** As azureml-mlflow does it: the job's token where token, run and experiment are all given, else a credential. */
function identityInWorkspace(env: NodeJS.ProcessEnv, experiment: JobExperiment | undefined): Identity {
  const token = text(env.MLFLOW_TRACKING_TOKEN);
  const runId = text(env.MLFLOW_RUN_ID);
  if (token === undefined || runId === undefined || experiment === undefined) return { kind: 'credential' };
  return { kind: 'job', token, experiment, runId };
}

/** Seconds that MLflow's client gives one request. */
function requestMs(env: NodeJS.ProcessEnv): number | undefined {
  const seconds = Number(text(env.MLFLOW_HTTP_REQUEST_TIMEOUT));
  return seconds > 0 ? 1000 * seconds : undefined;
}

function authoritiesOf(env: NodeJS.ProcessEnv): string | undefined {
  const file = text(env.MLFLOW_TRACKING_SERVER_CERT_PATH);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TrackingError(`MLFLOW_TRACKING_SERVER_CERT_PATH cannot be read: ${messageOf(cause)}`);
  }
}
