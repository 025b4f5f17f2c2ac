import { ArmError, UsageError } from '../../errors.ts';
import { type AssetReference, homeId, homeText, type Registry, versionText } from '../asset-reference.ts';
import { assetPath, type Workspace } from '../workspace.ts';
import type { ArmClient, Json } from './arm-client.ts';

/** A version of an asset as Azure Resource Manager has it. */
export interface FoundAsset {
  /** Resource id of the version. */
  readonly id: string;
  readonly version: string;
  /** The reference with the version in place of a label. */
  readonly text: string;
  readonly properties: Json;
}

/** The one label that azure-ai-ml and the service know for data assets and components. */
const LATEST = 'latest';

/** Where azure-ai-ml asks which subscription and group a registry is in, by the host of Azure Resource Manager. */
const DISCOVERY: Readonly<Record<string, string>> = {
  'management.azure.com': 'https://eastus.api.azureml.ms',
  'management.chinacloudapi.cn': 'https://chinaeast2.api.ml.azure.cn',
  'management.usgovcloudapi.net': 'https://usgovarizona.api.ml.azure.us',
};

/** Names of one, for messages; the first word is that of `az ml`. */
const KINDS: Readonly<Record<AssetReference['collection'], string>> = {
  components: 'component',
  data: 'data asset',
  environments: 'environment',
  models: 'model',
};

/**
 * Looks an asset up; `workspace` is the one at hand. `latest` is, as of azure-ai-ml 1.35, of a data asset the
 * `latestVersion` of its container, of all others the version created last. Throws a UsageError where it is not there or
 * may not be looked up, an ArmError where Azure Resource Manager fails otherwise.
 */
export async function findAsset(
  client: ArmClient,
  reference: AssetReference,
  workspace: Workspace | undefined,
): Promise<FoundAsset> {
  const { collection, name, label } = reference;
  const home = reference.home ?? workspace;
  if (home === undefined) throw new Error(`the workspace of ${collection}/${name} is not known`);
  const kind = KINDS[collection];
  try {
    const place = 'registry' in home ? await located(client, home) : home;
    const parent = homeId(place);
    const version = reference.version ?? (await labelled(client, parent, reference, `${kind} ${name}`));
    if (version !== undefined) {
      const id = parent + assetPath(collection, name, version);
      const { properties } = ((await client.get(id)) ?? {}) as { properties?: Json };
      if (properties !== undefined) return { id, version, text: versionText(reference, version), properties };
    }
  } catch (cause) {
    if (!(cause instanceof ArmError) || cause.status !== 403) throw cause;
    const role = 'registry' in home ? 'AzureML Registry User' : 'Reader';
    throw new UsageError(
      `the identity of this process may not look up the ${kind} ${name}: give it the role ${role} on ${homeText(home)} (${cause.message})`,
      { cause },
    );
  }
  const which = label === undefined ? `version ${reference.version}` : 'version';
  const command = `az ml ${kind.split(' ')[0]} list`;
  const where = 'registry' in home ? ` --registry-name ${home.registry}` : '';
  throw new UsageError(
    `the ${kind} ${name} has no ${which} in ${homeText(home)}, or is not there; \`${command} --name ${name}${where}\` shows those that are`,
  );
}

/** The version that a label means; undefined where there is no such asset. */
async function labelled(
  client: ArmClient,
  parent: string,
  { collection, name, label = '' }: AssetReference,
  what: string,
): Promise<string | undefined> {
  if (label !== LATEST)
    throw new UsageError(
      `the label ${label} of the ${what} cannot be looked up: azure-ai-ml knows ${LATEST} alone; give that, or a version`,
    );
  const container = `${parent}/${collection}/${encodeURIComponent(name)}`;
  if (collection === 'data') {
    const found = (await client.get(container)) as
      | { properties?: { latestVersion?: string | null } }
      | undefined;
    return found?.properties?.latestVersion ?? undefined;
  }
  try {
    const newestFirst = { $orderBy: 'createdtime desc', $top: '1' };
    for await (const version of client.list(`${container}/versions`, newestFirst)) {
      const { name: named, id = '' } = version as { name?: string; id?: string };
      return named ?? id.slice(id.lastIndexOf('/') + 1);
    }
  } catch (error) {
    if (!(error instanceof ArmError) || error.status !== 404) throw error;
  }
  return undefined;
}

/** A registry with the group that it is in: its name is unique in all of Azure, and the discovery of Azure ML knows it. */
async function located(
  client: ArmClient,
  home: Registry,
): Promise<Registry & { readonly group: Omit<Workspace, 'workspaceName'> }> {
  const { registry } = home;
  if (home.group !== undefined) return { registry, group: home.group };
  const endpoint = process.env.REGISTRY_DISCOVERY_ENDPOINT_URL || DISCOVERY[client.host];
  if (endpoint === undefined)
    throw new UsageError(
      `where the registry ${registry} is cannot be looked up in this cloud: set REGISTRY_DISCOVERY_ENDPOINT_URL, as for azure-ai-ml`,
    );
  try {
    const url = `${endpoint.replace(/\/+$/, '')}/registrymanagement/v1.0/registries/${encodeURIComponent(registry)}/discovery?api-version=v1.0`;
    const { subscriptionId, resourceGroup } = (await client.getOfService(url)) as Partial<Workspace>;
    if (subscriptionId && resourceGroup) return { registry, group: { subscriptionId, resourceGroup } };
  } catch (error) {
    if (!(error instanceof ArmError) || error.status !== 404) throw error;
  }
  throw new UsageError(
    `there is no registry ${registry}; \`az ml registry list\` shows those that are there`,
  );
}
