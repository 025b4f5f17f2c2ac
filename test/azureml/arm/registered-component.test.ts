import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkspaceClient } from '../../../src/azureml/arm/client.ts';
import { resolveComponent } from '../../../src/azureml/arm/registered-component.ts';
import type { ArmRequest } from '../../../src/azureml/request-bodies/asset-body.ts';
import { REGISTRY_HOME } from '../../support/azure/arm-assets.ts';
import { type ArmServer, armServerHere } from '../../support/azure/arm-server.ts';
import { readJson } from '../../support/cli.ts';

/** The component make, as azure-ai-ml registers it. */
const { path: place, body } = readJson<Record<string, ArmRequest[]>>(
  import.meta.dirname,
  '../../goldens/azure-bodies.json',
)['make.yml'][0];
const [, , name, , version] = place.split('/');
const { componentSpec } = (body as { properties: { componentSpec: Record<string, unknown> } }).properties;

let arm: ArmServer;
let client: WorkspaceClient;

beforeEach(async () => {
  arm = await armServerHere();
  vi.stubEnv('REGISTRY_DISCOVERY_ENDPOINT_URL', arm.env.REGISTRY_DISCOVERY_ENDPOINT_URL!);
  client = new WorkspaceClient(
    { subscriptionId: 's-1', resourceGroup: 'rg', workspaceName: 'ws' },
    {
      getToken: async (scope) => ({
        token: `token for ${String(scope).replace('/.default', '')}`,
        expiresOnTimestamp: Date.now() + 3.6e6,
      }),
    },
    arm.env.AZURE_RESOURCE_MANAGER_ENDPOINT!,
  );
});
afterEach(() => vi.unstubAllEnvs());

const versionPath = (of: string): string => `/components/${name}/versions/${of}`;
const withDescription = (description: string) => ({
  properties: { ...(body.properties as object), description },
});

describe('a registered component is looked up with its spec', () => {
  it('by its version, in each form that azure-ai-ml takes', async () => {
    arm.resources.set(place, body);
    const id = `${arm.workspace}${place}`;
    const found = { id, version, text: `azureml:${name}:${version}`, archived: false };
    const resolved = await resolveComponent(client, `azureml:${name}:${version}`);
    expect(resolved).toMatchObject(found);
    expect(resolved.spec.inputs).toEqual(componentSpec.inputs);
    expect(resolved.spec.outputs).toEqual(componentSpec.outputs ?? {});
    for (const form of [id, `azureml:${id}`, `azureml:/${id}`.replace('resourceGroups', 'resourcegroups')])
      expect((await resolveComponent(client, form)).id.toLowerCase()).toBe(id.toLowerCase());
  });

  it('by the label latest, the version created last', async () => {
    arm.resources.set(versionPath('2'), withDescription('two'));
    arm.resources.set(versionPath('10'), withDescription('ten'));
    arm.resources.set(versionPath('9'), withDescription('nine'));
    const { id, text } = await resolveComponent(client, `azureml:${name}@latest`);
    expect({ id, text }).toEqual({ id: `${arm.workspace}${versionPath('9')}`, text: `azureml:${name}:9` });
  });

  it('in a registry, whose group the discovery of Azure ML tells', async () => {
    arm.registries.set('things', new Map([[versionPath('3'), body]]));
    const id = `${REGISTRY_HOME}things${versionPath('3')}`;
    const text = `azureml://registries/things/components/${name}/versions/3`;
    for (const reference of [text, text.replace('versions/3', 'labels/latest')])
      expect(await resolveComponent(client, reference)).toMatchObject({
        id,
        text,
        version: '3',
        spec: { inputs: componentSpec.inputs },
      });
  });
});

describe('a registered component is refused', () => {
  it.each([
    ['things/component.yml', 'things/component.yml: is no registered component; give azureml:NAME:VERSION,'],
    ['azureml:make', 'azureml:make: is no registered component'],
    ['azureml://registries/r/models/m/versions/1', 'is a model, not a component'],
    ['azureml:gone:1', 'the component gone has no version 1 in the workspace ws, or is not there;'],
    ['azureml:gone@latest', 'the component gone has no version in the workspace ws, or is not there;'],
    ['azureml:gone@default', 'azure-ai-ml knows latest alone; give that, or a version'],
    ['azureml://registries/r/components/c/versions/1', 'there is no registry r; `az ml registry list`'],
  ])('%s', async (reference, message) => {
    await expect(resolveComponent(client, reference)).rejects.toThrow(message);
  });

  it('where the identity may not look it up', async () => {
    const error = { code: 'AuthorizationFailed', message: 'no' };
    arm.faults.push({ matches: '/components/make/versions/1', status: 403, body: { error } });
    await expect(resolveComponent(client, 'azureml:make:1')).rejects.toThrow(
      'the identity of this process may not look up the component make: give it the role Reader on the workspace ws (AuthorizationFailed: no)',
    );
  });
});
