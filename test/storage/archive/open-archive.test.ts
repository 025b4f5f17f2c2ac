import { randomBytes, randomUUID } from 'node:crypto';
import { type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../../src/storage/archive/open-archive.ts';
import { unpackedStore } from '../../../src/storage/archive/unpacked.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { startProxy } from '../../support/azure/proxy.ts';
import { keysOf } from '../../support/gather.ts';
import { storeOfFiles } from '../../support/store-of-files.ts';
import { tarOfFiles, tgzOfFiles } from '../../support/tar-archive.ts';

const text = (content: string) => new TextEncoder().encode(content);
const entry = (key: string, { length }: Uint8Array) => ({ key, bytes: length, version: '' });

describe('an archive of a store', () => {
  it.each([
    ['a.zip', zipSync({ 'p/1': text('one') })],
    ['a.tar', tarOfFiles({ 'p/1': text('one') })],
    ['a.tgz', tgzOfFiles({ 'p/1': text('one') })],
    // As servers and browsers leave them.
    ['gzipped.tar', tgzOfFiles({ 'p/1': text('one') })],
    ['inflated.tar.gz', tarOfFiles({ 'p/1': text('one') })],
  ])('%s is opened by what it is', async (key, bytes) => {
    const archive = await openArchive(storeOfFiles({ [key]: bytes }), entry(key, bytes));
    expect(await keysOf(archive)).toEqual(['p/1']);
    expect(await archive.read('p/1')).toEqual(text('one'));
  });

  it('is none by any other name', async () => {
    await expect(openArchive(storeOfFiles({ a: text('') }), entry('a', text('')))).rejects.toThrow(
      'raw/a: is no archive: .zip, .tar, .tar.gz or .tgz',
    );
  });
});

describe('in Blob Storage', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  const MIB = 2 ** 20;
  const patients = Array.from({ length: 12 }, (_, i) => `LUNG1-${String(i + 1).padStart(3, '0')}`);
  const slice = new Uint8Array(randomBytes(MIB / 2)).map((value) => value & 63);
  const files = Object.fromEntries(
    patients.flatMap((name) => [1, 2].map((i) => [`${name}/${i}.dcm`, slice])),
  );

  it.each([
    // A listing of one, the end of the archive, and the file.
    ['all.zip', zipSync(files as Zippable, { level: 1 }), 3, MIB / 4],
    // Of a tar the headers too, in steps of 64 KiB.
    ['all.tar', tarOfFiles(files), 30, 2 * MIB],
  ])('one file of %s costs a few ranges', async (key, bytes, mostRequests, mostBytes) => {
    expect(bytes.length).toBeGreaterThan(8 * MIB);
    const name = randomUUID();
    await (await openStore(`${azurite.url}/${name}`)).write(key, bytes);
    let requests = 0;
    let asked = 0;
    const proxy = await startProxy(azurite.url, ({ headers }) => {
      requests++;
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'])) ?? ['', '1', '0'];
      asked += Number(to) - Number(from) + 1;
      return false;
    });
    onTestFinished(() => proxy.close());
    const store = unpackedStore(await openStore(`${proxy.url}/${name}`));
    const start = (await store.readStart(`${key}/LUNG1-007/1.dcm`, 32_768))!;
    expect(Buffer.compare(start, slice.subarray(0, 32_768))).toBe(0);
    expect(requests).toBeLessThanOrEqual(mostRequests);
    expect(asked).toBeLessThan(mostBytes);
    expect(Buffer.compare((await store.read(`${key}/LUNG1-003/2.dcm`))!, slice)).toBe(0);
    expect(requests).toBeLessThanOrEqual(mostRequests + 1);
    expect(await keysOf(store)).toEqual(Object.keys(files).map((file) => `${key}/${file}`));
    expect(requests).toBeLessThanOrEqual(mostRequests + 2);
  });
});
