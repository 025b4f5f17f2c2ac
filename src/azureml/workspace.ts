/** An Azure ML workspace, by what its resource id is made of. */
export interface Workspace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspaceName: string;
}

/** Resource id of a workspace. */
export function workspaceId({ subscriptionId, resourceGroup, workspaceName }: Workspace): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}`;
}

/** Collections of versioned assets. */
export type AssetCollection = 'environments' | 'components' | 'data' | 'models';

/** Path of an asset's version below its workspace. */
export function assetPath(collection: AssetCollection | 'codes', name: string, version: string): string {
  return `/${collection}/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
}

/** Resource id of what `azureml:NAME:VERSION`, `azureml:NAME@LABEL` or a whole id in place of them names. */
export function assetId(workspace: Workspace, collection: AssetCollection, reference: string): string {
  const name = reference.replace(/^azureml:/, '');
  if (name.startsWith('/')) return name;
  const [, asset, mark, version] = /^([\w.-]+)([:@])([\w.-]+)$/.exec(name) ?? [];
  if (asset === undefined) throw new Error(`${reference} is no reference to an asset`);
  const path =
    mark === ':' ? assetPath(collection, asset, version) : `/${collection}/${asset}/labels/${version}`;
  return workspaceId(workspace) + path;
}

/** Resource id of a compute or datastore: `azureml:NAME`, `NAME`, or a whole id. */
export function resourceId(
  workspace: Workspace,
  collection: 'computes' | 'datastores',
  reference: string,
): string {
  const name = reference.replace(/^azureml:/, '');
  return name.startsWith('/') ? name : `${workspaceId(workspace)}/${collection}/${name}`;
}
