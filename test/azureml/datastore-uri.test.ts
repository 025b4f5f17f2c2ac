import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAzureMlUri, parseDatastoreUri } from '../../src/azureml/datastore-uri.ts';
import { UsageError } from '../../src/errors.ts';

const workspace = { subscriptionId: 's-1', resourceGroup: 'rg (a)', workspaceName: 'w.1' };

describe('parseDatastoreUri', () => {
  it.each([
    ['azureml://datastores/raw_1/paths/nsclc/2019', 'nsclc/2019'],
    ['azureml://datastores/raw_1/paths/nsclc/2019/', 'nsclc/2019'],
    ['azureml://datastores/raw_1/paths/a b/50%25 #1', 'a b/50%25 #1'],
    ['azureml://datastores/raw_1/paths/', ''],
    ['azureml://datastores/raw_1/paths', ''],
    ['AzureML://Datastores/raw_1/Paths/A', 'A'],
  ])('reads %s as a place in the workspace at hand', (uri, path) => {
    expect(parseDatastoreUri(uri)).toEqual({ workspace: undefined, datastore: 'raw_1', path });
  });

  it.each([
    'azureml://subscriptions/s-1/resourcegroups/rg (a)/workspaces/w.1/datastores/raw/paths/a/b',
    'azureml://subscriptions/s-1/resourceGroups/rg (a)/workspaces/w.1/datastores/raw/paths/a/b',
    'azureml://subscriptions/s-1/resourceGroups/rg (a)/providers/Microsoft.MachineLearningServices/workspaces/w.1/datastores/raw/paths/a/b/',
  ])('reads %s', (uri) => {
    expect(parseDatastoreUri(uri)).toEqual({ workspace, datastore: 'raw', path: 'a/b' });
  });

  it('reads back every path', () => {
    const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[/?]/.test(text));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const path = names.join('/');
        expect(parseDatastoreUri(`azureml://datastores/d/paths/${path}`).path).toBe(path);
      }),
    );
  });

  it.each([
    ['azureml://datastores/raw/nsclc', 'give azureml://datastores/DATASTORE/paths/PATH'],
    ['azureml://datastores/raw', 'is no place in a datastore'],
    ['azureml://datastores//paths/a', 'is no place in a datastore'],
    ['azureml://subscriptions/s/workspaces/w/datastores/raw/paths/a', 'is no place in a datastore'],
    ['azureml://subscriptions/s/resourcegroups/g/workspaces/w/data/lung1/versions/1', 'is no place in'],
    ['azureml:lung1:3', 'is no place in a datastore'],
    ['https://lungs.blob.core.windows.net/raw', 'is no place in a datastore'],
  ])('refuses %s', (uri, message) => {
    expect(() => parseDatastoreUri(uri)).toThrow(UsageError);
    expect(() => parseDatastoreUri(uri)).toThrow(`${uri}: `);
    expect(() => parseDatastoreUri(uri)).toThrow(message);
  });

  it('refuses a query and does not show it', () => {
    const uri = 'azureml://datastores/raw/paths/a?sig=secret';
    expect(() => parseDatastoreUri(uri)).toThrow('azureml://datastores/raw/paths/a: has a query');
    expect(() => parseDatastoreUri(uri)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

it.each([
  ['azureml://datastores/raw/paths/a', true],
  ['azureml:lung1:3', true],
  ['azureml', false],
  ['./azureml:a', false],
  ['https://h/azureml:', false],
])('isAzureMlUri of %s is %s', (text, expected) => {
  expect(isAzureMlUri(text)).toBe(expected);
});
