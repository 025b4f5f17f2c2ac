import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkspaceClient } from '../../../src/azureml/arm/client.ts';
import { findAsset } from '../../../src/azureml/arm/find-asset.ts';
import { parseAssetReference } from '../../../src/azureml/asset-reference.ts';
import type { AssetCollection } from '../../../src/azureml/workspace.ts';
import { REGISTRY_HOME } from '../../support/azure/arm-assets.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { dataVersion } from '../../support/azure/assets.ts';
import { readJson } from '../../support/cli.ts';

type Requests = readonly (readonly [method: string, path: string])[];
/** Of azure-ai-ml. */
const recorded = readJson<Record<string, Requests>>(import.meta.dirname, '../../goldens/azure-lookups.json');
/** Where the recorded assets are. */
const PROVIDER = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices';

let arm: ArmServer;
let client: WorkspaceClient;
beforeEach(async () => {
  arm = await armServerHere();
  vi.stubEnv('REGISTRY_DISCOVERY_ENDPOINT_URL', arm.env.REGISTRY_DISCOVERY_ENDPOINT_URL!);
  const getToken = async (scope: string | string[]) => ({
    token: `token for ${String(scope).replace('/.default', '')}`,
    expiresOnTimestamp: Date.now() + 3.6e6,
  });
  const workspace = { subscriptionId: 's-1', resourceGroup: 'rg', workspaceName: 'ws' };
  client = new WorkspaceClient(workspace, { getToken }, arm.env.AZURE_RESOURCE_MANAGER_ENDPOINT!);
  const component = { properties: { componentSpec: { name: 'make', type: 'command' } } };
  const assets = new Map<string, Record<string, unknown>>([
    ['/data/raw/versions/3', dataVersion('uri_folder', 'https://lungs.blob.core.windows.net/raw')],
    ['/components/make/versions/3', component],
  ]);
  for (const [at, asset] of assets) arm.resources.set(at, asset);
  arm.registries.set('shared', assets);
});

async function requestsFor(reference: string, collection: AssetCollection): Promise<Requests> {
  const parsed = parseAssetReference(reference, collection)!;
  await findAsset(client, parsed, client.workspace);
  return arm.seen.map(({ method, path, query }) => {
    const id = path.startsWith('/data/') || path.startsWith('/components/') ? `/workspaces/ws${path}` : path;
    const there = id.startsWith('/workspaces/')
      ? PROVIDER + id
      : id.replace(REGISTRY_HOME, `${PROVIDER}/registries/`);
    return [method, query === '' ? there : `${there}?${query}`];
  });
}

describe('an asset is looked up by the requests of azure-ai-ml', () => {
  it.each<[string, AssetCollection, string]>([
    ['azureml:raw:3', 'data', 'data asset by version'],
    ['azureml:raw@latest', 'data', 'data asset by label'],
    ['azureml:make:3', 'components', 'component by version'],
  ])('%s', async (reference, collection, name) => {
    expect(await requestsFor(reference, collection)).toEqual(recorded[name]);
  });

  it.each<[string, AssetCollection, string]>([
    ['data/raw/versions/3', 'data', "registry's data asset by version"],
    ['data/raw/labels/latest', 'data', "registry's data asset by label"],
    ['components/make/versions/3', 'components', "registry's component by version"],
  ])('%s of a registry, which is looked for before', async (path, collection, name) => {
    const requests = await requestsFor(`azureml://registries/shared/${path}`, collection);
    expect(requests).toEqual([...recorded.registry, ...recorded[name]]);
  });

  it.each([
    ['azureml:make@latest', [], 'component by label', 'component by version'],
    [
      'azureml://registries/shared/components/make/labels/latest',
      recorded.registry,
      "registry's component by label",
      "registry's component by version",
    ],
  ])(
    '%s, and what was found by the list once more by its version',
    async (reference, before, label, version) => {
      const requests = await requestsFor(reference, 'components');
      expect(requests).toEqual([...before, ...recorded[label], ...recorded[version]]);
    },
  );
});
