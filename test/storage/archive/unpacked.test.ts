import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ArchiveError, StorageError } from '../../../src/errors.ts';
import { type UnpackedOptions, unpackedStore } from '../../../src/storage/archive/unpacked.ts';
import type { Entry, ReadableStore } from '../../../src/storage/store.ts';
import { subStore } from '../../../src/storage/view.ts';
import { gather, keysOf } from '../../support/gather.ts';
import { storeOfFiles } from '../../support/store-of-files.ts';
import { tarOfFiles, tgzOfFiles } from '../../support/tar-archive.ts';

const text = (content: string) => new TextEncoder().encode(content);

type Files = Record<string, Uint8Array>;

const PACKED: Record<string, (files: Files) => Uint8Array> = {
  '.zip': (files) => zipSync(files),
  '.ZIP': (files) => zipSync(files, { level: 0 }),
  '.tar': tarOfFiles,
  '.tar.gz': tgzOfFiles,
  '.tgz': tgzOfFiles,
};
const ending = fc.constantFrom(...Object.keys(PACKED));
const part = fc.stringMatching(/^[a-z.\-0é]{1,3}x$/).filter((name) => !/^\._|\.\./.test(name));
const files = fc.dictionary(
  fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/')),
  fc.uint8Array({ maxLength: 600 }),
  { minKeys: 1, maxKeys: 4, noNullPrototype: true },
);

async function contentOf(store: ReadableStore, prefix?: string): Promise<Files> {
  const content: Files = {};
  for await (const { key, bytes } of store.list(prefix)) {
    content[key] = (await store.read(key))!;
    expect(content[key].length).toBe(bytes);
  }
  return content;
}

const under = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([key, bytes]) => [`${folder}/${key}`, bytes]));

const sorted = (files: Files): [string, Uint8Array][] =>
  Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));

describe('archives as folders', () => {
  it('give the same bytes by key, however they are packed, in order, and below any folder', async () => {
    const names = fc.uniqueArray(part, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(files, files, ending, ending, names, async (outer, inner, first, second, names) => {
        const [plain, packed, nested] = names;
        const [archive, within] = [`${packed}${first}`, `${nested}${second}`];
        const raw = storeOfFiles({
          ...under(plain, outer),
          [archive]: PACKED[first]({ ...under('f', outer), [within]: PACKED[second](inner) }),
        });
        const expected = {
          ...under(plain, outer),
          ...under(`${archive}/f`, outer),
          ...under(`${archive}/${within}`, inner),
        };
        expect(Object.entries(await contentOf(unpackedStore(raw)))).toEqual(sorted(expected));
        // Each time a view that has listed nothing before.
        const below = (prefix: string) => contentOf(unpackedStore(raw), prefix);
        expect(await below(`${archive}/f`)).toEqual(under(`${archive}/f`, outer));
        expect(await below(`${archive}/${within}/`)).toEqual(under(`${archive}/${within}`, inner));
        const key = `${archive}/${within}/${Object.keys(inner)[0]}`;
        const range = await unpackedStore(raw).readRange(key, 2, 300);
        expect(range).toEqual(Object.values(inner)[0].slice(2, 302));
        expect(await unpackedStore(raw).readStart(key, 9)).toEqual(Object.values(inner)[0].slice(0, 9));
        expect(await contentOf(subStore(unpackedStore(raw), archive))).toEqual({
          ...under('f', outer),
          ...under(within, inner),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('come where their keys do: after files whose names begin like theirs', async () => {
    const archive = zipSync({ b: text('b') });
    const names = ['a.zip', 'a.zip-1.zip', 'a.zip.tar.zip', 'a.zip.txt', 'a.zip0', 'a/1', 'a.tar', 'b.zip'];
    const tar = tarOfFiles({ b: text('b') });
    const raw = Object.fromEntries(
      names.map((name) => [name, name.endsWith('.zip') ? archive : name.endsWith('.tar') ? tar : text('')]),
    );
    const keys = await keysOf(unpackedStore(storeOfFiles(raw)));
    expect(keys).toEqual([...keys].sort());
    expect(keys).toEqual(names.map((name) => (/\.(zip|tar)$/.test(name) ? `${name}/b` : name)).sort());
  });

  it('have versions of archive and file', async () => {
    const archive = zipSync({ a: text('a') });
    const store = unpackedStore(storeOfFiles({ 'p.zip': archive, b: text('bb') }));
    expect(await gather(store.list())).toEqual([
      { key: 'b', bytes: 2, version: 'v2' },
      { key: 'p.zip/a', bytes: 1, version: `v${archive.length}/e8b7be43` },
    ]);
  });

  it('are no files, and lead nowhere else', async () => {
    const store = unpackedStore(storeOfFiles({ 'p/a.zip': zipSync({ b: text('b') }), 'q.zip/c': text('c') }));
    expect(await store.read('p/a.zip')).toBeUndefined();
    expect(await store.read('p/a.zip/none')).toBeUndefined();
    expect(await store.read('p/none.zip/b')).toBeUndefined();
    expect(await store.read('q.zip/c')).toEqual(text('c'));
    expect(await keysOf(store)).toEqual(['p/a.zip/b', 'q.zip/c']);
    expect(await keysOf(store, 'q.zip')).toEqual(['q.zip/c']);
    expect(await keysOf(store, 'p/a.zip/b')).toEqual([]);
    await expect(store.read('p/a.zip/../b')).rejects.toThrow(StorageError);
    await expect(keysOf(store, 'p/a.zip/..')).rejects.toThrow(StorageError);
  });

  it('may lie one in another, and a third is left as a file and named', async () => {
    const third = zipSync({ c: text('c') });
    const raw = storeOfFiles({
      'a.tar': tarOfFiles({ 'b.zip': zipSync({ 'p/c.zip': third, d: text('d') }) }),
    });
    const named: string[][] = [];
    const options: UnpackedOptions = { onForeign: (...what) => named.push(what) };
    const store = unpackedStore(raw, options);
    expect(await keysOf(store)).toEqual(['a.tar/b.zip/d', 'a.tar/b.zip/p/c.zip']);
    expect(await store.read('a.tar/b.zip/p/c.zip')).toEqual(third);
    expect(named).toEqual([
      ['a.tar/b.zip/p/c.zip', 'lies in an archive that lies in another: unpack it into a folder'],
    ]);
    expect(await keysOf(unpackedStore(raw, { levels: 1 }))).toEqual(['a.tar/b.zip']);
    expect(await keysOf(unpackedStore(raw, { levels: 3 }))).toContain('a.tar/b.zip/p/c.zip/c');
  });

  it('that are of another kind are named, and stay files', async () => {
    const named: string[] = [];
    const raw = storeOfFiles({
      'p/x.7z': text('7z'),
      'p/ct.nii.gz': text(''),
      'q.zip': zipSync({ 'y.rar': text('') }),
    });
    const store = unpackedStore(raw, { onForeign: (key, what) => named.push(`${key}: ${what}`) });
    expect(await keysOf(store)).toEqual(['p/ct.nii.gz', 'p/x.7z', 'q.zip/y.rar']);
    expect(named.map((line) => line.slice(0, 36))).toEqual([
      'p/x.7z: unpack it into a folder, or ',
      'q.zip/y.rar: unpack it into a folder',
    ]);
    expect(await store.read('p/x.7z')).toEqual(text('7z'));
  });
});

describe('an archive that cannot be opened', () => {
  const broken = {
    'p/bad.tgz': text('no archive'),
    'p/good.zip': zipSync({ 'in.zip': text('no zip'), a: text('a') }),
    'q/slip.zip': zipSync({ '../evil': text('') }),
  };

  it('ends a listing that comes to it, and no other', async () => {
    const store = unpackedStore(storeOfFiles(broken));
    await expect(keysOf(store, 'p')).rejects.toThrow(ArchiveError);
    await expect(keysOf(store, 'p')).rejects.toThrow('raw/p/bad.tgz: is not a whole tar archive');
    await expect(keysOf(store, 'p/good.zip')).rejects.toThrow('raw/p/good.zip/in.zip: is not a whole zip');
    await expect(keysOf(store, 'q')).rejects.toThrow('raw/q/slip.zip: holds a file whose name leads out');
    await expect(store.read('p/bad.tgz/x')).rejects.toThrow('raw/p/bad.tgz: is not a whole tar archive');
    expect(await store.read('p/good.zip/a')).toEqual(text('a'));
  });

  it('is told by its key, and the listing goes on', async () => {
    const faults: string[] = [];
    const store = unpackedStore(storeOfFiles(broken), {
      onFault: (key, error) => faults.push(`${key}: ${error.reason}`),
    });
    expect(await keysOf(store)).toEqual(['p/good.zip/a']);
    expect(faults.map((fault) => fault.replace(/ \(.*/, ''))).toEqual([
      'p/bad.tgz: is not a whole tar archive',
      'p/good.zip/in.zip: is not a whole zip archive',
      'q/slip.zip: holds a file whose name leads out of the archive; pack it again',
    ]);
  });

  it('is one that stands beside a folder of its name, whose files are there', async () => {
    const faults: string[] = [];
    const raw = storeOfFiles({
      'a.zip': zipSync({ b: text('1') }),
      'a.zip.x': text(''),
      'a.zip/c': text('2'),
    });
    const store = unpackedStore(raw, { onFault: (key, { reason }) => faults.push(`${key}: ${reason}`) });
    expect(await keysOf(store)).toEqual(['a.zip.x', 'a.zip/c']);
    expect(faults).toEqual(['a.zip: stands beside a folder of that name; rename one']);
    expect(await store.read('a.zip/c')).toEqual(text('2'));
  });

  it('for want of the place is no fault of the archive', async () => {
    const raw = storeOfFiles({ 'a.zip': zipSync({ b: text('1') }) });
    const failing = { ...raw, readRange: () => Promise.reject(new StorageError('raw', 'is away')) };
    const faults: string[] = [];
    const store = unpackedStore(failing, { onFault: (key) => faults.push(key) });
    await expect(keysOf(store)).rejects.toThrow('raw: is away');
    expect(faults).toEqual([]);
  });

  it('is one that is too large for memory, unread', async () => {
    const large = tgzOfFiles({ a: new Uint8Array(5000) });
    const raw = storeOfFiles({ 'a.tgz': large, 'b.zip': zipSync({ 'c.zip': zipSync({ d: text('d') }) }) });
    const store = unpackedStore(raw, { limits: { memoryBytes: large.length - 1 } });
    await expect(keysOf(store, 'a.tgz')).rejects.toThrow(
      'that are read into memory; unpack it into a folder',
    );
    expect(raw.asked).toEqual([]);
    const small = unpackedStore(raw, { limits: { memoryBytes: 100 } });
    await expect(keysOf(small, 'b.zip')).rejects.toThrow('raw/b.zip/c.zip: is larger than the');
  });
});

describe('what has been opened', () => {
  it('is opened once, however many read of it', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `${i}`);
    const content = Object.fromEntries(names.map((name) => [name, text(name)]));
    const tgz = tgzOfFiles(content);
    const raw = storeOfFiles({ 'a.tgz': tgz, 'b.zip': zipSync({ 'c.zip': zipSync(content as Zippable) }) });
    const store = unpackedStore(raw);
    await Promise.all(
      names.map(async (name) => expect(await store.read(`a.tgz/${name}`)).toEqual(text(name))),
    );
    expect(raw.asked.filter(({ bytes }) => bytes === tgz.length)).toHaveLength(1);
    raw.asked.length = 0;
    await Promise.all(
      names.map(async (name) => expect(await store.read(`b.zip/c.zip/${name}`)).toEqual(text(name))),
    );
    // The end of b.zip, and c.zip whole: it is deflated.
    expect(raw.asked).toHaveLength(2);
  });

  it('is kept as far as there is room for it', async () => {
    const tgz = (name: string) => tgzOfFiles({ [name]: new Uint8Array(100_000) });
    const raw = storeOfFiles({ 'a.tgz': tgz('a'), 'b.tgz': tgz('b'), 'c.tgz': tgz('c') });
    const store = unpackedStore(raw, { keptBytes: 250_000 });
    const opened = async (key: string) => {
      raw.asked.length = 0;
      await store.read(`${key}.tgz/${key}`);
      return raw.asked.length > 0;
    };
    const order = ['a', 'b', 'a', 'b', 'c', 'b', 'c', 'a', 'c', 'b'];
    const again: boolean[] = [];
    for (const key of order) again.push(await opened(key));
    expect(again).toEqual([true, true, false, false, true, false, false, true, false, true]);
  });
});

it('a listing is not gathered', async () => {
  const archive = zipSync({ x: text('x') });
  let listed = 0;
  const raw: ReadableStore = {
    ...storeOfFiles({ '000000.zip': archive }),
    async *list(): AsyncGenerator<Entry> {
      yield { key: '000000.zip', bytes: archive.length, version: '' };
      for (; ; listed++) yield { key: String(listed + 1).padStart(6, '0'), bytes: 1, version: '' };
    },
  };
  const keys: string[] = [];
  for await (const { key } of unpackedStore(raw).list()) {
    keys.push(key);
    if (keys.length === 1000) break;
  }
  expect(keys.slice(0, 2)).toEqual(['000000.zip/x', '000001']);
  expect(listed).toBeLessThan(1002);
});
