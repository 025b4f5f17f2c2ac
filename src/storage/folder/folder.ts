import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { StorageError } from '../../errors.ts';
import { room, usingArena } from '../../memory/thread.ts';
import { type Content, piecesOf } from '../content.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import { isPartialOf, partialName } from '../partial.ts';
import type { Child, Entry, Store } from '../store.ts';
import { FileStarts } from './file-starts.ts';
import { folderFailure, ignoreAbsent, isAbsent } from './folder-failure.ts';
import { fileOf, membersOf, walk } from './folder-tree.ts';

/** The most one read call may ask for. */
const READ_BYTES = 2 ** 30;

/**
 * A folder of the file system, which need not exist before the first write. Symbolic links are followed, but no folder
 * is entered twice; a link that leads nowhere counts as absent. `version` is the modification time in ns with the size.
 */
export class FolderStore implements Store {
  readonly uri: string;
  readonly #starts = new FileStarts();

  constructor(path: string) {
    this.uri = resolve(path);
  }

  async *list(prefix = ''): AsyncIterable<Entry> {
    const start = keyStart(this.uri, prefix);
    await this.#assertNoFile();
    yield* walk(join(this.uri, start), start);
  }

  async *children(): AsyncIterable<Child> {
    await this.#assertNoFile();
    const members = await membersOf(this.uri);
    for (const { name, file } of members.sort((a, b) => byCodeUnits(a.name, b.name))) {
      yield file === undefined ? { kind: 'folder', name } : { kind: 'file', entry: { key: name, ...file } };
    }
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.readRange(key, 0, Number.POSITIVE_INFINITY);
  }

  readStart(key: string, bytes: number): Promise<Uint8Array | undefined> {
    return this.readRange(key, 0, bytes);
  }

  async readRange(key: string, start: number, length: number): Promise<Uint8Array | undefined> {
    const path = this.#path(key);
    let file: FileHandle | undefined;
    try {
      // Not blocking: opening a named pipe would wait for its other end.
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const before = await file.stat({ bigint: true });
      if (before.isDirectory()) return undefined;
      // A pipe or device announces no length to check against.
      if (!before.isFile()) throw new StorageError(path, 'is no regular file; give the path of one');
      const bytes = await readPart(file, start, Math.max(0, Math.min(Number(before.size) - start, length)));
      const after = await file.stat({ bigint: true });
      if (bytes === undefined || after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
        throw new StorageError(path, 'changed while it was being read; run again when nothing writes to it');
      }
      return bytes;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw folderFailure(path, 'read', error);
    } finally {
      await file?.close();
    }
  }

  async peek<T>(key: string, bytes: number, see: (start: Uint8Array) => T): Promise<T | undefined> {
    const path = this.#path(key);
    try {
      return await this.#starts.peek(path, bytes, see);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw folderFailure(path, 'read', error);
    }
  }

  async names(): Promise<string[]> {
    await this.#assertNoFile();
    const names = await readdir(this.uri).catch(ignoreAbsent);
    return names ?? [];
  }

  async stat(key: string): Promise<Entry | undefined> {
    const path = this.#path(key);
    try {
      const stats = await stat(path, { bigint: true });
      return stats.isFile() ? { key, ...fileOf(stats) } : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw folderFailure(path, 'read', error);
    }
  }

  async write(key: string, content: Content): Promise<void> {
    const path = this.#path(key);
    const partial = join(dirname(path), partialName(basename(path)));
    try {
      await mkdir(dirname(path), { recursive: true });
      // Who was kept from reading what lay there stays so.
      const mode = (await stat(path).catch(() => undefined))?.mode ?? 0o666;
      // Flushed, so that the new name never reaches the disk before the bytes do.
      await writeFile(partial, piecesOf(content), { flag: 'wx', flush: true, mode: mode & 0o666 });
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => {});
      throw folderFailure(path, 'written', error);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await unlink(path).catch(ignoreAbsent);
      const siblings = (await readdir(dirname(path)).catch(ignoreAbsent)) ?? [];
      const leftovers = siblings.filter((name) => isPartialOf(basename(path), name));
      for (const name of leftovers) await unlink(join(dirname(path), name)).catch(ignoreAbsent);
    } catch (error) {
      throw folderFailure(path, 'deleted', error);
    }
  }

  #path(key: string): string {
    assertKey(this.uri, key);
    if (sep === '\\' && /[\\:]/.test(key))
      throw new StorageError(this.uri, `${JSON.stringify(key)} holds a \\ or a :`);
    return join(this.uri, key);
  }

  async #assertNoFile(): Promise<void> {
    const found = await stat(this.uri).catch(() => undefined);
    if (found?.isFile()) throw new StorageError(this.uri, 'is a file where a folder is wanted');
  }
}

/** `undefined` where the file ends early. */
async function readPart(file: FileHandle, start: number, size: number): Promise<Uint8Array | undefined> {
  const bytes = room(Uint8Array, size);
  for (let offset = 0; offset < size; ) {
    const most = Math.min(size - offset, READ_BYTES);
    const { bytesRead } = await usingArena(file.read(bytes, offset, most, start + offset));
    if (bytesRead === 0) return undefined;
    offset += bytesRead;
  }
  return bytes;
}
