import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/function/settings.ts';
import { templateProblems, valueProblems } from '../support/arm/check-template.ts';
import { armSchemas } from '../support/arm/closed-schema.ts';
import type { Value } from '../support/arm/functions.ts';
import { expand, type Template, typeOf } from '../support/arm/template.ts';
import { readJson } from '../support/cli.ts';
import { codeBlocks, ROOT, readDocument } from '../support/documents.ts';

const template = readJson<Template>(import.meta.dirname, '../../infra/azuredeploy.json');
const readme = readDocument('infra/README.md');
const USER = '11111111-1111-1111-1111-111111111111';
const EVERYTHING = { trigger: 'on', userObjectId: USER };

describe.skipIf(!existsSync(armSchemas))('the template, by the schemas of Azure Resource Manager', () => {
  it.each([
    { trigger: 'off' },
    { trigger: 'off', userObjectId: USER },
    { trigger: 'function', userObjectId: USER },
    EVERYTHING,
    { ...EVERYTHING, name: 'LongestNam', vmPriority: 'Dedicated', maxNodes: 100 },
  ])('is sound with %o', (given) => {
    expect(templateProblems(template, given)).toEqual([]);
  });

  it('has no property that could be misspelt unnoticed', () => {
    const places = propertiesIn(template as unknown as Value);
    expect(places.length).toBeGreaterThan(300);
    const unnoticed = places.filter(
      (place) => templateProblems(misspelt(template, place), EVERYTHING).length === 0,
    );
    expect(unnoticed.map((place) => place.join('.'))).toEqual([]);
  });

  it.each([
    ['a function', "[concat(variables('prefix'), 'acr'", "[conkat(variables('prefix'), 'acr'"],
    ['a parameter', "[parameters('location')]", "[parameters('locations')]"],
    [
      'a type in resourceId',
      "[resourceId('Microsoft.KeyVault/vaults'",
      "[resourceId('Microsoft.KeyVault/vault'",
    ],
    ['a runtime property', "'2024-11-30').principalId]", "'2024-11-30').principalID]"],
    ['a value of an enumeration', '"TLS1_2"', '"TLS1_02"'],
    ['a kind of endpoint', '"AzureFunction"', '"AzureFunctions"'],
    ['an API version', '"2026-05-01"', '"2026-05-02"'],
    ['a copy that is waited for', '"containers",\n', '"container",\n'],
  ])('notices %s that does not exist', (_, right, wrong) => {
    const text = JSON.stringify(template, undefined, 1);
    expect(text).toContain(right);
    expect(templateProblems(JSON.parse(text.replace(right, wrong)), EVERYTHING)).not.toEqual([]);
  });

  it('notices each resource that no longer waits for what it names', () => {
    const waiting = template.resources.filter(({ dependsOn }) => dependsOn !== undefined);
    const unnoticed = waiting.filter((resource) => {
      const hasty = { ...resource, dependsOn: [] };
      const resources = template.resources.map((other) => (other === resource ? hasty : other));
      return templateProblems({ ...template, resources }, EVERYTHING).length === 0;
    });
    expect(unnoticed).toEqual([]);
  });
});

describe('a deployment', () => {
  const made = (given: Readonly<Record<string, Value>>) =>
    expand(template, given).resources.filter(({ deployed }) => deployed);
  const types = (given: Readonly<Record<string, Value>>) => new Set(made(given).map(({ type }) => type));

  it('makes the function app first and its Event Grid subscription only when told that the code is there', () => {
    const app = 'Microsoft.Web/sites';
    const subscription = 'Microsoft.EventGrid/systemTopics/eventSubscriptions';
    expect([...types({ trigger: 'off' })].filter((type) => /Web|EventGrid/.test(type))).toEqual([]);
    expect(types({ trigger: 'function' })).toContain(app);
    expect(types({ trigger: 'function' })).not.toContain(subscription);
    expect(types({ trigger: 'on' })).toContain(subscription);
  });

  it('leaves no storage account with keys, public blobs or a hierarchical namespace', () => {
    const accounts = made(EVERYTHING).filter(({ type }) => type === STORAGE);
    expect(accounts).toHaveLength(3);
    for (const { body } of accounts)
      expect(body.properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        isHnsEnabled: false,
        minimumTlsVersion: 'TLS1_2',
      });
  });

  it('costs no node while nothing runs', () => {
    const cluster = made({}).find(({ type }) => type.endsWith('/computes'))!;
    expect(cluster.body.properties).toMatchObject({
      properties: { vmPriority: 'LowPriority', scaleSettings: { minNodeCount: 0, maxNodeCount: 4 } },
    });
  });

  it("attaches the cluster's identity to the workspace, as which serverless jobs run, beside that of its own", () => {
    const [workspace, cluster] = ['workspaces', 'workspaces/computes'].map(
      (name) => made({}).find(({ type }) => type === `Microsoft.MachineLearningServices/${name}`)!,
    );
    const { userAssignedIdentities } = cluster.body.identity as { userAssignedIdentities: Value };
    expect(Object.keys(userAssignedIdentities as object)).toEqual([
      expect.stringMatching(/userAssignedIdentities\/swinprep-cluster$/),
    ]);
    expect(workspace.body.identity).toEqual({
      type: 'SystemAssigned,UserAssigned',
      userAssignedIdentities,
    });
  });

  it('gives the roles that the README lists, and no others', () => {
    const listed = [...readme.matchAll(/^\| (cluster|function|user) \| ([^|]+) \| ([^|]+) \|/gm)];
    const given = made(EVERYTHING)
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map(({ body, dependsOn }) => {
        const { principalId, roleDefinitionId } = body.properties as Record<string, string>;
        const identity = dependsOn.find((id) => typeOf(id) === IDENTITY)?.replace(/.*-/, '');
        expect(principalId).toBe(identity === undefined ? USER : 'a-principal');
        const role = ROLES[roleDefinitionId.split('/').at(-1)!];
        return [WHO[identity ?? 'user'], role, scopeName(body.scope as string)].join(' | ');
      });
    expect(given.sort()).toEqual(listed.map(([, ...cells]) => cells.join(' | ')).sort());
  });

  it('tells what the README says by its outputs', () => {
    const listed = /by the outputs ([^:]+):/.exec(readme)![1];
    expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(Object.keys(template.outputs));
    const { outputs } = expand(template, EVERYTHING);
    expect(outputs.clinical).toBe(`${outputs.raw}/clinical.csv`);
    expect(outputs.raw).toBe(`https://${outputs.storageAccount}.blob.core.windows.net/raw`);
    expect(expand(template).outputs.functionApp).toBe('');
  });

  it('gives the function settings that it understands, and sends it the events that it wants', () => {
    const found = made(EVERYTHING);
    const app = found.find(({ type }) => type === 'Microsoft.Web/sites')!;
    const { siteConfig } = app.body.properties as unknown as {
      siteConfig: { appSettings: { name: string; value: string }[] };
    };
    const env = Object.fromEntries(siteConfig.appSettings.map(({ name, value }) => [name, value]));
    const settings = readSettings(env);
    const account = found.find(
      ({ type, body }) => type === STORAGE && env.SWINPREP_STORAGE_ID.endsWith(body.name as string),
    );
    const { outputs } = expand(template, EVERYTHING);
    expect(settings).toMatchObject({
      topic: account!.id,
      marker: `${outputs.raw}/_READY`,
      inputs: { raw: outputs.raw, clinical: outputs.clinical, interim: outputs.interim, roi: outputs.roi },
      uploads: expect.stringMatching(/^https:.*\/artifacts\//),
    });
    const { body } = found.find(({ type }) => type.endsWith('/eventSubscriptions'))!;
    expect(body.properties).toMatchObject({
      destination: { properties: { resourceId: `${app.id}/functions/ready` } },
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated'],
        subjectBeginsWith: settings.subject,
        subjectEndsWith: settings.subject,
      },
    });
    expect(readFileSync(path.join(ROOT, 'infra/function/main.ts'), 'utf8')).toMatch(/eventGrid\('ready'/);
  });

  it('has the parameters and outputs that the documents name', () => {
    const code = ['infra/README.md', 'docs/azure.md']
      .flatMap((name) => codeBlocks(readDocument(name), 'sh'))
      .join('\n')
      .replaceAll('\\\n', ' ');
    const given = [...code.matchAll(/--parameters (.*)/g)].flatMap(([, rest]) => [
      ...rest.matchAll(/(?<![\w-])(\w+)=(\S+)/g),
    ]);
    expect(given.length).toBeGreaterThan(3);
    for (const [, name, value] of given) {
      expect(Object.keys(template.parameters)).toContain(name);
      if (!value.startsWith('$')) expect(valueProblems(template, { [name]: value })).toEqual([]);
    }
    const outputs = [...code.matchAll(/\boutputs\.(\w+)|\$\(output (\w+)\)/g)].map(([, a, b]) => a ?? b);
    expect(outputs.length).toBeGreaterThan(3);
    for (const name of outputs) expect(Object.keys(template.outputs)).toContain(name);
  });

  it('takes the parameters of the example', () => {
    const example = readJson<{ parameters: Record<string, { value: Value }> }>(
      import.meta.dirname,
      '../../infra/azuredeploy.parameters.example.json',
    );
    const given = Object.fromEntries(
      Object.entries(example.parameters).map(([name, { value }]) => [name, value]),
    );
    expect(valueProblems(template, given)).toEqual([]);
    expect(made(given).length).toBeGreaterThan(20);
  });
});

const STORAGE = 'Microsoft.Storage/storageAccounts';
const IDENTITY = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const WHO: Readonly<Record<string, string>> = { cluster: 'cluster', trigger: 'function', user: 'user' };

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ROLES: Readonly<Record<string, string>> = {
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': 'Reader',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '7f951dda-4ed3-4680-a7ca-43fe172d538d': 'AcrPull',
  'f6c7c914-8db3-469d-8ca1-694a8f32e121': 'AzureML Data Scientist',
};

function scopeName(id: string): string {
  const name = id.split('/').at(-1)!;
  if (typeOf(id).endsWith('/containers')) return `container ${name}`;
  if (typeOf(id) === 'Microsoft.ContainerRegistry/registries') return 'registry';
  if (typeOf(id) === 'Microsoft.MachineLearningServices/workspaces') return 'workspace';
  const owner = { data: 'cohort', work: 'workspace', func: 'function' }[/^swinprep(\w{4})/.exec(name)![1]];
  return `account of the ${owner}`;
}

/** Paths of every property whose name means something: not those of outputs, which the README names. */
function propertiesIn(value: Value, above: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...above, key];
    const free = Array.isArray(value) || above.join() === 'outputs';
    return [...(free ? [] : [place]), ...propertiesIn(inner, place)];
  });
}

/** A copy in which the name of one property has a letter too many. */
function misspelt(whole: Template, place: readonly string[]): Template {
  const copy = structuredClone(whole) as unknown as Record<string, Value>;
  let owner = copy;
  for (const key of place.slice(0, -1)) owner = owner[key] as Record<string, Value>;
  const wrong = place.at(-1)!;
  const entries = Object.entries(owner).map(([key, value]) => [key === wrong ? `${key}x` : key, value]);
  for (const key of Object.keys(owner)) delete owner[key];
  Object.assign(owner, Object.fromEntries(entries));
  return copy as unknown as Template;
}
