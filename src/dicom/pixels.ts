import { CaseExclusion } from '../errors.ts';
import { type DicomFile, Tag } from './part10.ts';

export type StoredPixels = Int16Array | Uint16Array | Uint8Array | Int8Array;

const UNCOMPRESSED_LITTLE_ENDIAN = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);

/** The bytes of Pixel Data, of which at least `needed` are there. Throws a CaseExclusion naming the file otherwise. */
export function nativePixelBytes(
  { name, dataset, transferSyntaxUid }: DicomFile,
  needed: number,
): Uint8Array {
  if (!UNCOMPRESSED_LITTLE_ENDIAN.has(transferSyntaxUid)) {
    throw new CaseExclusion(
      'unsupported-transfer-syntax',
      `transfer syntax ${transferSyntaxUid || '(none)'} cannot be read: uncompressed little endian is needed`,
      { file: name },
    );
  }
  const element = dataset.elements[Tag.PixelData];
  if (element === undefined) throw new CaseExclusion('no-pixel-data', 'has no Pixel Data', { file: name });
  const { dataOffset, length } = element;
  const available = Math.min(length, dataset.byteArray.length - dataOffset);
  if (available < needed) {
    throw new CaseExclusion(
      'truncated-pixel-data',
      `holds ${available} bytes of Pixel Data, ${needed} are needed: fetch the file again`,
      {
        file: name,
      },
    );
  }
  // A plain view: `slice` of a Node Buffer would not copy.
  const { buffer, byteOffset } = dataset.byteArray;
  return new Uint8Array(buffer, byteOffset + dataOffset, needed);
}

/**
 * Stored values of a single-frame grey image, row by row: bits above High Bit cleared, signed ones extended
 * (DICOM PS3.5 8.1.1, PS3.3 C.7.6.3.1). Rows x Columns values.
 */
export function storedPixels(file: DicomFile): StoredPixels {
  const { name, dataset } = file;
  const required = (tag: string, keyword: string): number => {
    const value = dataset.uint16(tag);
    if (value === undefined) throw new CaseExclusion('incomplete-image', `has no ${keyword}`, { file: name });
    return value;
  };
  const count = required(Tag.Rows, 'Rows') * required(Tag.Columns, 'Columns');
  const allocated = required(Tag.BitsAllocated, 'Bits Allocated');
  const stored = dataset.uint16(Tag.BitsStored) ?? allocated;
  const highBit = dataset.uint16(Tag.HighBit) ?? stored - 1;
  const signed = dataset.uint16(Tag.PixelRepresentation) === 1;
  if (
    (allocated !== 8 && allocated !== 16) ||
    stored > allocated ||
    highBit >= allocated ||
    highBit < stored - 1
  ) {
    throw new CaseExclusion(
      'unsupported-pixels',
      `has Bits Allocated ${allocated}, Bits Stored ${stored}, High Bit ${highBit}`,
      {
        file: name,
      },
    );
  }
  const native = nativePixelBytes(file, (count * allocated) / 8).slice();
  const values =
    allocated === 8
      ? signed
        ? new Int8Array(native.buffer)
        : native
      : signed
        ? new Int16Array(native.buffer)
        : new Uint16Array(native.buffer);
  if (stored < allocated) {
    // Shifting up to bit 31 and back down clears what lies above High Bit and below the stored bits, and extends the sign.
    const up = 31 - highBit;
    const down = 32 - stored;
    if (signed) for (let i = 0; i < count; i++) values[i] = (values[i] << up) >> down;
    else for (let i = 0; i < count; i++) values[i] = (values[i] << up) >>> down;
  }
  return values;
}
