import { ArchiveError, messageOf } from '../../errors.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, tooLarge } from '../archive-limits.ts';
import { type ByteSource, bytesInMemory } from '../byte-source.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import { assertFileKey, isMacOsFolder, memberKey } from '../member-key.ts';
import type { ReadableStore } from '../store.ts';
import { directoryPlace, TAIL_BYTES, type ZipRecord, zipRecords } from './zip-directory.ts';
import { isDeflated, readFile, readPart } from './zip-file.ts';

/** A central directory is held in memory: that of some million files. */
const MOST_DIRECTORY_BYTES = 2 ** 28;

/**
 * The files of a zip archive in memory. Each is inflated when read, alone, and checked against the length and the
 * CRC-32 the archive declares; `version` is that CRC-32. `uri` names the archive in messages.
 *
 * Throws an ArchiveError naming the archive, and the file where one is at fault: not a zip, a name that leads out of the
 * archive, two files of one name, or more bytes declared than `limits` allow.
 */
export function zipStore(uri: string, bytes: Uint8Array, limits: ArchiveLimits = {}): ReadableStore {
  const records = orNoZip(uri, () => {
    const place = directoryPlace(bytes);
    return zipRecords(bytes.subarray(place.start, place.end), place);
  });
  return storeOf(uri, records, bytesInMemory(bytes), limits);
}

/**
 * The same of an archive that is read by ranges: its end and its central directory now, of a file no more than its own packed
 * bytes when it is read, and of a file's start no more than are needed. Throws an ArchiveError as `zipStore` does, and where
 * all files are encrypted.
 */
export async function openZip(
  uri: string,
  source: ByteSource,
  limits: ArchiveLimits = {},
): Promise<ReadableStore> {
  const tailStart = Math.max(0, source.length - TAIL_BYTES);
  const tail = await source.read(tailStart, TAIL_BYTES);
  const place = orNoZip(uri, () => directoryPlace(tail, tailStart));
  const length = place.end - place.start;
  if (length > MOST_DIRECTORY_BYTES)
    throw new ArchiveError(uri, 'holds too many files to be listed; unpack it into a folder');
  const directory =
    place.start < tailStart
      ? await source.read(place.start, length)
      : tail.subarray(place.start - tailStart, place.end - tailStart);
  const records = orNoZip(uri, () => zipRecords(directory, place));
  const files = records.filter(({ name }) => !name.endsWith('/'));
  if (files.length > 0 && files.every(({ encrypted }) => encrypted))
    throw new ArchiveError(uri, 'is encrypted; unpack it into a folder');
  return storeOf(uri, records, source, limits);
}

function orNoZip<T>(uri: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new ArchiveError(uri, `is not a whole zip archive (${messageOf(cause)}); pack or fetch it again`, {
      cause,
    });
  }
}

function storeOf(
  uri: string,
  records: readonly ZipRecord[],
  source: ByteSource,
  limits: ArchiveLimits,
): ReadableStore {
  const files = filesOf(uri, records);
  checkSizes(uri, files, limits);
  const keys = [...files.keys()].sort(byCodeUnits);
  const part = async (key: string, start: number, length: number) => {
    assertKey(uri, key);
    const file = files.get(key);
    return file && readPart(`${uri}/${key}`, source, file, start, length);
  };
  return {
    uri,
    async *list(prefix = '') {
      const start = keyStart(uri, prefix);
      for (const key of keys) {
        if (!key.startsWith(start)) continue;
        const { originalSize, crc } = files.get(key)!;
        yield { key, bytes: originalSize, version: crc.toString(16).padStart(8, '0') };
      }
    },
    async read(key) {
      assertKey(uri, key);
      const file = files.get(key);
      return file && readFile(`${uri}/${key}`, source, file);
    },
    readStart: (key, bytes) => part(key, 0, bytes),
    readRange: part,
    isPacked(key) {
      const file = files.get(key);
      return file !== undefined && isDeflated(file);
    },
  };
}

function filesOf(uri: string, records: readonly ZipRecord[]): Map<string, ZipRecord> {
  const files = new Map<string, ZipRecord>();
  for (const record of records) {
    const key = memberKey(uri, record.name);
    if (record.name.endsWith('/') || isMacOsFolder(key)) continue;
    assertFileKey(uri, key);
    if (files.has(key)) throw new ArchiveError(uri, 'holds two files of one name; pack it again');
    files.set(key, record);
  }
  return files;
}

function checkSizes(uri: string, files: Map<string, ZipRecord>, limits: ArchiveLimits): void {
  const { totalBytes, fileBytes } = { ...ARCHIVE_LIMITS, ...limits };
  let total = 0;
  for (const [key, { originalSize }] of files) {
    total += originalSize;
    if (originalSize > fileBytes)
      throw new ArchiveError(`${uri}/${key}`, tooLarge('it', originalSize, fileBytes));
  }
  if (total > totalBytes) throw new ArchiveError(uri, tooLarge('the archive', total, totalBytes));
}
