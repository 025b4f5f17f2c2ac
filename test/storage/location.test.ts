import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  type BlobLocation,
  besideUri,
  blobUrl,
  displayUri,
  fileOrBelow,
  joinUri,
  parseLocation,
} from '../../src/storage/location.ts';

const BLOB = 'https://lungs.blob.core.windows.net';
const SAS = 'sv=2026-06-06&sp=rl&sig=a%2Fb%3D';

describe('parseLocation', () => {
  it.each([
    [`${BLOB}/raw/nsclc/2019`, 'nsclc/2019'],
    [`${BLOB}/raw/nsclc/2019/`, 'nsclc/2019'],
    ['wasbs://raw@lungs.blob.core.windows.net/nsclc/2019', 'nsclc/2019'],
    ['wasb://raw@lungs.blob.core.windows.net/nsclc/2019', 'nsclc/2019'],
    ['abfss://raw@lungs.dfs.core.windows.net/nsclc/2019', 'nsclc/2019'],
    ['abfs://raw@lungs.dfs.core.windows.net/nsclc/2019', 'nsclc/2019'],
    ['https://lungs.dfs.core.windows.net/raw/nsclc/2019', 'nsclc/2019'],
    [`${BLOB}/raw/%C3%BC%20%23%25`, 'ü #%'],
    [`${BLOB}/raw`, ''],
    [`${BLOB}/raw/`, ''],
    ['abfss://raw@lungs.dfs.core.windows.net', ''],
  ])('reads %s as a place of the account lungs', (uri, prefix) => {
    expect(parseLocation(uri)).toEqual({
      kind: 'blob',
      endpoint: BLOB,
      account: 'lungs',
      container: 'raw',
      prefix,
      sas: '',
    });
  });

  it.each([
    ['http://127.0.0.1:10000/devstoreaccount1/raw/a', 'http://127.0.0.1:10000/devstoreaccount1'],
    ['http://localhost:10000/devstoreaccount1/raw/a', 'http://localhost:10000/devstoreaccount1'],
    ['http://[::1]:10000/devstoreaccount1/raw/a', 'http://[::1]:10000/devstoreaccount1'],
  ])('reads %s as Azurite', (uri, endpoint) => {
    expect(parseLocation(uri)).toMatchObject({
      endpoint,
      account: 'devstoreaccount1',
      container: 'raw',
      prefix: 'a',
    });
  });

  it.each([
    ['https://lungs.blob.core.usgovcloudapi.net/raw', 'https://lungs.blob.core.usgovcloudapi.net'],
    ['abfss://raw@lungs.dfs.core.chinacloudapi.cn/', 'https://lungs.blob.core.chinacloudapi.cn'],
    ['https://lungs.z12.blob.storage.azure.net/raw', 'https://lungs.z12.blob.storage.azure.net'],
  ])('knows the cloud of %s', (uri, endpoint) => {
    expect(parseLocation(uri)).toMatchObject({ endpoint, account: 'lungs', container: 'raw' });
  });

  it('keeps a SAS as it is, out of the path and the display', () => {
    const location = parseLocation(`${BLOB}/raw/a?${SAS}`) as BlobLocation;
    expect(location).toMatchObject({ prefix: 'a', sas: SAS });
    expect(blobUrl(location)).toBe(`${BLOB}/raw/a`);
  });

  it.each(['data', './data', '/data/raw', 'C:\\data', 'C:/data', 'what?.csv', '../up'])(
    'takes %s for a path',
    (path) => {
      expect(parseLocation(path)).toEqual({ kind: 'folder', path });
    },
  );

  it('reads a file URL', () => {
    expect(parseLocation('file:///data/a%20b')).toEqual({ kind: 'folder', path: '/data/a b' });
  });

  it.each([
    ['', 'is empty'],
    ['azureml://datastores/d/paths/p', 'hand the https URL of the container'],
    ['s3://bucket/key', 's3:// is not supported: give a local path, https://ACCOUNT.blob'],
    ['http://lungs.blob.core.windows.net/raw', 'plain http is for Azurite on this machine alone'],
    ['http://10.0.0.4:10000/devstoreaccount1/raw', 'plain http'],
    ['http://127.0.0.1.example.org/devstoreaccount1/raw', 'plain http'],
    ['https://lungs.blob.core.windows.net.example.org/raw', 'is not a blob endpoint'],
    ['https://example.org/lungs.blob.core.windows.net/raw', 'is not a blob endpoint'],
    ['https://user:password@lungs.blob.core.windows.net/raw', 'is not a URL of a blob container'],
    ['abfss://raw@onelake.dfs.fabric.microsoft.com/a', 'is not a blob endpoint'],
    ['abfss://lungs.dfs.core.windows.net/raw', 'is not of the form SCHEME://CONTAINER@ACCOUNT'],
    [BLOB, 'names no container'],
    ['http://127.0.0.1:10000', 'names no account'],
    ['http://127.0.0.1:10000/devstoreaccount1', 'names no container'],
    [`${BLOB}/Raw`, '"Raw" is not a container name'],
    [`${BLOB}/a--b`, 'is not a container name'],
    [`${BLOB}/${'a'.repeat(64)}`, 'is not a container name'],
    [`${BLOB}/raw/../other`, 'holds a "." or ".." part'],
    [`${BLOB}/raw/%2e%2e/other`, 'holds a "." or ".." part'],
    [`${BLOB}/raw/a%zz`, 'write %25'],
    [`${BLOB}/raw/a#b`, 'write %23'],
    [`${BLOB}/raw/a?snapshot=1`, 'write %3F'],
    ['file://elsewhere/data', 'is not a file URL of this machine'],
  ])('refuses %j, saying %j', (uri, message) => {
    expect(() => parseLocation(uri)).toThrow(UsageError);
    expect(() => parseLocation(uri)).toThrow(message);
  });

  it('shows no signature in its messages', () => {
    for (const uri of [
      `https://example.org/raw?${SAS}`,
      `${BLOB}/Raw?${SAS}`,
      `${BLOB}/%zz?${SAS}`,
      `s3://a?${SAS}`,
    ]) {
      expect(() => parseLocation(uri)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('sig') }),
      );
    }
  });
});

describe('joinUri', () => {
  const part = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => text.isWellFormed() && !text.includes('/') && text !== '.' && text !== '..');
  const parts = fc.array(part, { maxLength: 4 });
  const base = fc.constantFrom(
    `${BLOB}/raw`,
    'wasbs://raw@lungs.blob.core.windows.net',
    'abfss://raw@lungs.dfs.core.windows.net',
    'http://127.0.0.1:10000/devstoreaccount1/raw',
  );
  const query = fc.constantFrom('', `?${SAS}`);

  it('is read back as the parts below each other, and keeps the query', () => {
    fc.assert(
      fc.property(base, query, parts, parts, (base, query, first, second) => {
        const uri = joinUri(joinUri(`${base}/${query}`, ...first), second.join('/'));
        const location = parseLocation(uri) as BlobLocation;
        expect(location.prefix).toBe([...first, ...second].join('/'));
        expect(location.sas).toBe(query.slice(1));
        expect(displayUri(uri)).toBe(uri.slice(0, uri.length - query.length));
        expect(parseLocation(blobUrl(location))).toEqual({ ...location, sas: '' });
      }),
    );
  });

  it.each([
    ['out', ['roi', 'LUNG1-001'], 'out/roi/LUNG1-001'],
    ['/data/out/', ['roi'], '/data/out/roi'],
    ['what?', ['a b'], 'what?/a b'],
    ['file:///data', ['a b'], 'file:///data/a%20b'],
    ['azureml://datastores/d/paths/p', ['x'], 'azureml://datastores/d/paths/p/x'],
    [`${BLOB}/raw?${SAS}`, ['x', 'y/z'], `${BLOB}/raw/x/y/z?${SAS}`],
    [`${BLOB}/raw?${SAS}`, [], `${BLOB}/raw?${SAS}`],
  ])('of %s and %j is %s', (uri, parts, joined) => {
    expect(joinUri(uri, ...parts)).toBe(joined);
  });

  it.each(['..', 'a/../../b', '.'])('refuses the part %j', (part) => {
    expect(() => joinUri('out', part)).toThrow(UsageError);
    expect(() => joinUri(`${BLOB}/raw?${SAS}`, part)).toThrow(`${BLOB}/raw: `);
  });
});

describe('fileOrBelow', () => {
  it.each([
    ['out', 'out/review.csv'],
    ['out/', 'out/review.csv'],
    ['mine.CSV', 'mine.CSV'],
    ['review.csv.d', 'review.csv.d/review.csv'],
    [`${BLOB}/raw?${SAS}`, `${BLOB}/raw/review.csv?${SAS}`],
    [`${BLOB}/raw/mine.csv?${SAS}`, `${BLOB}/raw/mine.csv?${SAS}`],
  ])('takes %s for %s', (uri, file) => {
    expect(fileOrBelow(uri, 'review.csv')).toBe(file);
  });

  it('refuses what is no place', () => {
    expect(() => fileOrBelow('s3://bucket/review.csv', 'review.csv')).toThrow(UsageError);
  });
});

describe('besideUri', () => {
  it.each([
    ['/data/pairs.csv', 'ct/a.nii.gz', '/data/ct/a.nii.gz'],
    ['/data/tables/pairs.csv', '../ct/a.nii.gz', '/data/ct/a.nii.gz'],
    ['pairs.csv', 'a.nii', 'a.nii'],
    ['/data/pairs.csv', '/else/a.nii', '/else/a.nii'],
    [`${BLOB}/raw/pairs.csv?${SAS}`, 'ct/a.nii', `${BLOB}/raw/ct/a.nii?${SAS}`],
    [`${BLOB}/raw/pairs.csv?${SAS}`, `${BLOB}/other/a.nii`, `${BLOB}/other/a.nii`],
  ])('of %s, %s is %s', (uri, reference, beside) => {
    expect(besideUri(uri, reference)).toBe(beside);
  });

  it('refuses to lead upwards in a URL', () => {
    expect(() => besideUri(`${BLOB}/raw/pairs.csv?${SAS}`, '../a.nii')).toThrow(UsageError);
  });
});

describe('displayUri', () => {
  it.each([
    [`${BLOB}/raw/a?${SAS}`, `${BLOB}/raw/a`],
    [`wasbs://raw@lungs.blob.core.windows.net/a?${SAS}`, 'wasbs://raw@lungs.blob.core.windows.net/a'],
    ['/data/what?.csv', '/data/what?.csv'],
  ])('of %s is %s', (uri, shown) => {
    expect(displayUri(uri)).toBe(shown);
  });
});
