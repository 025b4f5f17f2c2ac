import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { joinUri } from '../../src/storage/location.ts';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { gather, keysOf } from '../support/gather.ts';

let azurite: Azurite;
let folder: string;

beforeAll(async () => {
  [azurite, folder] = await Promise.all([startAzurite(), mkdtemp(join(tmpdir(), 'swinprep-store-'))]);
});
afterAll(async () => {
  await Promise.all([azurite.close(), rm(folder, { recursive: true })]);
});

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Names with the characters that URLs and file systems treat in ways of their own. */
const name = fc
  .string({ unit: fc.constantFrom(...'aA0.-_ ~#%?&+=é語'), minLength: 1, maxLength: 6 })
  .filter((text) => !/^\.+$/.test(text) && !text.endsWith(' '));
const key = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const objects = fc
  .dictionary(key, fc.uint8Array({ maxLength: 64 }), { maxKeys: 8, noNullPrototype: true })
  // A file and a folder of one name exist in Blob Storage alone.
  .filter((all) => Object.keys(all).every((a) => !Object.keys(all).some((b) => b.startsWith(`${a}/`))));

describe.each(['folder', 'blob'])('%s store', (kind) => {
  const freshUri = () => joinUri(kind === 'folder' ? folder : `${azurite.url}/conformance`, randomUUID());

  it('gives back what was written, lists it in order of code units, and forgets what is deleted', async () => {
    await fc.assert(
      fc.asyncProperty(objects, async (all) => {
        const store = await openStore(freshUri());
        for (const [key, bytes] of Object.entries(all)) await store.write(key, bytes);

        const listed = await gather(store.list());
        expect(listed.map(({ key }) => key)).toEqual(Object.keys(all).sort());
        for (const { key, bytes } of listed) expect(bytes).toBe(all[key].length);
        for (const entry of listed) expect(await store.stat(entry.key)).toEqual(entry);
        for (const [key, bytes] of Object.entries(all)) expect(await store.read(key)).toEqual(bytes);

        for (const key of Object.keys(all)) await store.delete(key);
        expect(await keysOf(store)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the start of what was written, and all of it where it is no longer', async () => {
    const store = await openStore(freshUri());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.nat(80), async (bytes, length) => {
        await store.write('k', bytes);
        expect(await store.readStart('k', length)).toEqual(bytes.slice(0, length));
      }),
      { numRuns: 25 },
    );
    expect(await store.readStart('none', 4)).toBeUndefined();
    await store.write('a/b', bytesOf('b'));
    expect(await store.readStart('a', 4)).toBeUndefined();
    await expect(store.readStart('../k', 4)).rejects.toThrow('is not a key');
  });

  it('gives any range of what was written, and as much of it as there is', async () => {
    const store = await openStore(freshUri());
    const range = fc.tuple(fc.nat(80), fc.nat(80));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), range, async (bytes, [start, length]) => {
        await store.write('k', bytes);
        expect(await store.readRange('k', start, length)).toEqual(bytes.slice(start, start + length));
      }),
      { numRuns: 25 },
    );
    expect(await store.readRange('none', 3, 4)).toBeUndefined();
    await store.write('a/b', bytesOf('b'));
    expect(await store.readRange('a', 0, 4)).toBeUndefined();
    await expect(store.readRange('../k', 0, 4)).rejects.toThrow('is not a key');
  });

  it('lists below a folder, not below every name that begins like it', async () => {
    const store = await openStore(freshUri());
    for (const key of ['a0', 'a.txt', 'a/y/z', 'a/x', 'ab/x']) await store.write(key, bytesOf(key));
    expect(await keysOf(store)).toEqual(['a.txt', 'a/x', 'a/y/z', 'a0', 'ab/x']);
    expect(await keysOf(store, 'a')).toEqual(['a/x', 'a/y/z']);
    expect(await keysOf(store, 'a/')).toEqual(['a/x', 'a/y/z']);
    expect(await keysOf(store, 'a.txt')).toEqual([]);
    expect(await keysOf(store, 'none')).toEqual([]);
  });

  it('shows the first level as folders and files', async () => {
    const store = await openStore(freshUri());
    for (const key of ['b/1', 'b/c/2', 'a.zip', 'c.csv']) await store.write(key, bytesOf(key));
    const children = await gather(store.children());
    expect(children.map((child) => (child.kind === 'folder' ? `${child.name}/` : child.entry.key))).toEqual([
      'a.zip',
      'b/',
      'c.csv',
    ]);
  });

  it('is empty before the first write', async () => {
    const store = await openStore(kind === 'folder' ? freshUri() : `${azurite.url}/${randomUUID()}`);
    expect(await keysOf(store)).toEqual([]);
    expect(await gather(store.children())).toEqual([]);
    expect(await store.read('a/b')).toBeUndefined();
    await store.delete('a/b');
    await store.write('a/b', bytesOf('now'));
    expect(await store.read('a/b')).toEqual(bytesOf('now'));
  });

  it('holds nothing under the name of a folder or below a file', async () => {
    const store = await openStore(freshUri());
    await store.write('a/b', bytesOf('b'));
    expect(await store.read('a')).toBeUndefined();
    expect(await store.stat('a')).toBeUndefined();
    expect(await store.stat('a/b/c')).toBeUndefined();
    expect(await store.read('a/b/c')).toBeUndefined();
    await store.delete('a');
    await store.delete('a/b/c');
    expect(await keysOf(store)).toEqual(['a/b']);
  });

  it('replaces content, and its version with it', async () => {
    const store = await openStore(freshUri());
    const versions = new Set<string>();
    for (const text of ['longer than the next', 'short', '']) {
      await store.write('k', bytesOf(text));
      expect(await store.read('k')).toEqual(bytesOf(text));
      for await (const { version } of store.list()) versions.add(version);
    }
    expect(versions.size).toBe(3);
  });

  it('reads into memory of its own, which can be handed to a worker', async () => {
    const store = await openStore(freshUri());
    await store.write('k', bytesOf('text'));
    const bytes = await store.read('k');
    expect(bytes?.constructor).toBe(Uint8Array);
    expect(bytes?.buffer.byteLength).toBe(4);
  });

  it.each(['', '.', '..', '../up', 'a/../../up', '/etc/passwd', 'a//b', 'a/', 'a\0b', '\ud800'])(
    'refuses the key %j',
    async (key) => {
      const store = await openStore(freshUri());
      await expect(store.read(key)).rejects.toThrow(StorageError);
      await expect(store.stat(key)).rejects.toThrow(StorageError);
      await expect(store.write(key, bytesOf('x'))).rejects.toThrow(store.uri);
      await expect(store.delete(key)).rejects.toThrow('is not a key');
    },
  );

  it('refuses a prefix that leads out', async () => {
    const store = await openStore(freshUri());
    await expect(keysOf(store, '../..')).rejects.toThrow(StorageError);
  });
});
