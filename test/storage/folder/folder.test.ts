import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../../src/errors.ts';
import { FolderStore } from '../../../src/storage/folder/folder.ts';
import { gather, keysOf } from '../../support/gather.ts';

let root: string;
let store: FolderStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'swinprep-folder-'));
  store = new FolderStore(root);
});
afterEach(() => rm(root, { recursive: true }));

const text = (content: string) => new TextEncoder().encode(content);
const PARTIAL = '.ct.nii.gz.0123456789ab.part';

describe('a folder store', () => {
  it('leaves no other file beside the one written', async () => {
    await store.write('p/ct.nii.gz', text('a'));
    await store.write('p/ct.nii.gz', text('b'));
    expect(await readdir(join(root, 'p'))).toEqual(['ct.nii.gz']);
  });

  it('lets nobody read what is written in place of what they could not', async () => {
    await store.write('private', text('a'));
    await chmod(join(root, 'private'), 0o600);
    await store.write('private', text('b'));
    expect((await stat(join(root, 'private'))).mode & 0o777).toBe(0o600);
    expect(await store.read('private')).toEqual(text('b'));
  });

  it('does not show what a killed write left, and deletes it with its key alone', async () => {
    await mkdir(join(root, 'p'));
    await writeFile(join(root, 'p', PARTIAL), 'half');
    await writeFile(join(root, 'p', '.other.0123456789ab.part'), 'half');
    await writeFile(join(root, 'p', '.hidden'), 'a file like any other');
    expect(await keysOf(store)).toEqual(['p/.hidden']);
    await store.delete('p/ct.nii.gz');
    expect(await readdir(join(root, 'p'))).toEqual(['.hidden', '.other.0123456789ab.part']);
  });

  it('keeps the old content when it is killed before its rename', async () => {
    await store.write('k', text('old'));
    const child = spawn(process.execPath, [
      ...['--experimental-strip-types', '--no-warnings', '--input-type=module', '--eval'],
      `import fs from 'node:fs/promises';
       import { syncBuiltinESMExports } from 'node:module';
       fs.rename = () => process.kill(process.pid, 'SIGKILL');
       syncBuiltinESMExports();
       const { FolderStore } = await import(${JSON.stringify(import.meta.resolve('../../../src/storage/folder/folder.ts'))});
       await new FolderStore(${JSON.stringify(root)}).write('k', new Uint8Array(1000));`,
    ]);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    expect((await readdir(root)).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    expect(await store.read('k')).toEqual(text('old'));
    expect(await keysOf(store)).toEqual(['k']);
    await store.delete('k');
    expect(await readdir(root)).toEqual([]);
  });

  it('refuses to read what is no regular file', async () => {
    await symlink('/dev/null', join(root, 'device'));
    await expect(store.read('device')).rejects.toThrow(/device: .*no regular file/);
  });

  it('follows links, but not in circles', async () => {
    await store.write('a/b/file', text('x'));
    await store.write('a/top', text('x'));
    await symlink(join(root, 'a'), join(root, 'a', 'b', 'up'));
    await symlink(join(root, 'a', 'b'), join(root, 'other'));
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    expect(await keysOf(store)).toEqual(['a/b/file', 'a/top']);
    expect(await keysOf(store, 'other')).toEqual(['other/file', 'other/up/top']);
    const children = await gather(store.children());
    expect(children).toEqual([
      { kind: 'folder', name: 'a' },
      { kind: 'folder', name: 'other' },
    ]);
  });

  it('lists each folder of a maze of links once', async () => {
    const levels = 40;
    for (let level = 0; level < levels; level++) {
      await store.write(`${level}/file`, text('x'));
      for (const way of ['left', 'right']) await symlink(`../${level + 1}`, join(root, String(level), way));
    }
    await mkdir(join(root, String(levels)));
    expect(await keysOf(store, '0')).toHaveLength(levels);
  });

  it('does not wait for a named pipe or a socket, nor list them', async () => {
    await store.write('p/slice.dcm', text('x'));
    await once(spawn('mkfifo', [join(root, 'p', 'pipe')]), 'exit');
    const server = createServer().listen(join(root, 'p', 'socket'));
    await once(server, 'listening');
    expect(await keysOf(store)).toEqual(['p/slice.dcm']);
    await expect(store.read('p/pipe')).rejects.toThrow('is no regular file');
    await expect(store.read('p/socket')).rejects.toThrow(StorageError);
    server.close();
  });

  it.runIf(process.platform === 'linux')('says so of a name that is not UTF-8', async () => {
    await mkdir(join(root, 'p'));
    await writeFile(Buffer.concat([Buffer.from(join(root, 'p', 'Gr')), Buffer.from('f6dfe5', 'hex')]), 'x');
    await expect(keysOf(store)).rejects.toThrow('p: holds a file whose name is not UTF-8; rename it');
  });

  it('keeps names apart that differ by case alone, and files of no bytes', async () => {
    await store.write('p/slice.DCM', text('a'));
    await store.write('p/slice.dcm', text(''));
    expect(await keysOf(store)).toEqual(['p/slice.DCM', 'p/slice.dcm']);
    expect(await store.read('p/slice.dcm')).toEqual(text(''));
  });

  it('names the path and the reason where it cannot write', async () => {
    await store.write('taken', text('a file'));
    await store.write('full/below', text('a file'));
    const below = store.write('taken/below', text('x'));
    await expect(below).rejects.toThrow(StorageError);
    await expect(below).rejects.toThrow(`${join(root, 'taken/below')}: cannot be written: a file stands`);
    await expect(store.write('full', text('x'))).rejects.toThrow('a folder of that name is in the way');
    expect((await readdir(root)).sort()).toEqual(['full', 'taken']);
  });

  it('says so when it is opened on a file', async () => {
    await store.write('file', text('x'));
    await expect(gather(new FolderStore(join(root, 'file')).list())).rejects.toThrow('is a file');
  });
});
