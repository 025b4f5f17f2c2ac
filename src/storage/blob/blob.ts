import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { StorageError } from '../../errors.ts';
import { type Content, wholeOf } from '../content.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import type { Child, Entry, Store } from '../store.ts';
import { download, downloadRange } from './blob-download.ts';
import { type BlobAction, blobFailure, errorCode } from './blob-failure.ts';
import { upload } from './blob-upload.ts';

/**
 * Blobs of one container below a prefix. `version` is the Content-MD5 (base64), or the ETag of a blob that has none.
 * A container that does not exist lists as empty, reads as absent and is created by the first write.
 */
export class BlobStore implements Store {
  readonly uri: string;
  readonly #container: ContainerClient;
  readonly #start: string;

  /** `prefix`: path below the container with no slash at either end, `''` for all of it. `uri`: for messages, no query. */
  constructor(container: ContainerClient, prefix: string, uri: string) {
    this.#container = container;
    this.#start = prefix === '' ? '' : `${prefix}/`;
    this.uri = uri;
  }

  /** Gathers the listing before it yields: accounts with a hierarchical namespace sort `/` before all else. */
  async *list(prefix = ''): AsyncIterable<Entry> {
    const entries: Entry[] = [];
    for await (const entry of this.walk(prefix)) entries.push(entry);
    yield* entries.sort((a, b) => byCodeUnits(a.key, b.key));
  }

  /** Page by page. Whether `/` sorts before all else or not, what begins alike up to a `/` comes together. */
  async *walk(prefix = ''): AsyncIterable<Entry> {
    const start = this.#start + keyStart(this.uri, prefix);
    try {
      for await (const blob of this.#container.listBlobsFlat({ prefix: start, includeMetadata: true })) {
        if (!isFolderMarker(blob)) yield this.#entry(blob);
      }
    } catch (error) {
      this.#absentOrThrow(this.uri, 'listed', error);
    }
  }

  async *children(): AsyncIterable<Child> {
    const children: { name: string; child: Child }[] = [];
    try {
      const items = this.#container.listBlobsByHierarchy('/', { prefix: this.#start, includeMetadata: true });
      for await (const item of items) {
        if (item.kind === 'prefix') {
          const name = item.name.slice(this.#start.length, -1);
          children.push({ name, child: { kind: 'folder', name } });
        } else if (!isFolderMarker(item)) {
          const entry = this.#entry(item);
          children.push({ name: entry.key, child: { kind: 'file', entry } });
        }
      }
    } catch (error) {
      this.#absentOrThrow(this.uri, 'listed', error);
    }
    for (const { child } of children.sort((a, b) => byCodeUnits(a.name, b.name))) yield child;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const blob = this.#blob(key);
    return download(blob).catch((error) => this.#absentOrThrow(`${this.uri}/${key}`, 'read', error));
  }

  async stat(key: string): Promise<Entry | undefined> {
    const blob = this.#blob(key);
    try {
      const { metadata, ...properties } = await blob.getProperties();
      const entry = this.#entry({ name: blob.name, properties: properties as BlobItem['properties'] });
      return isFolderMarker({ name: blob.name, metadata }) ? undefined : entry;
    } catch (error) {
      return this.#absentOrThrow(`${this.uri}/${key}`, 'read', error);
    }
  }

  async readStart(key: string, bytes: number): Promise<Uint8Array | undefined> {
    return this.readRange(key, 0, bytes);
  }

  async readRange(key: string, start: number, length: number): Promise<Uint8Array | undefined> {
    const blob = this.#blob(key);
    return downloadRange(blob, start, length).catch((error) =>
      this.#absentOrThrow(`${this.uri}/${key}`, 'read', error),
    );
  }

  async write(key: string, content: Content): Promise<void> {
    const blob = this.#blob(key);
    const bytes = wholeOf(content);
    try {
      await upload(blob, bytes).catch(async (error) => {
        if (errorCode(error) !== 'ContainerNotFound') throw error;
        await this.#createContainer();
        await upload(blob, bytes);
      });
    } catch (error) {
      throw blobFailure(`${this.uri}/${key}`, 'written', error);
    }
  }

  async delete(key: string): Promise<void> {
    const blob = this.#blob(key);
    await blob.delete().catch((error) => this.#absentOrThrow(`${this.uri}/${key}`, 'deleted', error));
  }

  async #createContainer(): Promise<void> {
    try {
      await this.#container.createIfNotExists();
    } catch (cause) {
      const { containerName } = this.#container;
      throw new StorageError(
        this.uri,
        `the container ${containerName} does not exist and could not be created; create it`,
        { cause },
      );
    }
  }

  #blob(key: string) {
    assertKey(this.uri, key);
    return this.#container.getBlockBlobClient(this.#start + key);
  }

  #entry({ name, properties }: Pick<BlobItem, 'name' | 'properties'>): Entry {
    const { contentMD5, contentLength = 0, etag } = properties;
    const version = contentMD5 === undefined ? etag : Buffer.from(contentMD5).toString('base64');
    return { key: name.slice(this.#start.length), bytes: contentLength, version };
  }

  #absentOrThrow(uri: string, action: BlobAction, error: unknown): undefined {
    const code = errorCode(error);
    if (code !== 'BlobNotFound' && code !== 'ContainerNotFound') throw blobFailure(uri, action, error);
  }
}

/** A blob that stands for a folder: `NAME/`, or one that Hadoop or a hierarchical namespace has marked. */
function isFolderMarker({
  name,
  metadata,
}: {
  readonly name: string;
  readonly metadata?: Record<string, string> | undefined;
}): boolean {
  return name.endsWith('/') || metadata?.hdi_isfolder?.toLowerCase() === 'true';
}
