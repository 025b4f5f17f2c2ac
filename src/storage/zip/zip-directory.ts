import { strFromU8 } from 'fflate';

/** What the central directory of a zip tells of a file. */
export interface ZipRecord {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Packed bytes. */
  readonly size: number;
  readonly originalSize: number;
  /** CRC-32 of the inflated bytes. */
  readonly crc: number;
  readonly encrypted: boolean;
  /** Where the file's local header starts. */
  readonly localHeader: number;
}

/** Where the central directory lies in the archive, and how many records it is said to hold. */
export interface DirectoryPlace {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** The count is of 16 bits alone: archivers without zip64 let it run over. */
  readonly shortCount: boolean;
}

// PKWARE APPNOTE 4.3.12 (central directory header), 4.3.16, 4.3.15 and 4.3.14 (its end, the locator of its zip64 end and
// that), 4.3.7 (local header), 4.5.3 (zip64 extra field), 4.4.4 (flags).
const HEADER = 0x02014b50;
const HEADER_BYTES = 46;
const END = 0x06054b50;
const END_BYTES = 22;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const MOST_COMMENT_BYTES = 0xffff;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const EXTRA_64 = 1;
const IN_EXTRA_64 = 0xffffffff;
const ENCRYPTED = 1;
const UTF_8 = 0x800;

/** What has to be known of an archive's end to find its directory. */
export const TAIL_BYTES = END_64_BYTES + LOCATOR_64_BYTES + END_BYTES + MOST_COMMENT_BYTES;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** From the last bytes of an archive, which begin at `tailStart`. Throws an Error where they are not the end of a zip. */
export function directoryPlace(tail: Uint8Array, tailStart = 0): DirectoryPlace {
  const view = viewOf(tail);
  let end = tail.length - END_BYTES;
  const first = Math.max(0, end - MOST_COMMENT_BYTES);
  while (end >= first && view.getUint32(end, true) !== END) end--;
  if (end < first) throw new Error('its end is missing');
  const place = directory64(view, end - LOCATOR_64_BYTES, tailStart) ?? {
    start: view.getUint32(end + 16, true),
    end: tailStart + end,
    count: view.getUint16(end + 8, true),
    shortCount: true,
  };
  if (place.start > place.end) throw new Error('no central directory where the archive says it is');
  return place;
}

function directory64(view: DataView, locator: number, tailStart: number): DirectoryPlace | undefined {
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return undefined;
  const end = Number(view.getBigUint64(locator + 8, true));
  const at = end - tailStart;
  if (at < 0 || at + END_64_BYTES > locator || view.getUint32(at, true) !== END_64) return undefined;
  const [count, start] = [view.getBigUint64(at + 32, true), view.getBigUint64(at + 48, true)];
  return { start: Number(start), end, count: Number(count), shortCount: false };
}

/** The records of the central directory, in its order. Throws an Error where they are not as many as is said. */
export function zipRecords(directory: Uint8Array, { count, shortCount }: DirectoryPlace): ZipRecord[] {
  const view = viewOf(directory);
  const records: ZipRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= view.byteLength && view.getUint32(at, true) === HEADER; ) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + HEADER_BYTES + name + extra + comment;
    if (next > view.byteLength) throw new Error('its central directory is cut off');
    const flags = view.getUint16(at + 8, true);
    const nameBytes = directory.subarray(at + HEADER_BYTES, at + HEADER_BYTES + name);
    records.push({
      name: strFromU8(nameBytes, (flags & UTF_8) === 0),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      encrypted: (flags & ENCRYPTED) !== 0,
      ...sizesAndPlace(view, at),
    });
    at = next;
  }
  if ((shortCount ? records.length & 0xffff : records.length) !== count)
    throw new Error(`${records.length} files in its central directory, which should hold ${count}`);
  return records;
}

function sizesAndPlace(
  view: DataView,
  record: number,
): Pick<ZipRecord, 'size' | 'originalSize' | 'localHeader'> {
  // The zip64 extra field holds, in this order, those that the record has no room for.
  const fields = { originalSize: 24, size: 20, localHeader: 42 };
  const values = { originalSize: 0, size: 0, localHeader: 0 };
  let inExtra = extra64Of(view, record);
  for (const field of ['originalSize', 'size', 'localHeader'] as const) {
    values[field] = view.getUint32(record + fields[field], true);
    if (values[field] !== IN_EXTRA_64 || inExtra === undefined) continue;
    values[field] = Number(view.getBigUint64(inExtra, true));
    inExtra += 8;
  }
  return values;
}

/** Where the values of the zip64 extra field begin. */
function extra64Of(view: DataView, record: number): number | undefined {
  let at = record + HEADER_BYTES + view.getUint16(record + 28, true);
  const end = at + view.getUint16(record + 30, true);
  for (; at + 4 <= end; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === EXTRA_64) return at + 4;
  return undefined;
}

/** How much of the archive from a local header on holds the header and, of usual archives, its names. */
export const USUAL_LOCAL_HEADER_BYTES = 512;

/** Length of a local header with its name and extra field, of which the extra field differs from the directory's. */
export function localHeaderLength(header: Uint8Array): number {
  const view = viewOf(header);
  if (view.byteLength < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== LOCAL_HEADER)
    throw new Error('no local header where the archive says it is');
  return LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}
