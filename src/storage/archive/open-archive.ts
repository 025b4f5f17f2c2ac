import { ArchiveError, StorageError } from '../../errors.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, tooLargeForMemory } from '../archive-limits.ts';
import { type ByteSource, bytesInMemory, rangesOf } from '../byte-source.ts';
import type { Entry, ReadableStore } from '../store.ts';
import { openZip } from '../zip/zip.ts';
import { archiveKind } from './archive-kind.ts';

/** About what is held of a file that is known: its name and place. */
const KNOWN_FILE_BYTES = 500;

export interface OpenedArchive {
  readonly store: ReadableStore;
  /** About what it holds in memory. */
  readonly heldBytes: number;
}

/**
 * The content of the archive `entry` of `store`, by its name's ending: of a zip its central directory is read, of a tar its
 * headers, of a gzipped tar all, and files by ranges when they are read. An archive that lies packed in another is read whole
 * into memory. Throws an ArchiveError that names the place where the archive cannot be used.
 */
export async function openArchive(
  store: ReadableStore,
  entry: Entry,
  limits: ArchiveLimits = {},
): Promise<ReadableStore> {
  return (await openedArchive(store, entry, limits)).store;
}

/** The same, and what it holds in memory. */
export async function openedArchive(
  store: ReadableStore,
  entry: Entry,
  limits: ArchiveLimits = {},
): Promise<OpenedArchive> {
  const uri = `${store.uri}/${entry.key}`;
  const kind = archiveKind(entry.key);
  if (kind === undefined) throw new StorageError(uri, 'is no archive: .zip, .tar, .tar.gz or .tgz');
  const whole = store.isPacked?.(entry.key) ?? false;
  const source = whole
    ? bytesInMemory(await wholeArchive(store, entry, limits))
    : packedSource(store, entry, kind === 'tgz', limits);
  // The library for tar is loaded where there is one.
  const open = kind === 'zip' ? openZip : (await import('../tar/tar.ts')).openTar;
  const archive = await open(uri, source, limits);
  let heldBytes = whole ? entry.bytes : 0;
  for await (const { bytes } of archive.list()) heldBytes += KNOWN_FILE_BYTES + (kind === 'tgz' ? bytes : 0);
  return { store: archive, heldBytes };
}

function packedSource(
  store: ReadableStore,
  entry: Entry,
  inflated: boolean,
  limits: ArchiveLimits,
): ByteSource {
  if (inflated) assertFitsMemory(store, entry, limits);
  return rangesOf(store, entry.key, entry.bytes);
}

/** All bytes of an archive, which must not be too large for memory. */
export async function wholeArchive(
  store: ReadableStore,
  entry: Entry,
  limits: ArchiveLimits = {},
): Promise<Uint8Array> {
  assertFitsMemory(store, entry, limits);
  const bytes = await store.read(entry.key);
  if (bytes === undefined)
    throw new StorageError(`${store.uri}/${entry.key}`, 'was there a moment ago and is now gone');
  return bytes;
}

function assertFitsMemory(store: ReadableStore, { key, bytes }: Entry, limits: ArchiveLimits): void {
  const { memoryBytes } = { ...ARCHIVE_LIMITS, ...limits };
  if (bytes > memoryBytes) throw new ArchiveError(`${store.uri}/${key}`, tooLargeForMemory(memoryBytes));
}
