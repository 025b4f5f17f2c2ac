/** What fflate leaves out of a zip's central directory. */
export interface ZipRecord {
  /** CRC-32 of the inflated bytes. */
  readonly crc: number;
  readonly encrypted: boolean;
}

// PKWARE APPNOTE 4.3.12 (central directory header), 4.3.16 and 4.3.14 (its end, its zip64 end).
const HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** The first `count` records of the central directory, in its order, which is the order of fflate's filter calls. */
export function zipRecords(archive: Uint8Array, count: number): ZipRecord[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const records: ZipRecord[] = [];
  for (let at = count === 0 ? 0 : directoryStart(view); records.length < count; ) {
    if (view.getUint32(at, true) !== HEADER)
      throw new Error('no central directory where the archive says it is');
    records.push({ crc: view.getUint32(at + 16, true), encrypted: (view.getUint16(at + 8, true) & 1) === 1 });
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
