import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../../src/errors.ts';
import { arenaBytes, giveBack, inArena } from '../../../src/memory/thread.ts';
import { rangesOf } from '../../../src/storage/byte-source.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import { openZip, zipStore } from '../../../src/storage/zip/zip.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { gather, keysOf } from '../../support/gather.ts';
import { hasSharedData, shared } from '../../support/shared-data.ts';

const text = strToU8;
const name = fc.stringMatching(/^[a-zé ]{1,4}(\/[a-z.]{1,4}x){0,2}$/);
const files = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), {
  minKeys: 1,
  maxKeys: 5,
  noNullPrototype: true,
});

/** Archive with one file whose central directory record is changed by `edit`. */
function edited(content: Zippable, edit: (record: DataView) => void): Uint8Array {
  const bytes = zipSync(content);
  const view = new DataView(bytes.buffer);
  edit(new DataView(bytes.buffer, view.getUint32(bytes.length - 6, true)));
  return bytes;
}

describe('a zip store', () => {
  it('gives what was packed, stored or deflated, in order', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(0, 6) as fc.Arbitrary<0 | 6>, async (files, level) => {
        const store = zipStore('p.zip', zipSync(files, { level }));
        const listed = await gather(store.list());
        expect(listed.map(({ key }) => key)).toEqual(Object.keys(files).sort());
        for (const { key, bytes } of listed) {
          expect(bytes).toBe(files[key].length);
          expect(await store.read(key)).toEqual(files[key]);
        }
      }),
    );
  });

  it('gives the start of each file, whatever the packing', async () => {
    const big = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 700 }));
    await fc.assert(
      fc.asyncProperty(
        big,
        fc.nat(100_000),
        fc.constantFrom(0, 1, 9),
        async ([unit, times], length, level) => {
          const bytes = Uint8Array.from(
            { length: unit.length * times },
            (_, i) => unit[i % unit.length] ^ (i >> 9),
          );
          const store = zipStore('p.zip', zipSync({ 'a/b': bytes, c: text('c') }, { level: level as 0 }));
          expect(await store.readStart('a/b', length)).toEqual(bytes.slice(0, length));
          expect(await store.readStart('c', length)).toEqual(text('c').slice(0, length));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives the start of what hardly deflates', async () => {
    const bytes = new Uint8Array(randomBytes(200_000));
    const store = zipStore('p.zip', zipSync({ a: bytes }, { level: 9 }));
    for (const length of [1, 1000, 32_768, 199_999, 200_000, 300_000])
      expect(Buffer.compare((await store.readStart('a', length))!, bytes.subarray(0, length))).toBe(0);
    expect(await store.readStart('none', 1)).toBeUndefined();
  });

  it('makes no more of a bomb than its start', async () => {
    const bomb = zipSync({ a: new Uint8Array(64 * 2 ** 20) }, { level: 1 });
    const before = process.memoryUsage().arrayBuffers;
    const start = (await zipStore('p.zip', bomb).readStart('a', 2 ** 20))!;
    expect(Buffer.compare(start, new Uint8Array(2 ** 20))).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
  });

  it('reports a file whose start is damaged or beyond the archive', async () => {
    const archive = zipSync({ a: new Uint8Array(randomBytes(5000)) });
    const damaged = archive.slice();
    damaged.fill(0xff, 31, 40);
    await expect(zipStore('p.zip', damaged).readStart('a', 1000)).rejects.toThrow('p.zip/a: is damaged');
    const elsewhere = edited({ a: new Uint8Array(1000) }, (record) => record.setUint32(42, 5, true));
    await expect(zipStore('p.zip', elsewhere).readStart('a', 10)).rejects.toThrow(
      'p.zip/a: is damaged in the archive (no local header',
    );
  });

  it('never gives other bytes than were packed when one byte of the archive is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.integer({ min: 1, max: 255 }), async (files, at, change) => {
        const archive = zipSync(files);
        archive[at % archive.length] ^= change;
        const packed = new Set(Object.values(files).map(String));
        try {
          const store = zipStore('p.zip', archive);
          for (const key of await keysOf(store)) expect(packed).toContain(String(await store.read(key)));
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses an archive that was cut short', () => {
    const archive = zipSync({ 'a/b': text('b'), c: text('c') });
    for (let length = 0; length < archive.length; length++) {
      expect(() => zipStore('raw/p.zip', archive.subarray(0, length))).toThrow(
        /^raw\/p.zip: is not a whole zip archive/,
      );
    }
  });

  it('lists below a folder and reads nothing that is not there', async () => {
    const store = zipStore(
      'p.zip',
      zipSync({ 'a/x': text('1'), 'a/y': text('2'), 'a.txt': text('3'), ab: text('4') }),
    );
    expect(await keysOf(store)).toEqual(['a.txt', 'a/x', 'a/y', 'ab']);
    expect(await keysOf(store, 'a')).toEqual(['a/x', 'a/y']);
    expect(await store.read('a')).toBeUndefined();
    expect(await store.read('none')).toBeUndefined();
    await expect(store.read('../a.txt')).rejects.toThrow(StorageError);
  });

  it('skips folders and what macOS adds', async () => {
    const store = zipStore(
      'p.zip',
      zipSync({ 'a/': new Uint8Array(0), './a//1.dcm': text('1'), '__MACOSX/a/._1.dcm': text('x') }),
    );
    expect(await keysOf(store)).toEqual(['a/1.dcm']);
    expect(await store.read('a/1.dcm')).toEqual(text('1'));
  });

  it.each([
    '../evil',
    'a/../../evil',
    '/etc/passwd',
    'C:/evil',
    'c:evil',
    'a\\..\\evil',
    '\\\\host\\evil',
    'a/..',
    '../',
  ])('refuses an archive with the name %j, without repeating the name', (name) => {
    const archive = zipSync({ good: text('x'), [name]: text('evil') });
    expect(() => zipStore('raw/p.zip', archive)).toThrow(StorageError);
    expect(() => zipStore('raw/p.zip', archive)).toThrow(
      'raw/p.zip: holds a file whose name leads out of the archive; pack it again',
    );
  });

  it('refuses two files of one name', () => {
    expect(() => zipStore('p.zip', zipSync({ 'a/b': text('1'), './a/b': text('2') }))).toThrow(
      'two files of one name',
    );
  });

  it('refuses more bytes than are allowed before it inflates any', () => {
    const archive = zipSync({ a: new Uint8Array(1000), b: new Uint8Array(600) });
    expect(() => zipStore('p.zip', archive, { totalBytes: 1600, fileBytes: 1000 })).not.toThrow();
    expect(() => zipStore('p.zip', archive, { totalBytes: 1599 })).toThrow('p.zip: the archive declares');
    expect(() => zipStore('p.zip', archive, { fileBytes: 999 })).toThrow('p.zip/a: it declares');
  });

  it.each([
    ['more than it holds', 1001],
    ['less than it holds', 999],
    ['more than deflate could make', 2 ** 31],
  ])('reports a file that declares %s', async (_, bytes) => {
    const archive = edited({ a: new Uint8Array(1000) }, (record) => record.setUint32(24, bytes, true));
    await expect(zipStore('p.zip', archive).read('a')).rejects.toThrow('p.zip/a: is damaged in the archive');
  });

  it('says what it cannot unpack', async () => {
    const encrypted = edited({ a: text('x') }, (record) => record.setUint16(8, 1, true));
    await expect(zipStore('p.zip', encrypted).read('a')).rejects.toThrow('p.zip/a: is encrypted');
    const deflate64 = edited({ a: text('x') }, (record) => record.setUint16(10, 9, true));
    await expect(zipStore('p.zip', deflate64).read('a')).rejects.toThrow(
      'p.zip/a: is packed by zip method 9',
    );
  });

  it.skipIf(!hasSharedData)('opens a real patient', async () => {
    const store = zipStore('LUNG1-001.zip', readFileSync(shared('lung1', 'LUNG1-001.zip')));
    const listed = await gather(store.list());
    expect(listed).toHaveLength(135);
    expect(listed.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(72_022_604);
    const slice = await store.read(listed[7].key);
    expect(slice).toHaveLength(listed[7].bytes);
    expect(await store.readStart(listed[7].key, 32_768)).toEqual(slice?.slice(0, 32_768));
    expect(new TextDecoder('latin1').decode(slice?.subarray(128, 132))).toBe('DICM');
  });

  it('reads each of tens of thousands of files by itself', async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `f${i}`);
    // fflate takes a tenth of a millisecond to deflate even a byte.
    const packed = names.map((name, i) => [name, [text(name), { level: i % 10 === 0 ? 1 : 0 }]] as const);
    const store = zipStore('p.zip', zipSync(Object.fromEntries(packed) as Zippable));
    const others: string[] = [];
    for (const key of names) if (Buffer.compare(text(key), (await store.read(key))!) !== 0) others.push(key);
    expect(others).toEqual([]);
  });

  it('inflates a file to no more than the archive declares', async () => {
    const files = { a: new Uint8Array(5_000_000) };
    const declared = edited(files, (record) => record.setUint32(24, 4000, true));
    expect((await zipStore('p.zip', zipSync(files)).read('a'))?.length).toBe(5_000_000);
    await expect(zipStore('p.zip', declared).read('a')).rejects.toThrow('p.zip/a: is damaged in the archive');
  });

  it('reports a file without a name', () => {
    expect(() => zipStore('p.zip', zipSync({ '.': text('x') }))).toThrow(
      'p.zip: holds a file without a name',
    );
  });
});

it.each([0, 6] as const)(
  'packed bytes take no memory of a patient once they are unpacked (level %i)',
  async (level) => {
    const content = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${i}.dcm`, new Uint8Array(randomBytes(2 ** 20))]),
    );
    const folder = new FolderStore(temporaryFolder());
    const archive = zipSync(content, { level });
    await folder.write('p.zip', archive);
    await inArena(0, async () => {
      const before = arenaBytes();
      const store = await openZip('p.zip', rangesOf(folder, 'p.zip', archive.length));
      for (const [key, expected] of Object.entries(content)) {
        const bytes = await store.read(key);
        expect(Buffer.compare(bytes!, expected)).toBe(0);
        giveBack(bytes!);
      }
      expect(arenaBytes() - before).toBeLessThan(2 ** 25);
    });
  },
);
