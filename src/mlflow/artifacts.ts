import { z } from 'zod';
import { TrackingError } from '../errors.ts';
import { announcementUrl, parseRunArtifacts, type TrackedWorkspace } from './azureml-workspace.ts';
import { isPrivateWay } from './http.ts';
import type { Run } from './run.ts';
import { read, type TrackingServer } from './server.ts';

/** A file that becomes an artifact of a run. */
export interface ArtifactFile {
  /** Among the artifacts: `report/index.html`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Uploads files, one after the other, to where the server says that artifacts of the run lie. */
export async function uploadArtifacts(
  server: TrackingServer,
  run: Run,
  files: readonly ArtifactFile[],
): Promise<void> {
  const { workspace } = server.target;
  for (const file of files)
    await (workspace === undefined ? byProxy(server, run, file) : toWorkspace(server, workspace, run, file));
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/**
 * Through the tracking server (`mlflow server --serve-artifacts`, its default), as MLflow's client resolves `mlflow-artifacts:`
 * (`MlflowArtifactsRepository.resolve_uri`). A place of another kind is written by MLflow's client itself; swinprep sends
 * neither pictures nor credentials to a host that only the server has named.
 */
async function byProxy(server: TrackingServer, run: Run, file: ArtifactFile): Promise<void> {
  const { api, host } = server.target;
  const uri = run.artifactUri ?? '';
  const [, authority = '', path] = /^mlflow-artifacts:(?:\/\/([^/]*))?(\/.*)$/.exec(uri) ?? [];
  if (path === undefined || (authority !== '' && authority !== host)) {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? 'a path';
    throw new TrackingError(
      `its artifacts lie elsewhere (${authority === '' ? scheme : authority}); start the server without --default-artifact-root or --no-serve-artifacts, and name a new experiment in MLFLOW_EXPERIMENT_NAME: one that is there keeps its place`,
    );
  }
  const place = `${path.replace(/\/+$/, '')}/${encoded(file.path)}`;
  const url = `${api}/api/2.0/mlflow-artifacts/artifacts${place}`;
  await server.send('PUT', url, file.bytes, file.contentType);
}

const announcedSchema = z.looseObject({
  artifactContentInformation: z
    .record(z.string(), z.looseObject({ contentUri: z.string().nullish() }))
    .nullish(),
});

/**
 * To the workspace's storage, as azureml-mlflow does it (`RunArtifactsClient.upload_file`): the run history is told the
 * path, and gives a URL with a SAS by which the blob is put. azureml-mlflow asks that there be none yet; a step that is run
 * again replaces it.
 */
async function toWorkspace(
  server: TrackingServer,
  workspace: TrackedWorkspace,
  run: Run,
  file: ArtifactFile,
): Promise<void> {
  const artifacts = parseRunArtifacts(run.artifactUri ?? '');
  if (artifacts === undefined)
    throw new TrackingError('the run does not say where its artifacts lie, so the report is not logged');
  const path = artifacts.path === '' ? file.path : `${artifacts.path}/${file.path}`;
  const body = JSON.stringify({ paths: [{ path }] });
  const announced = read(
    announcedSchema,
    await server.send('POST', announcementUrl(workspace, artifacts), body, 'application/json'),
  );
  const url = announced.artifactContentInformation?.[path]?.contentUri;
  if (!url || !URL.canParse(url) || !isPrivateWay(new URL(url)))
    throw new TrackingError('the workspace gives no place for the report');
  await putBlob(server, url, file);
}

async function putBlob(
  server: TrackingServer,
  url: string,
  { bytes, contentType }: ArtifactFile,
): Promise<void> {
  const { BlockBlobClient } = await import('@azure/storage-blob');
  const blob = new BlockBlobClient(url, undefined, {
    retryOptions: { maxTries: 4, retryDelayInMs: 250, maxRetryDelayInMs: 2000 },
  });
  try {
    await blob.upload(bytes, bytes.length, {
      abortSignal: server.budget.signal,
      blobHTTPHeaders: { blobContentType: contentType },
    });
  } catch (cause) {
    const { errorCode } = await import('../storage/blob/blob-failure.ts');
    const { statusCode } = cause as { statusCode?: number };
    // The message has the URL with its SAS.
    const shown = [statusCode, errorCode(cause)].filter((part) => part !== undefined).join(' ');
    throw new TrackingError(`the workspace's storage did not take the report (${shown || 'no answer'})`);
  }
}
