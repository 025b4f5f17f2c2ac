import { crc32, inflateRawSync } from 'node:zlib';
import { Inflate } from 'fflate';
import { ArchiveError, messageOf, StorageError } from '../../errors.ts';
import { inflated } from '../../memory/inflate.ts';
import { copyOf, giveBack } from '../../memory/thread.ts';
import { MOST_INFLATION } from '../archive-limits.ts';
import type { ByteSource } from '../byte-source.ts';
import { localHeaderLength, USUAL_LOCAL_HEADER_BYTES, type ZipRecord } from './zip-directory.ts';

/** Output buffer of zlib, where a file is not smaller. */
const MOST_CHUNK_BYTES = 2 ** 20;

/** Packed bytes that are inflated at a time: a bomb makes some 4 MB of them, and no more is made of it. */
const INFLATED_AT_ONCE = 4096;

/** Packed bytes that are asked for at a time, where the first were too few. */
const FETCHED_AT_ONCE = 2 ** 17;

/** Where the packed bytes of a file begin in the archive, and the first of them, which lie in `head`. */
interface PackedStart {
  readonly at: number;
  readonly first: Uint8Array;
  /** What these were read with. */
  readonly head: Uint8Array;
}

export function isDeflated({ method }: ZipRecord): boolean {
  return method !== 0;
}

/** All of a file, whose length and CRC-32 are the declared ones. `uri` names it in messages. */
export async function readFile(uri: string, source: ByteSource, file: ZipRecord): Promise<Uint8Array> {
  checkPacking(uri, file);
  const bytes = await orDamaged(uri, async () => {
    const { at, first, head } = await packedStart(source, file, file.size);
    const again = first.length < file.size ? await source.read(at, file.size) : undefined;
    const bytes = unpacked(again ?? first, file);
    if (source.givesOwn) for (const packed of [head, again]) if (packed !== undefined) giveBack(packed);
    return bytes;
  });
  if (bytes.length !== file.originalSize || crc32(bytes) !== file.crc) {
    throw new ArchiveError(
      uri,
      'is damaged in the archive: length or CRC-32 is not the declared one; pack or fetch it again',
    );
  }
  return bytes;
}

/** Bytes [start, start + length) of a file from as few of its packed ones as will do: a part has no CRC-32 to check. */
export async function readPart(
  uri: string,
  source: ByteSource,
  file: ZipRecord,
  start: number,
  length: number,
): Promise<Uint8Array> {
  checkPacking(uri, file);
  const from = Math.min(start, file.originalSize);
  const wanted = Math.min(length, file.originalSize - from);
  if (wanted <= 0) return new Uint8Array(0);
  return orDamaged(uri, async () => {
    if (isDeflated(file)) return inflatedPart(source, file, from, wanted);
    const near = from === 0 ? wanted : 0;
    const { at, first } = await packedStart(source, file, near);
    const bytes = near > 0 && first.length >= near ? first : await source.read(at + from, wanted);
    if (bytes.length < wanted) throw new Error('it is cut off');
    return new Uint8Array(bytes.subarray(0, wanted));
  });
}

function checkPacking(uri: string, file: ZipRecord): void {
  if (file.encrypted) throw new ArchiveError(uri, 'is encrypted; unpack the archive into a folder');
  if (file.method !== 0 && file.method !== 8) {
    throw new ArchiveError(uri, `is packed by zip method ${file.method}; pack it again with deflate`);
  }
  if (file.originalSize > (file.method === 0 ? 1 : MOST_INFLATION) * file.size) {
    throw new ArchiveError(uri, 'is damaged in the archive: it cannot hold as much as it declares');
  }
}

/** What goes wrong is the file's fault, unless the place itself cannot be read. */
async function orDamaged<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new ArchiveError(uri, `is damaged in the archive (${messageOf(cause)}); pack or fetch it again`, {
      cause,
    });
  }
}

/** The local header and up to `wanted` packed bytes, as a rule by one read. Throws an Error where they are cut off. */
async function packedStart(source: ByteSource, file: ZipRecord, wanted: number): Promise<PackedStart> {
  const most = Math.min(wanted, file.size);
  const head = await source.read(file.localHeader, USUAL_LOCAL_HEADER_BYTES + most);
  const header = localHeaderLength(head);
  const at = file.localHeader + header;
  if (at + file.size > source.length) throw new Error('it is cut off');
  return { at, first: head.subarray(header, header + most), head };
}

/** A copy of the packed bytes, inflated where they are deflated, but never to more than the archive declares. */
function unpacked(packed: Uint8Array, file: ZipRecord): Uint8Array {
  if (!isDeflated(file)) return copyOf(packed);
  const bytes = inflated(packed, file.originalSize);
  if (bytes !== undefined) return bytes;
  const { buffer, byteOffset, length } = inflateRawSync(packed, {
    maxOutputLength: file.originalSize + 1,
    chunkSize: Math.min(MOST_CHUNK_BYTES, Math.max(64, file.originalSize)),
  });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

async function inflatedPart(
  source: ByteSource,
  file: ZipRecord,
  from: number,
  wanted: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(wanted);
  let passed = 0;
  let filled = 0;
  const stream = new Inflate((part) => {
    const fitting = part.subarray(Math.max(0, from - passed)).subarray(0, wanted - filled);
    passed += part.length;
    bytes.set(fitting, filled);
    filled += fitting.length;
  });
  // Of what deflates, fewer packed bytes will do than are wanted. Stored blocks come whole alone: for them more are fetched.
  const { at, first } = await packedStart(source, file, Math.max(INFLATED_AT_ONCE, from + wanted));
  let block = first;
  for (let done = 0; filled < wanted && done < file.size; ) {
    if (block.length === 0) block = await source.read(at + done, Math.min(FETCHED_AT_ONCE, file.size - done));
    if (block.length === 0) break;
    const piece = block.subarray(0, INFLATED_AT_ONCE);
    block = block.subarray(piece.length);
    done += piece.length;
    stream.push(piece, done >= file.size);
  }
  if (filled < wanted) throw new Error(`it holds ${passed} bytes`);
  return bytes;
}
