import { crc32, inflateRawSync } from 'node:zlib';
import { Inflate, type UnzipFileInfo, unzipSync } from 'fflate';
import { ArchiveError, messageOf } from '../../errors.ts';
import { assertKey, byCodeUnits, keyStart } from '../key.ts';
import type { ReadableStore } from '../store.ts';
import { packedBytes, type ZipRecord, zipRecords } from './zip-directory.ts';

const GIB = 2 ** 30;
/** Output buffer of zlib, where a file is not smaller. */
const MOST_CHUNK_BYTES = 2 ** 20;

/** Deflate makes at most 258 bytes of 2 bits (RFC 1951). */
const MOST_INFLATION = 1032;

export interface ZipLimits {
  /** What all files may hold when inflated, as the archive declares it. Default 16 GiB. */
  readonly totalBytes?: number;
  /** What one file may hold when inflated. Default 4 GiB. */
  readonly fileBytes?: number;
}

interface Packed extends UnzipFileInfo, ZipRecord {}

/**
 * The files of a zip archive in memory. Each is inflated when read, alone, and checked against the length and the
 * CRC-32 the archive declares; `version` is that CRC-32. `uri` names the archive in messages.
 *
 * Throws an ArchiveError naming the archive, and the file where one is at fault: not a zip, a name that leads out of the
 * archive, two files of one name, or more bytes declared than `limits` allow.
 */
export function zipStore(uri: string, bytes: Uint8Array, limits: ZipLimits = {}): ReadableStore {
  const files = packedFiles(uri, bytes);
  checkSizes(uri, files, limits);
  const keys = [...files.keys()].sort(byCodeUnits);
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
      return file && inflate(`${uri}/${key}`, bytes, file);
    },
    async readStart(key, length) {
      assertKey(uri, key);
      const file = files.get(key);
      return file && inflateStart(`${uri}/${key}`, bytes, file, length);
    },
  };
}

function packedFiles(uri: string, bytes: Uint8Array): Map<string, Packed> {
  const infos: UnzipFileInfo[] = [];
  let records: ZipRecord[];
  try {
    unzipSync(bytes, {
      filter: (info) => {
        infos.push(info);
        return false;
      },
    });
    records = zipRecords(bytes, infos.length);
  } catch (cause) {
    throw new ArchiveError(uri, `is not a whole zip archive (${messageOf(cause)}); pack or fetch it again`, {
      cause,
    });
  }
  const files = new Map<string, Packed>();
  infos.forEach((info, i) => {
    const key = keyOf(uri, info.name);
    if (info.name.endsWith('/') || key.startsWith('__MACOSX/')) return;
    if (key === '' || !key.isWellFormed())
      throw new ArchiveError(uri, 'holds a file without a name; pack it again');
    if (files.has(key)) throw new ArchiveError(uri, 'holds two files of one name; pack it again');
    files.set(key, { ...info, ...records[i] });
  });
  return files;
}

/** The name without `.` and empty parts. Refuses what an unpacker might be led outside the archive by ("zip slip"). */
function keyOf(uri: string, name: string): string {
  const parts = name.split('/');
  if (/^\/|^[a-z]:|[\\\0]/i.test(name) || parts.includes('..')) {
    throw new ArchiveError(uri, 'holds a file whose name leads out of the archive; pack it again');
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function checkSizes(uri: string, files: Map<string, Packed>, limits: ZipLimits): void {
  const { totalBytes = 16 * GIB, fileBytes = 4 * GIB } = limits;
  let total = 0;
  for (const [key, { originalSize }] of files) {
    total += originalSize;
    if (originalSize > fileBytes)
      throw new ArchiveError(`${uri}/${key}`, tooLarge('it', originalSize, fileBytes));
  }
  if (total > totalBytes) throw new ArchiveError(uri, tooLarge('the archive', total, totalBytes));
}

function tooLarge(what: string, bytes: number, limit: number): string {
  return `${what} declares ${(bytes / GIB).toFixed(1)} GiB when inflated, more than the ${(limit / GIB).toFixed(1)} GiB allowed; unpack it into a folder`;
}

function checkPacking(uri: string, file: Packed): void {
  if (file.encrypted) throw new ArchiveError(uri, 'is encrypted; unpack the archive into a folder');
  if (file.compression !== 0 && file.compression !== 8) {
    throw new ArchiveError(uri, `is packed by zip method ${file.compression}; pack it again with deflate`);
  }
  if (file.originalSize > (file.compression === 0 ? 1 : MOST_INFLATION) * file.size) {
    throw new ArchiveError(uri, 'is damaged in the archive: it cannot hold as much as it declares');
  }
}

function damaged(uri: string, cause: unknown): ArchiveError {
  return new ArchiveError(uri, `is damaged in the archive (${messageOf(cause)}); pack or fetch it again`, {
    cause,
  });
}

/** A copy of the packed bytes, inflated where they are deflated, but never to more than the archive declares. */
function unpacked(packed: Uint8Array, { compression, originalSize }: Packed): Uint8Array<ArrayBuffer> {
  if (compression === 0) return new Uint8Array(packed);
  const { buffer, byteOffset, length } = inflateRawSync(packed, {
    maxOutputLength: originalSize + 1,
    chunkSize: Math.min(MOST_CHUNK_BYTES, Math.max(64, originalSize)),
  });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function inflate(uri: string, archive: Uint8Array, file: Packed): Uint8Array<ArrayBuffer> {
  checkPacking(uri, file);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = unpacked(packedBytes(archive, file.localHeader, file.size), file);
  } catch (cause) {
    throw damaged(uri, cause);
  }
  if (bytes.length !== file.originalSize || crc32(bytes) !== file.crc) {
    throw new ArchiveError(
      uri,
      'is damaged in the archive: length or CRC-32 is not the declared one; pack or fetch it again',
    );
  }
  return bytes;
}

/** Packed bytes that are inflated at a time: a bomb makes some 4 MB of them, and no more is made of it. */
const INFLATED_AT_ONCE = 4096;

function inflateUpTo(packed: Uint8Array, wanted: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  const stream = new Inflate((part) => {
    const fitting = part.subarray(0, wanted - filled);
    bytes.set(fitting, filled);
    filled += fitting.length;
  });
  for (let at = 0; filled < wanted && at < packed.length; at += INFLATED_AT_ONCE) {
    const end = at + INFLATED_AT_ONCE;
    stream.push(packed.subarray(at, end), end >= packed.length);
  }
  if (filled < wanted) throw new Error(`it holds ${filled} bytes`);
  return bytes;
}

/** The first bytes of a file, from as few of its packed ones as will do: a part of it has no CRC-32 to check. */
function inflateStart(
  uri: string,
  archive: Uint8Array,
  file: Packed,
  length: number,
): Uint8Array<ArrayBuffer> {
  checkPacking(uri, file);
  const wanted = Math.min(length, file.originalSize);
  try {
    const packed = packedBytes(archive, file.localHeader, file.size);
    if (packed.length < file.size) throw new Error('it is cut off');
    if (file.compression === 0) return new Uint8Array(packed.subarray(0, wanted));
    return inflateUpTo(packed, wanted);
  } catch (cause) {
    throw damaged(uri, cause);
  }
}
