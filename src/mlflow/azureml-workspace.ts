import { type Workspace, workspaceId } from '../azureml/workspace.ts';
import { TrackingError } from '../errors.ts';

/**
 * The workspace behind an `azureml://` tracking URI, as azureml-mlflow 1.62 takes it apart
 * (`_internal/service_context_loader.py`, `_internal/utils.py`): the host and the names of the workspace count, neither the
 * version in the path nor the query. test/goldens/azureml-mlflow.json has what it sends.
 */
export interface TrackedWorkspace extends Workspace {
  /** `https://REGION.api.azureml.ms`: of MLflow's REST API and of the run history. */
  readonly origin: string;
}

const URI = /^azureml:\/\/([^/?#]+)(\/[^?#]*)/i;
const SCOPE =
  /\/subscriptions\/(.+)\/resourceGroups\/(.+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)/;

/** Throws a TrackingError where it is no URI of a workspace: one of a registry is for models. */
export function parseTrackedWorkspace(uri: string): TrackedWorkspace {
  const [, host = '', path = ''] = URI.exec(uri) ?? [];
  const [, subscriptionId, resourceGroup, workspaceName] = SCOPE.exec(path) ?? [];
  if (workspaceName === undefined || host.includes('@') || !URL.canParse(`https://${host}`))
    throw new TrackingError(
      'MLFLOW_TRACKING_URI is no URI of a workspace; take it as `az ml workspace show --query mlflow_tracking_uri` tells it',
    );
  return { origin: `https://${host}`, subscriptionId, resourceGroup, workspaceName };
}

/** Below it lies MLflow's REST API 2.0. There is no 3.0: azureml-mlflow asks for 2.0 whatever MLflow is installed. */
export function workspaceApi(workspace: TrackedWorkspace): string {
  return `${workspace.origin}/mlflow/v2.0${workspaceId(workspace)}`;
}

function historyOf(workspace: TrackedWorkspace, experiment: JobExperiment): string {
  const [by, name] = 'id' in experiment ? ['experimentids', experiment.id] : ['experiments', experiment.name];
  return `${workspace.origin}/history/v1.0${workspaceId(workspace)}/${by}/${encodeURIComponent(name)}`;
}

export type JobExperiment = { readonly id: string } | { readonly name: string };

/**
 * Where a run gets a fresh token for an old one. azureml-mlflow asks by id where it has one; by name it fails, for it calls a
 * method that is not there (`run.get_token`).
 */
export function tokenUrl(workspace: TrackedWorkspace, experiment: JobExperiment, runId: string): string {
  return `${historyOf(workspace, experiment)}/runs/${encodeURIComponent(runId)}/token`;
}

/** Where artifacts of a run lie, as its `artifact_uri` says: `azureml://.../EXPERIMENT/runs/RUN/artifacts`. */
export interface RunArtifacts {
  readonly experimentName: string;
  readonly runId: string;
  /** Below the run's artifacts; '' for all of them. */
  readonly path: string;
}

const ARTIFACTS = /^azureml:\/\/[^/?#]*\/(?:[^?#]*\/)?([^/?#]+)\/runs\/([^/?#]+)(?:\/artifacts([^?#]*))?/i;

/** Undefined where it is no URI of a run's artifacts. Names are as they stand there: azureml-mlflow decodes none. */
export function parseRunArtifacts(uri: string): RunArtifacts | undefined {
  const [, experimentName, runId, path = ''] = ARTIFACTS.exec(uri) ?? [];
  return experimentName === undefined ? undefined : { experimentName, runId, path: path.replace(/^\//, '') };
}

/** Where a run announces artifacts, and is told a URL with a SAS for each. */
export function announcementUrl(
  workspace: TrackedWorkspace,
  { experimentName, runId }: RunArtifacts,
): string {
  return `${historyOf(workspace, { name: experimentName })}/runs/${encodeURIComponent(runId)}/artifacts/batch/metadata`;
}

/** Who tokens are for, by the cloud that AZUREML_CURRENT_CLOUD names. */
const AUDIENCES: Readonly<Record<string, string>> = {
  AzureCloud: 'https://management.azure.com',
  AzureChinaCloud: 'https://management.chinacloudapi.cn',
  AzureUSGovernment: 'https://management.usgovcloudapi.net',
};

/** Scope of the tokens of people and identities. azureml-mlflow asks the network where no cloud is named; here that is Azure's own. */
export function tokenScope(env: NodeJS.ProcessEnv): string {
  return `${AUDIENCES[env.AZUREML_CURRENT_CLOUD ?? ''] ?? AUDIENCES.AzureCloud}/.default`;
}
