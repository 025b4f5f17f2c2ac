import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ArchiveError, StorageError } from '../../../src/errors.ts';
import { arenaBytes, giveBack, inArena } from '../../../src/memory/thread.ts';
import type { ArchiveLimits } from '../../../src/storage/archive-limits.ts';
import { bytesInMemory, rangesOf } from '../../../src/storage/byte-source.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import type { ReadableStore } from '../../../src/storage/store.ts';
import { openTar, tarStore } from '../../../src/storage/tar/tar.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { gather, keysOf } from '../../support/gather.ts';
import { storeOfFiles } from '../../support/store-of-files.ts';
import { type TarredMember, tarMembersOf, tarOf, tarOfFiles, tgzOfFiles } from '../../support/tar-archive.ts';

const text = (content: string) => new TextEncoder().encode(content);
const name = fc.stringMatching(/^[a-zé語 ]{1,4}(\/[a-z.]{1,4}x){0,2}$/);
const files = fc.dictionary(name, fc.uint8Array({ maxLength: 1500 }), {
  minKeys: 1,
  maxKeys: 5,
  noNullPrototype: true,
});

/** The same archive in each way in which it is read. */
const WAYS: Record<string, (bytes: Uint8Array, limits?: ArchiveLimits) => Promise<ReadableStore>> = {
  'in memory': (bytes, limits) => tarStore('p.tar', bytes, limits),
  'by ranges': (bytes, limits) => openTar('p.tar', bytesInMemory(bytes), limits),
  gzipped: (bytes, limits) => tarStore('p.tar', gzipSync(bytes), limits),
  'gzipped, by ranges': (bytes, limits) => openTar('p.tar', bytesInMemory(gzipSync(bytes)), limits),
};

describe.each(Object.entries(WAYS))('a tar archive %s', (_, open) => {
  it('gives what was packed, in order, whole and in part', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(1600), fc.nat(1600), async (files, start, length) => {
        const store = await open(tarOfFiles(files));
        const listed = await gather(store.list());
        expect(listed.map(({ key }) => key)).toEqual(Object.keys(files).sort());
        for (const { key, bytes } of listed) {
          expect(bytes).toBe(files[key].length);
          expect(await store.read(key)).toEqual(files[key]);
          expect(await store.readStart(key, length)).toEqual(files[key].slice(0, length));
          expect(await store.readRange(key, start, length)).toEqual(files[key].slice(start, start + length));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('lists below a folder and reads nothing that is not there', async () => {
    const store = await open(tarOfFiles({ 'a/x': text('1'), ab: text('2'), './a//y': text('3') }));
    expect(await keysOf(store, 'a')).toEqual(['a/x', 'a/y']);
    expect(await store.read('a')).toBeUndefined();
    expect(await store.readRange('none', 0, 1)).toBeUndefined();
    await expect(store.read('../ab')).rejects.toThrow(StorageError);
  });

  it('reads into memory of its own, which can be handed to a worker', async () => {
    const store = await open(tarOfFiles({ a: text('text'), b: text('b') }));
    const bytes = await store.read('a');
    expect(bytes?.buffer.byteLength).toBe(4);
    bytes?.fill(0);
    expect(await store.read('a')).toEqual(text('text'));
  });

  it('leaves out folders, devices and what macOS adds', async () => {
    const store = await open(
      tarOf([
        { path: 'a/', type: 'Directory' },
        { path: 'a/null', type: 'CharacterDevice' },
        { path: 'a/pipe', type: 'FIFO' },
        { path: 'a/._1.dcm', content: text('attributes') },
        { path: '__MACOSX/a/1.dcm', content: text('attributes') },
        { path: 'a/1.dcm', content: text('1') },
      ]),
    );
    expect(await keysOf(store)).toEqual(['a/1.dcm']);
    expect(await store.read('a/1.dcm')).toEqual(text('1'));
  });

  it('knows long names of pax and of GNU tar', async () => {
    const long = `${'folder/'.repeat(40)}1.dcm`;
    expect(await keysOf(await open(tarOfFiles({ [long]: text('1') })))).toEqual([long]);
    const gnu: TarredMember[] = [
      { path: '././@LongLink', typeCode: 'L', content: text(`${long}\0`) },
      { path: long.slice(0, 99), content: text('2') },
      { path: 'short', content: text('3') },
    ];
    const store = await open(tarOf(gnu));
    expect(await keysOf(store)).toEqual([long, 'short']);
    expect(await store.read(long)).toEqual(text('2'));
  });

  it('gives a hard link the content of its file', async () => {
    const store = await open(
      tarOf([
        { path: 'a/1', content: text('one') },
        { path: 'b/1', type: 'Link', linkpath: 'a/1' },
      ]),
    );
    expect(await store.read('b/1')).toEqual(text('one'));
    await expect(open(tarOf([{ path: 'b', type: 'Link', linkpath: 'c' }]))).rejects.toThrow(
      'p.tar: holds a hard link to no file before it',
    );
  });

  it.each([
    ['a symbolic link', { path: 'a', type: 'SymbolicLink', linkpath: 'b' }, 'p.tar: holds a symbolic link'],
    ['a sparse file', { path: 'a', typeCode: 'S', content: text('1') }, 'p.tar: holds a sparse file'],
    [
      'an unknown type',
      { path: 'a', typeCode: 'Z', content: text('1') },
      'p.tar: holds what is no plain file',
    ],
    [
      'a part of a file',
      { path: 'a', typeCode: 'M', content: text('1') },
      'p.tar: holds what is no plain file',
    ],
    ['no name', { path: '.', content: text('1') }, 'holds a file without a name'],
  ] satisfies [string, TarredMember, string][])('refuses %s', async (_, member, message) => {
    const opened = open(tarOf([{ path: 'good', content: text('x') }, member]));
    await expect(opened).rejects.toThrow(ArchiveError);
    await expect(opened).rejects.toThrow(message);
  });

  it('refuses a sparse file of pax, which looks like a small one', async () => {
    const record = 'GNU.sparse.major=1\n';
    const pax = { path: 'PaxHeader/a', typeCode: 'x', content: text(`${record.length + 3} ${record}`) };
    await expect(open(tarOf([pax, { path: 'GNUSparseFile.0/a', content: text('1') }]))).rejects.toThrow(
      'p.tar: holds a sparse file; pack it again without tar --sparse',
    );
  });

  it.each(['../evil', 'a/../../evil', '/etc/passwd', 'C:/evil', 'a\\..\\evil', 'a/..'])(
    'refuses the name %j, without repeating it',
    async (name) => {
      await expect(open(tarOfFiles({ good: text('x'), [name]: text('evil') }))).rejects.toThrow(
        /^p.tar: holds a file whose name leads out of the archive; pack it again$/,
      );
    },
  );

  it('takes one of two equal files of one name, and refuses different ones', async () => {
    const twice = (...contents: string[]) =>
      open(tarOf(contents.map((content) => ({ path: 'a', content: text(content) }))));
    expect(await (await twice('same', 'same')).read('a')).toEqual(text('same'));
    await expect(twice('same', 'else')).rejects.toThrow('two different files of one name');
    await expect(twice('same', 'longer')).rejects.toThrow('two different files of one name');
  });

  it('refuses an archive that was cut short, wherever that was', async () => {
    const archive = tarMembersOf([
      { path: 'a/b', content: text('b') },
      { path: 'c', content: new Uint8Array(2000) },
    ]);
    for (let length = 0; length <= archive.length; length += 128)
      await expect(open(archive.subarray(0, length))).rejects.toThrow(/^p.tar: is not a whole tar archive/);
  });

  it('refuses a header that was damaged', async () => {
    const archive = tarOfFiles({ a: text('1') });
    archive[0] ^= 1;
    await expect(open(archive)).rejects.toThrow('the checksum of a header is wrong');
  });

  it('refuses an archive to which another was joined', async () => {
    const joined = Buffer.concat([tarOfFiles({ a: text('1') }), tarOfFiles({ b: text('2') })]);
    await expect(open(joined)).rejects.toThrow('goes on after its end');
    const filled = Buffer.concat([tarOfFiles({ a: text('1') }), new Uint8Array(10_240)]);
    expect(await keysOf(await open(filled))).toEqual(['a']);
  });

  it('refuses more bytes than are allowed', async () => {
    const archive = tarOfFiles({ a: new Uint8Array(1000), b: new Uint8Array(600) });
    expect(await keysOf(await open(archive, { totalBytes: 1600, fileBytes: 1000 }))).toHaveLength(2);
    await expect(open(archive, { totalBytes: 1599 })).rejects.toThrow('p.tar: the archive declares');
    await expect(open(archive, { fileBytes: 999 })).rejects.toThrow('p.tar/a: it declares');
    const links = [{ path: 'a', content: new Uint8Array(1000) }, ...['b', 'c'].map(linkTo)];
    await expect(open(tarOf(links), { totalBytes: 1999 })).rejects.toThrow('p.tar: the archive declares');
  });

  it('takes no room for what cannot be there', async () => {
    const before = process.memoryUsage().arrayBuffers;
    await expect(open(tarOf([{ path: 'a', size: 2 ** 32 - 1 }]))).rejects.toThrow('it is cut off');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });
});

const linkTo = (path: string): TarredMember => ({ path, type: 'Link', linkpath: 'a' });

describe('a plain tar archive', () => {
  it('has the CRC-32 of a file as its version in memory, and its time and size where ranges are read', async () => {
    const archive = tarOf([{ path: 'a', content: text('text'), mtime: new Date(1_700_000_000_000) }]);
    const version = crc32('text').toString(16).padStart(8, '0');
    expect((await gather((await tarStore('p.tar', archive)).list()))[0].version).toBe(version);
    const byRanges = await openTar('p.tar', bytesInMemory(archive));
    expect((await gather(byRanges.list()))[0].version).toBe('1700000000-4');
  });

  it('is not read where its files lie before one is asked for', async () => {
    const content = new Uint8Array(randomBytes(2 ** 20));
    const bytes = tarOfFiles({ a: content, b: content, c: content, d: content });
    const raw = storeOfFiles({ 'p.tar': bytes });
    const store = await openTar('p.tar', rangesOf(raw, 'p.tar', bytes.length));
    const read = () => raw.asked.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(read()).toBeLessThan(6 * 2 ** 16);
    const opened = read();
    expect(Buffer.compare((await store.readStart('c', 1000))!, content.subarray(0, 1000))).toBe(0);
    expect(read() - opened).toBe(1000);
  });
});

describe('a gzipped tar archive', () => {
  it('is inflated no further than is allowed', async () => {
    const bomb = tgzOfFiles({ a: new Uint8Array(1000), b: new Uint8Array(64 * 2 ** 20) });
    const before = process.memoryUsage().arrayBuffers;
    await expect(tarStore('p.tgz', bomb, { fileBytes: 2 ** 20 })).rejects.toThrow('p.tgz/b: it declares');
    await expect(tarStore('p.tgz', bomb, { totalBytes: 2 ** 20 })).rejects.toThrow('the archive declares');
    await expect(tarStore('p.tgz', bomb, { memoryBytes: 2 ** 20 })).rejects.toThrow(
      'that are read into memory',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
  });

  it('is refused where it goes on with zeros without end', async () => {
    const endless = gzipSync(Buffer.concat([tarOfFiles({ a: text('1') }), new Uint8Array(64 * 2 ** 20)]));
    await expect(tarStore('p.tgz', endless)).rejects.toThrow('goes on after its end');
  });

  it('is refused where one byte of it is damaged, or gives what was packed', async () => {
    const packed = { a: new Uint8Array(randomBytes(700)), 'b/c': text('c'.repeat(3000)) };
    const archive = tgzOfFiles(packed);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = archive.slice();
        damaged[at] ^= change;
        try {
          const store = await tarStore('p.tgz', damaged);
          for (const [key, bytes] of Object.entries(packed)) expect(await store.read(key)).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is refused where it was cut short', async () => {
    const archive = tgzOfFiles({ a: new Uint8Array(randomBytes(700)) });
    for (let length = 0; length < archive.length; length += 7)
      await expect(tarStore('p.tgz', archive.subarray(0, length))).rejects.toThrow(
        /^p.tgz: is not a whole tar archive/,
      );
  });

  it('may be several gzip files, one after the other', async () => {
    const archive = tarOfFiles({ a: text('1'), b: text('2') });
    const parts = [archive.subarray(0, 700), archive.subarray(700)].map((part) => gzipSync(part));
    expect(await keysOf(await tarStore('p.tgz', Buffer.concat(parts)))).toEqual(['a', 'b']);
  });

  it('passes on what the place says', async () => {
    const gone = rangesOf(storeOfFiles({}), 'p.tgz', 100);
    const head = tgzOfFiles({ a: text('1') });
    const source = { ...gone, read: (start: number, n: number) => (n === 2 ? head : gone.read(start, n)) };
    const opened = openTar('p.tgz', source);
    await expect(opened).rejects.toThrow('raw/p.tgz: was there a moment ago and is now gone');
    await expect(opened).rejects.not.toBeInstanceOf(ArchiveError);
  });
});

describe.runIf(process.platform === 'linux')('archives of GNU tar', () => {
  it.each(['gnu', 'pax', 'ustar', 'v7', 'oldgnu'])('in the format %s', async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'swinprep-tar-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const long = format === 'v7' ? 'short' : `${'series of a study/'.repeat(8)}`;
    const files = {
      'p/1 é.dcm': randomBytes(3000),
      [`p/${long}/2.dcm`]: randomBytes(512),
      'p/empty': text(''),
    };
    for (const [key, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), bytes);
    }
    for (const flags of ['-cf', '-czf']) {
      expect(spawnSync('tar', [`--format=${format}`, flags, 'a.tar', './p'], { cwd: folder }).status).toBe(0);
      const store = await tarStore('a.tar', await readFile(join(folder, 'a.tar')));
      const keys = Object.keys(files).map((key) => key.replaceAll('//', '/'));
      expect(await keysOf(store)).toEqual(keys.sort());
      for (const [key, bytes] of Object.entries(files))
        expect(Buffer.compare((await store.read(key.replaceAll('//', '/')))!, bytes)).toBe(0);
    }
  });
});

it('a file that is read by ranges takes its own memory alone of a patient', async () => {
  const content = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`${i}.dcm`, new Uint8Array(randomBytes(2 ** 20))]),
  );
  const folder = new FolderStore(temporaryFolder());
  const archive = tarOfFiles(content);
  await folder.write('p.tar', archive);
  await inArena(0, async () => {
    const store = await openTar('p.tar', rangesOf(folder, 'p.tar', archive.length));
    const before = arenaBytes();
    for (const [key, expected] of Object.entries(content)) {
      const bytes = await store.read(key);
      expect(Buffer.compare(bytes!, expected)).toBe(0);
      giveBack(bytes!);
    }
    expect(arenaBytes() - before).toBeLessThan(2 ** 25);
  });
});
