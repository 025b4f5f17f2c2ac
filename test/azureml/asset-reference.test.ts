import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAssetReference, versionText } from '../../src/azureml/asset-reference.ts';

const workspace = { subscriptionId: 's-1', resourceGroup: 'rg (a)', workspaceName: 'w.1' };
const group = { subscriptionId: 's-1', resourceGroup: 'rg (a)' };
const ID = '/subscriptions/s-1/resourceGroups/rg (a)/providers/Microsoft.MachineLearningServices';
const raw = { collection: 'data', name: 'raw_1', version: '3.a', label: undefined };

describe('parseAssetReference', () => {
  it.each([
    ['azureml:raw_1:3.a', undefined],
    [`${ID}/workspaces/w.1/data/raw_1/versions/3.a`, workspace],
    [`azureml:${ID}/workspaces/w.1/data/raw_1/versions/3.a`, workspace],
    [`azureml:/${ID}/workspaces/w.1/data/raw_1/versions/3.a`, workspace],
    ['azureml://subscriptions/s-1/resourcegroups/rg (a)/workspaces/w.1/data/raw_1/versions/3.a', workspace],
    ['azureml://registries/r-1/data/raw_1/versions/3.a', { registry: 'r-1', group: undefined }],
    [`azureml:${ID}/registries/r-1/data/raw_1/versions/3.a`, { registry: 'r-1', group }],
  ])('reads %s', (text, home) => {
    expect(parseAssetReference(text, 'data')).toEqual({ ...raw, home });
    const label = text.replace('versions/3.a', 'labels/latest').replace(':3.a', '@latest');
    expect(parseAssetReference(label, 'data')).toEqual({ ...raw, home, version: undefined, label: 'latest' });
  });

  it('reads back what it writes', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9][\w-]{0,9}$/);
    const homes = fc.option(
      fc.oneof(
        fc.record({ subscriptionId: name, resourceGroup: name, workspaceName: name }),
        fc.record({ registry: name, group: fc.constant(undefined) }),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(homes, name, name, (home, asset, version) => {
        const reference = { collection: 'data', home, name: asset, version, label: undefined } as const;
        expect(parseAssetReference(versionText(reference, version), 'data')).toEqual(reference);
      }),
    );
  });

  it.each([
    'azureml:raw',
    'azureml:raw:',
    'azureml:raw@latest:3',
    'raw:3',
    './raw@latest',
    'azureml://datastores/d/paths/data/raw/versions/3',
    'azureml://registries/r/data/raw',
    'azureml://jobs/j/outputs/o/paths/p',
    'https://lungs.blob.core.windows.net/raw',
  ])('takes %s for no asset', (text) => {
    expect(parseAssetReference(text, 'data')).toBeUndefined();
  });

  it.each([
    ['azureml://registries/r/models/m/versions/1', 'is a model, not a data asset'],
    [`azureml:${ID}/workspaces/w.1/environments/e/versions/1`, 'is an environment, not a data asset'],
    [`azureml:${ID}/workspaces/w.1/codes/c/versions/1`, 'is of "codes", not a data asset'],
  ])('refuses %s', (text, message) => {
    expect(() => parseAssetReference(text, 'data')).toThrow(`${text}: ${message}`);
  });
});
