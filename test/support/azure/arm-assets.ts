/** Resources by their path below a workspace or registry, in the order in which they were made. */
export type Resources = Map<string, Record<string, unknown>>;

interface AssetProperties {
  readonly isArchived?: boolean | null;
  readonly dataType?: string;
}

const VERSION = /^\/(data|components|environments)\/([^/]+)\/versions\/([^/]+)$/;
const COLLECTION = /^\/(data|components|environments)\/([^/]+)(\/versions)?$/;

/** What Azure Resource Manager adds to a resource of its own accord. */
const SYSTEM = {
  createdBy: 'somebody',
  createdByType: 'User',
  createdAt: '2027-01-01T00:00:00Z',
  lastModifiedAt: '2027-01-01T00:00:00Z',
};

/**
 * What Azure Resource Manager answers to a GET of versioned assets at `below` a workspace or registry whose id is `parent`: a
 * version, the container with its latest version (the one made last), or the list of versions. Undefined for other paths.
 */
export function assetAnswer(
  resources: Resources,
  parent: string,
  below: string,
  query: URLSearchParams,
): [status: number, content: object] | undefined {
  const [, kind, name, version] = VERSION.exec(below) ?? [];
  if (kind !== undefined) {
    const found = resources.get(below);
    return found === undefined ? notFound(below) : [200, versionOf(parent, kind, name, version, found)];
  }
  const [, collection, asset, list] = COLLECTION.exec(below) ?? [];
  if (collection === undefined) return undefined;
  const start = `/${collection}/${asset}/versions/`;
  const made = [...resources].flatMap(([at, resource]) =>
    at.startsWith(start)
      ? [{ resource: versionOf(parent, collection, asset, at.slice(start.length), resource) }]
      : [],
  );
  if (list === undefined) {
    const latest = made.at(-1)?.resource;
    return latest === undefined ? notFound(below) : [200, containerOf(parent, collection, asset, latest)];
  }
  const shown = made
    .map(({ resource }) => resource)
    .filter(({ properties }) => query.get('listViewType') === 'All' || properties.isArchived !== true);
  if (query.get('$orderBy') === 'createdtime desc') shown.reverse();
  return [200, { value: shown.slice(0, Number(query.get('$top') ?? shown.length)), nextLink: null }];
}

function versionOf(
  parent: string,
  collection: string,
  name: string,
  version: string,
  { properties }: Record<string, unknown>,
) {
  return {
    id: `${parent}/${collection}/${name}/versions/${version}`,
    name: version,
    type: `${typeOf(parent)}/${collection}/versions`,
    properties: properties as AssetProperties,
    systemData: SYSTEM,
  };
}

function containerOf(
  parent: string,
  collection: string,
  name: string,
  { name: latestVersion, properties: { dataType } }: ReturnType<typeof versionOf>,
) {
  return {
    id: `${parent}/${collection}/${name}`,
    name,
    type: `${typeOf(parent)}/${collection}`,
    properties: {
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      latestVersion,
      nextVersion: String(Number.parseInt(latestVersion, 10) + 1),
      ...(collection === 'data' ? { dataType } : {}),
    },
    systemData: SYSTEM,
  };
}

function typeOf(parent: string): string {
  return `Microsoft.MachineLearningServices/${parent.includes('/registries/') ? 'registries' : 'workspaces'}`;
}

function notFound(below: string): [number, object] {
  return [404, { error: { code: 'ResourceNotFound', message: `no ${below}` } }];
}

/** Where a registry is, which only the discovery of Azure ML tells. */
export const REGISTRY_HOME =
  '/subscriptions/s-registries/resourceGroups/rg-registries/providers/Microsoft.MachineLearningServices/registries/';

/** What the discovery of Azure ML answers for a registry (`RegistryDiscoveryDto` of azure-ai-ml). */
export function discoveryAnswer(registry: string): object {
  const [, , subscriptionId, , resourceGroup] = REGISTRY_HOME.split('/');
  return {
    registryName: registry,
    tenantId: 't',
    primaryRegion: 'westeurope',
    regions: ['westeurope'],
    subscriptionId,
    resourceGroup,
    workspaceName: null,
    primaryRegionResourceProviderUri: 'https://cert-westeurope.experiments.azureml.net/',
  };
}
