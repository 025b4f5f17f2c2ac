import { Header, Pax } from 'tar';
import { ArchiveError, messageOf, StorageError } from '../../errors.ts';
import { tooLarge } from '../archive-limits.ts';
import { assertFileKey, isMacOsFolder, memberKey } from '../member-key.ts';
import type { TarInput } from './tar-input.ts';

/** A file of a tar archive. */
export interface TarMember {
  readonly key: string;
  readonly bytes: number;
  /** Seconds since 1970, where the header tells. */
  readonly modified: number | undefined;
  /** The key of the file before it whose content it has: a hard link. */
  readonly sameAs: string | undefined;
}

export interface TarBounds {
  readonly totalBytes: number;
  readonly fileBytes: number;
  /** What the archive can hold at most, plain or inflated. */
  readonly heldBytes: number;
}

// POSIX.1-2024 pax, "ustar Interchange Format" and "pax Extended Header"; the GNU tar manual, "Basic Tar Format".
const BLOCK_BYTES = 512;
/** Names and other metadata of one member. */
const MOST_META_BYTES = 2 ** 20;
/** Members, and the headers of their metadata, that are kept track of. */
const MOST_HEADERS = 2_000_000;
/** Archives are filled up with zeros to a whole record: GNU tar's are 10 KiB, those of tapes up to a mebibyte. */
const MOST_PADDING_BYTES = 2 ** 20;

const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);
/** They hold nothing that a folder store would list. */
const NO_FILES = new Set(['Directory', 'GNUDumpDir', 'CharacterDevice', 'BlockDevice', 'FIFO']);
/** What archivers say of a file or an archive beside its content. */
const REMARKS = new Set(['SolarisACL', 'Inode', 'TapeVolumeHeader']);
const PAX = new Set(['ExtendedHeader', 'OldExtendedHeader']);
const LONG_NAMES = new Set(['NextFileHasLongPath', 'OldGnuLongPath']);

/** What stands before a member about it. */
interface Extension {
  readonly pax?: Pax | undefined;
  readonly path?: string | undefined;
  readonly linkpath?: string | undefined;
}

const padded = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/**
 * The files of a tar archive in its order. After each the input stands at its content, which may be taken. Folders, devices,
 * pipes and what macOS adds (`__MACOSX/`, `._NAME`) are left out.
 *
 * Throws an ArchiveError: no whole tar archive, a name that leads out of it, a symbolic link, a sparse file or an unknown
 * type, more bytes declared than `bounds` allow, or anything but zeros after its end.
 */
export async function* tarMembers(
  uri: string,
  input: TarInput,
  bounds: TarBounds,
): AsyncGenerator<TarMember, undefined> {
  let total = 0;
  let extension: Extension = {};
  let global: Pax | undefined;
  for (let headers = 0; ; headers++) {
    const header = await nextHeader(uri, input, extension.pax, global);
    if (header === undefined) break;
    if (headers > MOST_HEADERS)
      throw new ArchiveError(uri, 'holds too many files to be listed; unpack it into a folder');
    const { type } = header;
    const bytes = header.size ?? 0;
    const next = input.position + padded(bytes);
    total += bytes;
    if (total > bounds.totalBytes)
      throw new ArchiveError(uri, tooLarge('the archive', total, bounds.totalBytes));
    if (next > bounds.heldBytes) throw notWhole(uri, 'it is cut off');

    if (PAX.has(type)) {
      const text = await metadata(uri, input, bytes);
      extension = { ...extension, pax: paxOf(uri, text, extension.pax, false) };
    } else if (type === 'GlobalExtendedHeader') {
      global = paxOf(uri, await metadata(uri, input, bytes), global, true);
    } else if (LONG_NAMES.has(type)) {
      extension = { ...extension, path: withoutEnd(await metadata(uri, input, bytes)) };
    } else if (type === 'NextFileHasLongLinkpath') {
      extension = { ...extension, linkpath: withoutEnd(await metadata(uri, input, bytes)) };
    } else if (!REMARKS.has(type)) {
      const member = memberOf(uri, header, extension, bounds);
      if (member !== undefined) yield member;
      extension = {};
    }
    await orNotWhole(uri, () => input.skip(next - input.position));
    if (input.position < next) throw notWhole(uri, 'it is cut off');
  }
  await assertEnd(uri, input);
  return undefined;
}

/** `undefined` at the end of the archive: a block of zeros, mostly two. */
async function nextHeader(
  uri: string,
  input: TarInput,
  pax: Pax | undefined,
  global: Pax | undefined,
): Promise<Header | undefined> {
  const block = await orNotWhole(uri, () => input.take(BLOCK_BYTES));
  if (block.length < BLOCK_BYTES) throw notWhole(uri, 'its end is missing');
  let header: Header;
  try {
    header = new Header(Buffer.from(block.buffer, block.byteOffset, block.length), 0, pax, global);
  } catch (cause) {
    throw notWhole(uri, messageOf(cause), cause);
  }
  if (header.nullBlock) return undefined;
  if (!header.cksumValid) throw notWhole(uri, 'the checksum of a header is wrong');
  if (header.size !== undefined && !Number.isSafeInteger(header.size)) throw notWhole(uri, 'a size is wrong');
  return header;
}

/** What gunzip says is the archive's fault, what the place says is not. */
async function orNotWhole<T>(uri: string, take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw notWhole(uri, messageOf(cause), cause);
  }
}

/** The content of the member that the input stands at. */
export async function contentOf(uri: string, input: TarInput, bytes: number): Promise<Uint8Array> {
  const content = await orNotWhole(uri, () => input.take(bytes));
  if (content.length < bytes) throw notWhole(uri, 'it is cut off');
  return content;
}

async function metadata(uri: string, input: TarInput, bytes: number): Promise<string> {
  if (bytes > MOST_META_BYTES) throw notWhole(uri, 'a name is longer than a mebibyte');
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await contentOf(uri, input, bytes));
}

function paxOf(uri: string, text: string, before: Pax | undefined, global: boolean): Pax {
  if (/^\d+ (GNU\.sparse\.|SCHILY\.realsize=)/m.test(text)) throw sparse(uri);
  return Pax.parse(text, before, global);
}

const withoutEnd = (name: string): string => name.replace(/\0.*/s, '');

function memberOf(
  uri: string,
  header: Header,
  extension: Extension,
  { fileBytes }: TarBounds,
): TarMember | undefined {
  // The library puts the prefix of a header before the name of an extended one too.
  const path = extension.pax?.path ?? extension.path ?? header.path ?? '';
  const key = memberKey(uri, path);
  if (NO_FILES.has(header.type) || isAdded(key)) return undefined;
  if (header.type === 'SymbolicLink')
    throw new ArchiveError(uri, 'holds a symbolic link; pack it again with tar --dereference');
  if (header.type === 'SparseFile') throw sparse(uri);
  const link = header.type === 'Link';
  if (!FILES.has(header.type) && !(link && !header.size))
    throw new ArchiveError(uri, 'holds what is no plain file; unpack it into a folder');
  assertFileKey(uri, key);
  const bytes = header.size ?? 0;
  if (bytes > fileBytes) throw new ArchiveError(`${uri}/${key}`, tooLarge('it', bytes, fileBytes));
  const target = extension.pax?.linkpath ?? extension.linkpath ?? header.linkpath ?? '';
  const { mtime } = header;
  return {
    key,
    bytes,
    modified: mtime === undefined ? undefined : mtime.getTime() / 1000,
    sameAs: link ? memberKey(uri, target) : undefined,
  };
}

/** By macOS: of every file that has extended attributes an AppleDouble `._NAME` beside it. */
function isAdded(key: string): boolean {
  return isMacOsFolder(key) || key.slice(key.lastIndexOf('/') + 1).startsWith('._');
}

/** Everything to the end is read: so gzip's own CRC-32 is checked, and nothing is lost of archives that were joined. */
async function assertEnd(uri: string, input: TarInput): Promise<void> {
  for (let padding = 0; ; ) {
    const rest = await orNotWhole(uri, () => input.take(2 ** 16));
    if (rest.length === 0) return;
    padding += rest.length;
    if (padding > MOST_PADDING_BYTES || rest.some((byte) => byte !== 0))
      throw new ArchiveError(uri, 'goes on after its end; unpack it into a folder, with tar --ignore-zeros');
  }
}

function notWhole(uri: string, reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError(uri, `is not a whole tar archive (${reason}); pack or fetch it again`, { cause });
}

function sparse(uri: string): ArchiveError {
  return new ArchiveError(uri, 'holds a sparse file; pack it again without tar --sparse');
}
