import { AnonymousCredential, StorageSharedKeyCredential } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { containerClient, identityClientId } from '../../../src/storage/blob/credentials.ts';
import { type BlobLocation, parseLocation } from '../../../src/storage/location.ts';

const BLOB = 'https://lungs.blob.core.windows.net';
const AZURITE = 'http://127.0.0.1:10000/devstoreaccount1/raw';
const KEY = Buffer.from('a key').toString('base64');
const connection = (account: string) =>
  `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${KEY};EndpointSuffix=core.windows.net`;

const clientFor = (uri: string, env: NodeJS.ProcessEnv = {}) =>
  containerClient(parseLocation(uri) as BlobLocation, env);

describe('the credential of a container', () => {
  it('is the SAS where the URI has one, whatever the environment says', async () => {
    const client = await clientFor(`${BLOB}/raw/a?sv=1&sig=x%2By`, {
      AZURE_STORAGE_CONNECTION_STRING: connection('lungs'),
    });
    expect(client.credential).toBeInstanceOf(AnonymousCredential);
    expect(client.url).toBe(`${BLOB}/raw?sv=1&sig=x%2By`);
  });

  it('is the key in the connection string of the same account', async () => {
    const client = await clientFor(`${BLOB}/raw/a`, { AZURE_STORAGE_CONNECTION_STRING: connection('lungs') });
    expect(client.credential).toBeInstanceOf(StorageSharedKeyCredential);
    expect(client.accountName).toBe('lungs');
  });

  it('is the SAS in the connection string of the same account', async () => {
    const client = await clientFor(`${BLOB}/raw/a`, {
      AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=${BLOB}/;SharedAccessSignature=sv=1&sig=x%2By`,
    });
    expect(client.url).toBe(`${BLOB}/raw?sv=1&sig=x%2By`);
  });

  it("is not another account's key, but the identity of whoever runs this", async () => {
    const client = await clientFor(`${BLOB}/raw/a`, { AZURE_STORAGE_CONNECTION_STRING: connection('other') });
    expect(client.credential.constructor.name).toBe('DefaultAzureCredential');
    expect((await clientFor(`${BLOB}/other`)).credential).toBe(client.credential);
  });

  it("is Azurite's published key for Azurite", async () => {
    const client = await clientFor(AZURITE, { AZURE_STORAGE_CONNECTION_STRING: connection('lungs') });
    expect(client.credential).toBeInstanceOf(StorageSharedKeyCredential);
    expect(client.accountName).toBe('devstoreaccount1');
  });

  it('has to be given for another account of Azurite', async () => {
    const uri = AZURITE.replace('devstoreaccount1', 'mine');
    await expect(clientFor(uri)).rejects.toThrow(UsageError);
    await expect(clientFor(uri)).rejects.toThrow('AZURE_STORAGE_CONNECTION_STRING');
    const client = await clientFor(uri, {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=mine;AccountKey=${KEY};BlobEndpoint=http://127.0.0.1:10000/mine`,
    });
    expect(client.credential).toBeInstanceOf(StorageSharedKeyCredential);
  });

  it('is not taken from a connection string that is none, of which nothing is shown', async () => {
    const error = await clientFor(AZURITE, { AZURE_STORAGE_CONNECTION_STRING: 'AccountKey=secret' }).catch(
      (error) => error,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('AZURE_STORAGE_CONNECTION_STRING is not a connection string');
    expect(error.message).not.toContain('secret');
  });
});

describe('identityClientId', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['clientid', undefined],
    ['0b1f6471-1bf0-4dda-aec3-cb9272f09590', '0b1f6471-1bf0-4dda-aec3-cb9272f09590'],
  ])('of DEFAULT_IDENTITY_CLIENT_ID %j is %j', (value, id) => {
    expect(identityClientId(value === undefined ? {} : { DEFAULT_IDENTITY_CLIENT_ID: value })).toBe(id);
  });
});
