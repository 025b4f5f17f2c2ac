import { UsageError } from '../errors.ts';
import { type AssetCollection, type Workspace, workspaceId } from './workspace.ts';

/** What a registry is found by: its name, and its group where an id tells that too. */
export interface Registry {
  readonly registry: string;
  readonly group: Omit<Workspace, 'workspaceName'> | undefined;
}

/** A versioned asset of a workspace or a registry, by a version or by a label. */
export interface AssetReference {
  readonly collection: AssetCollection;
  /** Undefined: the workspace at hand. */
  readonly home: Workspace | Registry | undefined;
  readonly name: string;
  readonly version: string | undefined;
  /** Such as `latest`; undefined where there is a version. */
  readonly label: string | undefined;
}

/** Names of one, for messages. */
const KINDS: Readonly<Record<AssetCollection, string>> = {
  components: 'a component',
  data: 'a data asset',
  environments: 'an environment',
  models: 'a model',
};

const SHORT = /^azureml:([\w.-]+)(?::([\w.-]+)|@([\w.-]+))$/i;
const MARK = '/(\\w+)/([\\w.-]+)/(?:versions/([\\w.-]+)|labels/([\\w.-]+))$';
/** `azureml://subscriptions/...`, `azureml:/subscriptions/...` and the bare resource id. */
const RESOURCE = new RegExp(
  `^(?:azureml:/?)?/subscriptions/([^/]+)/resourcegroups/([^/]+)(?:/providers/microsoft\\.machinelearningservices)?/(workspaces|registries)/([\\w.-]+)${MARK}`,
  'i',
);
const REGISTRY = new RegExp(`^azureml://registries/([\\w.-]+)${MARK}`, 'i');

/**
 * Reads a reference to an asset of a collection, in the forms that azure-ai-ml takes: `azureml:NAME:VERSION`,
 * `azureml:NAME@LABEL`, the ARM id, also as `azureml:/subscriptions/...` and `azureml://subscriptions/...`, and
 * `azureml://registries/R/data/NAME/versions/VERSION` or `.../labels/LABEL`. Undefined for a text of another form; throws a
 * UsageError for an asset of another collection.
 */
export function parseAssetReference(text: string, collection: AssetCollection): AssetReference | undefined {
  const short = SHORT.exec(text);
  if (short !== null) {
    const [, name, version, label] = short;
    return { collection, home: undefined, name, version, label };
  }
  const [, registry, ofRegistry, ...rest] = REGISTRY.exec(text) ?? [];
  if (registry !== undefined) {
    assertCollection(text, ofRegistry, collection);
    const [name, version, label] = rest;
    return { collection, home: { registry, group: undefined }, name, version, label };
  }
  const [, subscriptionId, resourceGroup, kind, home, ofResource, ...parts] = RESOURCE.exec(text) ?? [];
  if (subscriptionId === undefined) return undefined;
  assertCollection(text, ofResource, collection);
  const [name, version, label] = parts;
  const group = { subscriptionId, resourceGroup };
  return {
    collection,
    home: kind.toLowerCase() === 'workspaces' ? { ...group, workspaceName: home } : { registry: home, group },
    name,
    version,
    label,
  };
}

/** Why an `azureml:` text, of no datastore, is no place either. */
export function noPlace(text: string): UsageError {
  const shown = text.replace(/\?.*$/s, '');
  if (/^azureml:\/\/jobs\//i.test(text))
    return new UsageError(
      `${shown}: is an output of a job; give the URI of the datastore that it lies in, or register it as a data asset`,
    );
  if (/^azureml:\/\/(?:locations|resourcegroups)\//i.test(text))
    return new UsageError(
      `${shown}: cannot be looked up, for it does not name the workspace with its subscription; give azureml:NAME:VERSION`,
    );
  return new UsageError(
    `${shown}: is no data asset and no place in a datastore; give azureml:NAME:VERSION, azureml:NAME@latest or azureml://datastores/DATASTORE/paths/PATH`,
  );
}

function assertCollection(text: string, found: string, wanted: AssetCollection): void {
  const collection = found.toLowerCase();
  if (collection === wanted) return;
  const kind = Object.hasOwn(KINDS, collection) ? KINDS[collection as AssetCollection] : `of "${found}"`;
  throw new UsageError(`${text}: is ${kind}, not ${KINDS[wanted]}`);
}

/** The reference to a version of an asset as people write it: short for the workspace at hand, else with its home. */
export function versionText({ collection, home, name }: AssetReference, version: string): string {
  if (home === undefined) return `azureml:${name}:${version}`;
  const path = `${collection}/${name}/versions/${version}`;
  if ('registry' in home) return `azureml://registries/${home.registry}/${path}`;
  const { subscriptionId, resourceGroup, workspaceName } = home;
  return `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspaceName}/${path}`;
}

/** Where an asset lives, for messages. */
export function homeText(home: Workspace | Registry): string {
  return 'registry' in home ? `the registry ${home.registry}` : `the workspace ${home.workspaceName}`;
}

/** Resource id of a workspace, or of a registry in a group. */
export function homeId(home: Workspace | (Registry & { readonly group: object })): string {
  if (!('registry' in home)) return workspaceId(home);
  const { subscriptionId, resourceGroup } = home.group as Omit<Workspace, 'workspaceName'>;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/registries/${home.registry}`;
}
