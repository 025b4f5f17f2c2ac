import { crc32 } from 'node:zlib';
import { ArchiveError } from '../../errors.ts';
import { copyOf } from '../../memory/thread.ts';
import {
  ARCHIVE_LIMITS,
  type ArchiveLimits,
  MOST_INFLATION,
  tooLarge,
  tooLargeForMemory,
} from '../archive-limits.ts';
import { type ByteSource, bytesInMemory } from '../byte-source.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import type { ReadableStore } from '../store.ts';
import { gzippedInput, plainInput, type TarInput } from './tar-input.ts';
import { contentOf, type TarMember, tarMembers } from './tar-members.ts';

/** A file of an archive that has been gone through. */
interface Kept {
  readonly bytes: number;
  readonly version: string;
  /** Bytes [start, start + length) in memory of their own. */
  readonly read: (start: number, length: number) => Promise<Uint8Array>;
}

/** Keeps a file whose content the input stands at. */
type Keep = (uri: string, member: TarMember, input: TarInput) => Promise<Kept>;

/**
 * The files of a tar archive in memory, plain or gzipped: what its bytes say, not its name. `version` is the CRC-32 of the
 * content. A gzipped archive is inflated step by step and its files are held in memory, as many bytes as `limits` allow; of a
 * plain one nothing is copied before it is read. `uri` names the archive in messages.
 *
 * Of two files of one name, which an archive has that was added to, the content must be the same. A hard link is a file with
 * the content of the one that it names. Throws an ArchiveError naming the archive, and the file where one is at fault.
 */
export function tarStore(uri: string, bytes: Uint8Array, limits: ArchiveLimits = {}): Promise<ReadableStore> {
  const source = bytesInMemory(bytes);
  return isGzip(bytes) ? gzippedStore(uri, source, limits) : plainStore(uri, source, limits, keepInMemory);
}

/**
 * The same of an archive that is read by ranges. Of a plain one that is the headers now, and its files when they are read;
 * `version` is then the modification time with the size. A gzipped one is inflated from its beginning to its end all the same.
 */
export async function openTar(
  uri: string,
  source: ByteSource,
  limits: ArchiveLimits = {},
): Promise<ReadableStore> {
  if (isGzip(await source.read(0, 2))) return gzippedStore(uri, source, limits);
  return plainStore(uri, source, limits, keepPlace(source));
}

/** RFC 1952. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const keepInMemory: Keep = async (uri, { bytes }, input) => {
  const content = await contentOf(uri, input, bytes);
  return {
    bytes,
    version: crc32(content).toString(16).padStart(8, '0'),
    read: async (start, length) => new Uint8Array(content.subarray(start, start + length)),
  };
};

function keepPlace(source: ByteSource): Keep {
  return async (uri, { key, bytes, modified }, { position }) => ({
    bytes,
    version: `${modified ?? ''}-${bytes}`,
    async read(start, length) {
      const wanted = Math.max(0, Math.min(length, bytes - start));
      const content = await source.read(position + start, wanted);
      if (content.length < wanted)
        throw new ArchiveError(`${uri}/${key}`, 'is cut off in the archive; fetch it again');
      return source.givesOwn ? content : copyOf(content);
    },
  });
}

function plainStore(
  uri: string,
  source: ByteSource,
  limits: ArchiveLimits,
  keep: Keep,
): Promise<ReadableStore> {
  return storeOf(uri, plainInput(source), source.length, limits, keep);
}

function gzippedStore(uri: string, source: ByteSource, limits: ArchiveLimits): Promise<ReadableStore> {
  const { memoryBytes } = { ...ARCHIVE_LIMITS, ...limits };
  let held = 0;
  return storeOf(uri, gzippedInput(source), MOST_INFLATION * source.length, limits, (_, member, input) => {
    held += member.bytes;
    if (held > memoryBytes) throw new ArchiveError(uri, tooLargeForMemory(memoryBytes));
    return keepInMemory(uri, member, input);
  });
}

async function storeOf(
  uri: string,
  input: TarInput,
  heldBytes: number,
  limits: ArchiveLimits,
  keep: Keep,
): Promise<ReadableStore> {
  const files = await filesOf(uri, input, heldBytes, limits, keep).finally(() => input.close());
  const keys = [...files.keys()].sort(byCodeUnits);
  const part = async (key: string, start: number, length: number) => {
    assertKey(uri, key);
    return files.get(key)?.read(start, length);
  };
  return {
    uri,
    async *list(prefix = '') {
      const start = keyStart(uri, prefix);
      for (const key of keys) {
        if (!key.startsWith(start)) continue;
        const { bytes, version } = files.get(key)!;
        yield { key, bytes, version };
      }
    },
    read: (key) => part(key, 0, Number.POSITIVE_INFINITY),
    readStart: (key, bytes) => part(key, 0, bytes),
    readRange: part,
  };
}

async function filesOf(
  uri: string,
  input: TarInput,
  heldBytes: number,
  limits: ArchiveLimits,
  keep: Keep,
): Promise<Map<string, Kept>> {
  const { totalBytes, fileBytes } = { ...ARCHIVE_LIMITS, ...limits };
  const files = new Map<string, Kept>();
  let linked = 0;
  for await (const member of tarMembers(uri, input, { totalBytes, fileBytes, heldBytes })) {
    const { key, sameAs } = member;
    const file = sameAs === undefined ? await keep(uri, member, input) : files.get(sameAs);
    if (file === undefined)
      throw new ArchiveError(uri, 'holds a hard link to no file before it; pack it again');
    linked += sameAs === undefined ? 0 : file.bytes;
    if (linked > totalBytes) throw new ArchiveError(uri, tooLarge('the archive', linked, totalBytes));
    const before = files.get(key);
    if (before !== undefined && !(await sameContent(before, file)))
      throw new ArchiveError(uri, 'holds two different files of one name; pack it again');
    files.set(key, file);
  }
  return files;
}

async function sameContent(a: Kept, b: Kept): Promise<boolean> {
  if (a === b) return true;
  if (a.bytes !== b.bytes) return false;
  const [one, other] = await Promise.all([a.read(0, a.bytes), b.read(0, b.bytes)]);
  return Buffer.compare(one, other) === 0;
}
