/** What fflate leaves out of a zip's central directory. */
export interface ZipRecord {
  /** CRC-32 of the inflated bytes. */
  readonly crc: number;
  readonly encrypted: boolean;
  /** Where the file's local header starts. */
  readonly localHeader: number;
}

// PKWARE APPNOTE 4.3.12 (central directory header), 4.3.16 and 4.3.14 (its end, its zip64 end), 4.3.7 (local header),
// 4.5.3 (zip64 extra field).
const HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCAL_HEADER = 0x04034b50;
const EXTRA_64 = 1;
const IN_EXTRA_64 = 0xffffffff;

/** The first `count` records of the central directory, in its order, which is the order of fflate's filter calls. */
export function zipRecords(archive: Uint8Array, count: number): ZipRecord[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const records: ZipRecord[] = [];
  for (let at = count === 0 ? 0 : directoryStart(view); records.length < count; ) {
    if (view.getUint32(at, true) !== HEADER)
      throw new Error('no central directory where the archive says it is');
    records.push({
      crc: view.getUint32(at + 16, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      localHeader: localHeaderOf(view, at),
    });
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return records;
}

function directoryStart(view: DataView): number {
  let end = view.byteLength - 22;
  while (view.getUint32(end, true) !== END) end--;
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
    const end64 = Number(view.getBigUint64(end - 12, true));
    if (view.getUint32(end64, true) === END_64) return Number(view.getBigUint64(end64 + 48, true));
  }
  return view.getUint32(end + 16, true);
}

function localHeaderOf(view: DataView, record: number): number {
  const offset = view.getUint32(record + 42, true);
  if (offset !== IN_EXTRA_64) return offset;
  // The extra field holds, in this order, those of the two sizes and the offset that the record has no room for.
  const before = [24, 20].filter((size) => view.getUint32(record + size, true) === IN_EXTRA_64).length;
  let at = record + 46 + view.getUint16(record + 28, true);
  const end = at + view.getUint16(record + 30, true);
  for (; at < end; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === EXTRA_64) return Number(view.getBigUint64(at + 4 + 8 * before, true));
  return offset;
}

/** The packed bytes of a file, `length` of them, after its local header. Throws an Error where there is none. */
export function packedBytes(archive: Uint8Array, localHeader: number, length: number): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if (view.getUint32(localHeader, true) !== LOCAL_HEADER)
    throw new Error('no local header where the archive says it is');
  const [name, extra] = [view.getUint16(localHeader + 26, true), view.getUint16(localHeader + 28, true)];
  const start = localHeader + 30 + name + extra;
  return archive.subarray(start, start + length);
}
