/** A data element to write: tag as 0xGGGGEEEE, VR, and a value of US numbers, text or raw bytes. */
export type MadeElement = readonly [tag: number, vr: string, value: number | string | Uint8Array];

export interface MadeLayout {
  readonly explicitVr?: boolean;
  readonly bigEndian?: boolean;
}

const LONG = ['OB', 'OW', 'OV', 'SQ', 'UN', 'UT'];

function valueBytes(vr: string, value: MadeElement[2], bigEndian: boolean): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    if (bigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  }
  return Buffer.from(value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' '), 'latin1');
}

/** The bytes of some elements. A raw value of undefined length is given as `encapsulated` makes it. */
export function elementBytes(
  elements: readonly MadeElement[],
  { explicitVr = true, bigEndian = false }: MadeLayout = {},
): Buffer {
  const u16 = (n: number): Buffer => valueBytes('US', n, bigEndian) as Buffer;
  const u32 = (n: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(n);
    else bytes.writeUInt32LE(n);
    return bytes;
  };
  return Buffer.concat(
    elements.flatMap(([tag, vr, given]) => {
      const value = valueBytes(vr, given, bigEndian);
      const length = given instanceof Encapsulated ? 0xffffffff : value.length;
      const head = [u16(tag >>> 16), u16(tag & 0xffff)];
      if (!explicitVr) return [...head, u32(length), value];
      const size = LONG.includes(vr) ? [u16(0), u32(length)] : [u16(length)];
      return [...head, Buffer.from(vr), ...size, value];
    }),
  );
}

class Encapsulated extends Uint8Array {}

function item(bytes: Uint8Array): Buffer {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** Pixel Data of some fragments, each padded to even length, after a basic offset table (DICOM PS3.5 A.4). */
export function encapsulated(fragments: readonly Uint8Array[], offsets: readonly number[] = []): Uint8Array {
  const table = Buffer.alloc(4 * offsets.length);
  offsets.forEach((offset, i) => {
    table.writeUInt32LE(offset, 4 * i);
  });
  const even = fragments.map((f) => (f.length % 2 === 0 ? f : Buffer.concat([f, Buffer.alloc(1)])));
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return Encapsulated.from(Buffer.concat([item(table), ...even.map(item), end]));
}

/** A Part 10 file: preamble, prefix, meta information with the transfer syntax where one is given, and the elements. */
export function part10Bytes(transferSyntaxUid: string, dataset: Uint8Array): Buffer {
  const meta: MadeElement[] = [[0x00020001, 'OB', Uint8Array.of(0, 1)]];
  if (transferSyntaxUid !== '') meta.push([0x00020010, 'UI', transferSyntaxUid]);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), elementBytes(meta), dataset]);
}

export interface MadeImage {
  readonly columns: number;
  readonly rows: number;
  readonly bitsAllocated?: number;
  readonly bitsStored?: number;
  readonly highBit?: number;
  readonly signed?: boolean;
  readonly frames?: number;
  readonly pixelData?: Uint8Array;
  readonly pixelVr?: string;
  /** Elements between the image's description and Pixel Data. */
  readonly more?: readonly MadeElement[];
}

/** Elements of a grey CT image, as far as reading its pixels needs them. */
export function imageElements(image: MadeImage): MadeElement[] {
  const bitsAllocated = image.bitsAllocated ?? 16;
  const bitsStored = image.bitsStored ?? bitsAllocated;
  const elements: MadeElement[] = [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [0x00080060, 'CS', 'CT'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(image.frames ?? 1)],
    [0x00280010, 'US', image.rows],
    [0x00280011, 'US', image.columns],
    [0x00280100, 'US', bitsAllocated],
    [0x00280101, 'US', bitsStored],
    [0x00280102, 'US', image.highBit ?? bitsStored - 1],
    [0x00280103, 'US', image.signed ? 1 : 0],
    ...(image.more ?? []),
  ];
  if (image.pixelData !== undefined) elements.push([0x7fe00010, image.pixelVr ?? 'OW', image.pixelData]);
  return elements;
}
