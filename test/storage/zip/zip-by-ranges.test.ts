import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { unzipSync, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../src/errors.ts';
import { type ByteSource, bytesInMemory, rangesOf } from '../../../src/storage/byte-source.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import { openZip, zipStore } from '../../../src/storage/zip/zip.ts';
import { gather, keysOf } from '../../support/gather.ts';
import { hasSharedData, shared } from '../../support/shared-data.ts';
import { storeOfFiles } from '../../support/store-of-files.ts';

const text = (content: string) => new TextEncoder().encode(content);
const files = fc.dictionary(
  fc.stringMatching(/^[a-zé語 ]{1,4}(\/[a-z.]{1,4}x){0,2}$/),
  fc.uint8Array({ maxLength: 300 }),
  { minKeys: 1, maxKeys: 5, noNullPrototype: true },
);

const byRanges = (bytes: Uint8Array) => openZip('p.zip', bytesInMemory(bytes));

/** The archive as one of more than 4 GiB is: `before` bytes, which are not there, stand before its first file. */
function after(before: number, archive: Uint8Array): ByteSource {
  const start = new DataView(archive.buffer).getUint32(archive.length - 6, true);
  const count = new DataView(archive.buffer).getUint16(archive.length - 12, true);
  const view = new DataView(archive.slice(start, archive.length - 22).buffer);
  const records: Buffer[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const name = view.getUint16(at + 28, true);
    const length = 46 + name + view.getUint16(at + 30, true);
    const record = Buffer.from(view.buffer, at, length);
    const extra = Buffer.alloc(12);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(before + record.readUInt32LE(42)), 4);
    record.writeUInt32LE(0xffffffff, 42);
    record.writeUInt16LE(record.readUInt16LE(30) + extra.length, 30);
    records.push(record, extra);
    at += length;
  }
  const end64 = Buffer.alloc(56 + 20 + 22);
  const directory = Buffer.concat(records);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(before + start), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(before + start + directory.length), 64);
  end64.writeUInt32LE(1, 72);
  end64.writeUInt32LE(0x06054b50, 76);
  end64.fill(0xff, 84, 96);
  const bytes = Buffer.concat([archive.subarray(0, start), directory, end64]);
  return {
    length: before + bytes.length,
    giveBack: () => {},
    read: (from, length) => {
      const hole = new Uint8Array(Math.max(0, Math.min(length, before - from)));
      const there = bytes.subarray(Math.max(0, from - before), Math.max(0, from + length - before));
      return Buffer.concat([hole, there]);
    },
  };
}

describe('a zip archive by ranges', () => {
  it('holds what it holds in memory, and what fflate finds in it', async () => {
    const level = fc.constantFrom(0, 6) as fc.Arbitrary<0 | 6>;
    await fc.assert(
      fc.asyncProperty(files, level, fc.nat(300), fc.nat(300), async (files, level, start, length) => {
        const archive = zipSync(files, { level });
        const [whole, ranges] = [zipStore('p.zip', archive), await byRanges(archive)];
        expect(await gather(ranges.list())).toEqual(await gather(whole.list()));
        for (const [key, bytes] of Object.entries(unzipSync(archive))) {
          expect(await ranges.read(key)).toEqual(new Uint8Array(bytes));
          const range = new Uint8Array(bytes.slice(start, start + length));
          for (const store of [whole, ranges])
            expect(await store.readRange(key, start, length)).toEqual(range);
        }
      }),
    );
  });

  it('gives any range of what deflates well and of what hardly does', async () => {
    const bytes = new Uint8Array(randomBytes(900_000));
    bytes.fill(7, 300_000, 600_000);
    for (const level of [0, 6] as const) {
      const store = await byRanges(zipSync({ a: bytes }, { level }));
      for (const [start, length] of [
        [0, 1],
        [0, 400_000],
        [299_999, 2],
        [599_000, 200_000],
        [899_999, 10],
        [900_000, 1],
      ])
        expect(
          Buffer.compare((await store.readRange('a', start, length))!, bytes.subarray(start, start + length)),
        ).toBe(0);
    }
  });

  it('reads the directory, and of a file no more than its own packed bytes', async () => {
    const content = new Uint8Array(randomBytes(2 ** 18)).map((value) => value & 63);
    const names = Array.from({ length: 20 }, (_, i) => `p${i}/1.dcm`);
    const archive = zipSync(Object.fromEntries(names.map((name) => [name, content])) as Zippable, {
      level: 1,
    });
    const raw = storeOfFiles({ 'all.zip': archive });
    const store = await openZip('all.zip', rangesOf(raw, 'all.zip', archive.length));
    expect(raw.asked.map(({ bytes }) => bytes < 2 ** 17)).toEqual([true]);
    raw.asked.length = 0;
    expect(Buffer.compare((await store.readStart('p7/1.dcm', 32_768))!, content.subarray(0, 32_768))).toBe(0);
    expect(raw.asked.map(({ bytes }) => bytes < 40_000)).toEqual([true]);
    raw.asked.length = 0;
    expect(Buffer.compare((await store.read('p8/1.dcm'))!, content)).toBe(0);
    expect(raw.asked.map(({ bytes }) => bytes < content.length)).toEqual([true]);
  });

  it('goes on where the first packed bytes do not give enough', async () => {
    // fflate gives nothing of a stored block before all of it is there; a long extra field leaves no room for the first.
    const content = new Uint8Array(randomBytes(500_000));
    const extra = { 30583: new Uint8Array(5000) };
    const archive = zipSync({ a: [content, { extra, level: 6 }], b: [content, { extra, level: 0 }] });
    const raw = storeOfFiles({ 'p.zip': archive });
    const store = await openZip('p.zip', rangesOf(raw, 'p.zip', archive.length));
    for (const key of ['a', 'b']) {
      raw.asked.length = 0;
      expect(Buffer.compare((await store.readStart(key, 300_000))!, content.subarray(0, 300_000))).toBe(0);
      expect(raw.asked.length).toBeLessThan(4);
      expect(Buffer.compare((await store.read(key))!, content)).toBe(0);
    }
  });

  it('finds files beyond 4 GiB', async () => {
    const content = { 'a/1': text('one'), b: new Uint8Array(randomBytes(1000)) };
    const store = await openZip('p.zip', after(2 ** 33, zipSync(content)));
    expect(await keysOf(store)).toEqual(['a/1', 'b']);
    expect(await store.read('a/1')).toEqual(content['a/1']);
    expect(await store.read('b')).toEqual(content.b);
  });

  it('reads a directory that is longer than its end', async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `a folder with a long name/f${i}`);
    const archive = zipSync(
      Object.fromEntries(names.map((name) => [name, [text(name), { level: 0 }]])) as Zippable,
    );
    const store = await byRanges(archive);
    expect(await keysOf(store)).toEqual(names.sort());
    expect(await store.read(names[2999])).toEqual(text(names[2999]));
  });

  it('loses no file where the count of 16 bits ran over, and refuses a count that is wrong', async () => {
    const names = Array.from({ length: 65_540 }, (_, i) => `f${i}`);
    const many = zipSync(
      Object.fromEntries(names.map((name) => [name, [text(''), { level: 0 }]])) as Zippable,
    );
    const end = new DataView(many.buffer, many.length - 22);
    expect(end.getUint16(8, true)).toBe(4);
    expect(await keysOf(zipStore('p.zip', many))).toHaveLength(65_540);
    end.setUint16(8, 3, true);
    expect(() => zipStore('p.zip', many)).toThrow(
      '65540 files in its central directory, which should hold 3',
    );
  });

  it('is refused where it was cut short', async () => {
    const archive = zipSync({ 'a/b': text('b'), c: text('c') });
    for (let length = 0; length < archive.length; length++) {
      const opened = byRanges(archive.subarray(0, length));
      await expect(opened).rejects.toThrow(ArchiveError);
      await expect(opened).rejects.toThrow(/^p.zip: is not a whole zip archive/);
    }
  });

  it('never gives other bytes than were packed when one byte of the archive is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.integer({ min: 1, max: 255 }), async (files, at, change) => {
        const archive = zipSync(files);
        archive[at % archive.length] ^= change;
        const packed = new Set(Object.values(files).map(String));
        try {
          const store = await byRanges(archive);
          for (const key of await keysOf(store)) expect(packed).toContain(String(await store.read(key)));
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['../evil', '/etc/passwd', 'C:/evil', 'a\\..\\evil'])('refuses the name %j', async (name) => {
    await expect(byRanges(zipSync({ good: text('x'), [name]: text('evil') }))).rejects.toThrow(
      'p.zip: holds a file whose name leads out of the archive; pack it again',
    );
  });

  it('is refused where all its files are encrypted, before one is read', async () => {
    const archive = zipSync({ a: text('x'), b: text('y') });
    const view = new DataView(archive.buffer);
    const first = view.getUint32(archive.length - 6, true);
    view.setUint16(first + 8, 1, true);
    expect(await keysOf(await byRanges(archive))).toEqual(['a', 'b']);
    view.setUint16(first + (archive.length - 22 - first) / 2 + 8, 1, true);
    await expect(byRanges(archive)).rejects.toThrow('p.zip: is encrypted; unpack it into a folder');
  });

  it('refuses more bytes than are allowed before it inflates any', async () => {
    const source = bytesInMemory(zipSync({ a: new Uint8Array(1000), b: new Uint8Array(600) }));
    await expect(openZip('p.zip', source, { totalBytes: 1599 })).rejects.toThrow('the archive declares');
    await expect(openZip('p.zip', source, { fileBytes: 999 })).rejects.toThrow('p.zip/a: it declares');
  });

  it('passes on what the place says', async () => {
    const archive = zipSync({ a: text('a') });
    const files: Record<string, Uint8Array> = { 'p.zip': archive };
    const store = await openZip('raw/p.zip', rangesOf(storeOfFiles(files), 'p.zip', archive.length));
    delete files['p.zip'];
    await expect(store.read('a')).rejects.toThrow('raw/p.zip: was there a moment ago and is now gone');
    await expect(store.read('a')).rejects.not.toBeInstanceOf(ArchiveError);
  });

  it.skipIf(!hasSharedData)('is a real patient in a folder', async () => {
    const folder = new FolderStore(shared('lung1'));
    const bytes = (await folder.read('LUNG1-001.zip'))!;
    const store = await openZip('LUNG1-001.zip', rangesOf(folder, 'LUNG1-001.zip', bytes.length));
    const whole = zipStore('LUNG1-001.zip', bytes);
    expect(await gather(store.list())).toEqual(await gather(whole.list()));
    for (const key of await keysOf(store))
      expect(Buffer.compare((await store.read(key))!, (await whole.read(key))!)).toBe(0);
  });
});
