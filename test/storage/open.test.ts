import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StorageError, UsageError } from '../../src/errors.ts';
import { openStore, readObject } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';

let azurite: Azurite;
let folder: string;
beforeAll(async () => {
  [azurite, folder] = await Promise.all([startAzurite(), mkdtemp(join(tmpdir(), 'swinprep-open-'))]);
});
afterAll(() => Promise.all([azurite.close(), rm(folder, { recursive: true })]));

const text = (content: string) => new TextEncoder().encode(content);

describe('openStore', () => {
  it('opens a folder by path, relative path and URL', async () => {
    for (const uri of [folder, relative(process.cwd(), folder), pathToFileURL(folder).href]) {
      expect((await openStore(uri)).uri).toBe(folder);
    }
  });

  it('opens one place in Azurite at any depth', async () => {
    await (await openStore(`${azurite.url}/raw/a b`)).write('c/d', text('x'));
    expect(await (await openStore(`${azurite.url}/raw`)).read('a b/c/d')).toEqual(text('x'));
    expect(await (await openStore(`${azurite.url}/raw/a%20b/c/`)).read('d')).toEqual(text('x'));
  });

  it('refuses what it cannot resolve', async () => {
    await expect(openStore('azureml://datastores/d/paths/p')).rejects.toThrow(UsageError);
  });
});

describe('readObject', () => {
  it('reads one file by path and by URL', async () => {
    const path = join(folder, 'clinical 3.csv');
    await writeFile(path, 'PatientID');
    expect(await readObject(path)).toEqual(text('PatientID'));
    expect(await readObject(pathToFileURL(path).href)).toEqual(text('PatientID'));
  });

  it('reads one blob, also at the top of its container', async () => {
    const store = await openStore(`${azurite.url}/tables`);
    await store.write('a.csv', text('a'));
    await store.write('p/b c.csv', text('b'));
    expect(await readObject(`${azurite.url}/tables/a.csv`)).toEqual(text('a'));
    expect(await readObject(`${azurite.url}/tables/p/b%20c.csv`)).toEqual(text('b'));
  });

  it('names what is absent, without its SAS', async () => {
    const path = join(folder, 'none.csv');
    await expect(readObject(path)).rejects.toThrow(StorageError);
    await expect(readObject(path)).rejects.toThrow(`${path}: does not exist`);
    await expect(readObject(folder)).rejects.toThrow(`${folder}: does not exist, or is a folder`);
    await expect(readObject(`${azurite.url}/none/none.csv`)).rejects.toThrow(
      `${azurite.url}/none/none.csv: does not`,
    );
    await expect(readObject(`${azurite.url}/none/x?sig=secret`)).rejects.toThrow(
      /^[^?]*\/none\/x: cannot be read/,
    );
  });

  it('wants a name below the container', async () => {
    await expect(readObject(`${azurite.url}/tables`)).rejects.toThrow(UsageError);
  });
});
