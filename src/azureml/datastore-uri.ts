import { UsageError } from '../errors.ts';
import type { Workspace } from './workspace.ts';

/** A place in a datastore of an Azure ML workspace. */
export interface DatastorePlace {
  /** Undefined in the short form, which means the workspace at hand. */
  readonly workspace: Workspace | undefined;
  readonly datastore: string;
  /** Below what the datastore names, as it is: Azure ML percent-decodes nothing. No slash at its ends; `''` for all. */
  readonly path: string;
}

const SHORT = 'azureml://datastores/DATASTORE/paths/PATH';
const LONG =
  'azureml://subscriptions/ID/resourcegroups/GROUP/workspaces/WORKSPACE/datastores/DATASTORE/paths/PATH';
/** Names are those of resources: letters, digits and `-_.()`. */
const PATTERN =
  /^azureml:\/\/(?:subscriptions\/([^/]+)\/resourcegroups\/([^/]+)(?:\/providers\/microsoft\.machinelearningservices)?\/workspaces\/([^/]+)\/)?datastores\/([\w-]+)\/paths(?:\/([^?]*))?$/is;

/** Whether a text is a URI of Azure ML: of a datastore, or of something else that only Azure ML can look up, such as an asset. */
export function isAzureMlUri(text: string): boolean {
  return /^azureml:/i.test(text);
}

/** Whether a text means a place in a datastore, well written or not. */
export function isDatastoreUri(text: string): boolean {
  return /^azureml:\/\/(?:subscriptions\/.*\/workspaces\/[^/]+\/)?datastores(?:\/|$)/is.test(text);
}

/**
 * Reads `azureml://datastores/D/paths/P` or its long form, which names the workspace too (`AzureMLDatastorePathUri` of
 * azure-ai-ml; also with the resource provider, as in a resource id). Throws a UsageError for every other text.
 */
export function parseDatastoreUri(uri: string): DatastorePlace {
  const [, subscriptionId, resourceGroup, workspaceName, datastore, path = ''] = PATTERN.exec(uri) ?? [];
  if (datastore === undefined) {
    const shown = uri.replace(/\?.*$/s, '');
    throw new UsageError(
      shown !== uri && PATTERN.test(shown)
        ? `${shown}: has a query; a place in a datastore takes none, and no name with a "?"`
        : `${shown}: is no place in a datastore; give ${SHORT} or ${LONG}`,
    );
  }
  return {
    workspace: subscriptionId === undefined ? undefined : { subscriptionId, resourceGroup, workspaceName },
    datastore,
    path: path.replace(/^\/+|\/+$/g, ''),
  };
}
