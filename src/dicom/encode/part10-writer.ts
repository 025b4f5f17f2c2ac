import { type DataSet, dictionary, type Keyword, type Vr } from './dictionary.ts';

/** How a file is written, and by whom (DICOM PS3.10 7.1). */
export interface Part10Options {
  /** Explicit VR Little Endian where absent; Implicit VR Little Endian and those of encapsulated frames are known too. */
  readonly transferSyntaxUid?: string;
  readonly implementation?: { readonly classUid: string; readonly version: string };
}

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';

/** Of the files that swinprep writes for others: a UID derived from a UUID (DICOM PS3.5 B.2), made once. */
const SWINPREP = { classUid: '2.25.313287240513962387284390186014127301457', version: 'SWINPREP' };

/**
 * A DICOM file (PS3.10) of a data set, little endian, sequences and items with defined length. Pixel Data that is an array is
 * written as encapsulated frames, which the transfer syntax has to say.
 */
export function encodePart10(
  dataSet: DataSet & { SOPClassUID: string; SOPInstanceUID: string },
  { transferSyntaxUid = EXPLICIT_LITTLE_ENDIAN, implementation = SWINPREP }: Part10Options = {},
): Uint8Array {
  const meta = encodeDataSet({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: dataSet.SOPClassUID,
    MediaStorageSOPInstanceUID: dataSet.SOPInstanceUID,
    TransferSyntaxUID: transferSyntaxUid,
    ImplementationClassUID: implementation.classUid,
    ImplementationVersionName: implementation.version,
  });
  const preamble = new Uint8Array(132);
  preamble.set(ascii('DICM'), 128);
  const groupLength = [explicitHeader(0x00020000, 'UL', 4), uint32(meta.length)];
  const implicit = transferSyntaxUid === IMPLICIT_LITTLE_ENDIAN;
  return joined([preamble, ...groupLength, meta, ...elementParts(dataSet, implicit)]);
}

/** The elements in ascending tag order. */
export const encodeDataSet = (dataSet: DataSet, implicit = false): Uint8Array =>
  joined(elementParts(dataSet, implicit));

/** The same in pieces, so that pixels are copied once. */
function elementParts(dataSet: DataSet, implicit: boolean): Uint8Array[] {
  const keywords = (Object.keys(dataSet) as Keyword[]).sort((a, b) => dictionary[a][0] - dictionary[b][0]);
  return keywords.flatMap((keyword) => {
    const value = dataSet[keyword];
    if (value === undefined) return [];
    const [tag, vr] = dictionary[keyword];
    const frames = vr === 'PX' && Array.isArray(value);
    if (frames) return encapsulated(tag, value as readonly Uint8Array[]);
    const written = vr === 'PX' ? (dataSet.BitsAllocated === 16 ? 'OW' : 'OB') : vr;
    const bytes = encodeValue(vr, value, implicit);
    const header = implicit
      ? [tagBytes(tag), uint32(bytes.length)]
      : [explicitHeader(tag, written, bytes.length)];
    return [...header, bytes];
  });
}

/** A decimal string of at most 16 characters (PS3.5 6.2), the number itself wherever it fits. */
export function decimalString(value: number): string {
  let text = String(value === 0 ? 0 : value);
  for (let digits = 16; text.length > 16; digits--) text = String(Number(value.toPrecision(digits)));
  return text;
}

function encodeValue(vr: Vr, value: DataSet[Keyword], implicit: boolean): Uint8Array {
  if (vr === 'SQ') return joined((value as readonly DataSet[]).flatMap((item) => encodeItem(item, implicit)));
  if (value instanceof Uint8Array) return value.length % 2 === 0 ? value : joined([value, new Uint8Array(1)]);
  const values = (Array.isArray(value) ? value : [value]) as readonly (string | number)[];
  switch (vr) {
    case 'US':
      return new Uint8Array(Uint16Array.from(values as readonly number[]).buffer);
    case 'UL':
      return new Uint8Array(Uint32Array.from(values as readonly number[]).buffer);
    case 'AT': // group, then element
      return new Uint8Array(
        Uint16Array.from((values as readonly number[]).flatMap((tag) => [tag >>> 16, tag & 0xffff])).buffer,
      );
    case 'DS':
      return padded((values as readonly number[]).map(decimalString).join('\\'), ' ');
    default:
      return padded(values.join('\\'), vr === 'UI' ? '\0' : ' ');
  }
}

function encodeItem(item: DataSet, implicit: boolean): Uint8Array[] {
  const content = encodeDataSet(item, implicit);
  return [tagBytes(0xfffee000), uint32(content.length), content];
}

/** Frames of a fragment each behind a Basic Offset Table (PS3.5 A.4), each padded to even length. */
function encapsulated(tag: number, frames: readonly Uint8Array[]): Uint8Array[] {
  const even = frames.map((frame) => (frame.length % 2 === 0 ? frame : joined([frame, new Uint8Array(1)])));
  const offsets: number[] = [];
  let offset = 0;
  for (const { length } of even) {
    offsets.push(offset);
    offset += 8 + length;
  }
  const item = (content: Uint8Array): Uint8Array[] => [tagBytes(0xfffee000), uint32(content.length), content];
  return [
    tagBytes(tag),
    ascii('OB'),
    new Uint8Array(2),
    uint32(0xffffffff),
    ...item(new Uint8Array(Uint32Array.from(offsets).buffer)),
    ...even.flatMap(item),
    tagBytes(0xfffee0dd),
    uint32(0),
  ];
}

/** Those whose length takes four bytes (PS3.5 7.1.2). */
const LONG_VRS = new Set(['OB', 'OW', 'SQ', 'UT', 'UN', 'UC', 'UR']);

/** Tag, VR and length; two kinds of header. */
function explicitHeader(tag: number, vr: string, length: number): Uint8Array {
  if (LONG_VRS.has(vr)) return joined([tagBytes(tag), ascii(vr), new Uint8Array(2), uint32(length)]);
  if (length > 0xffff) return joined([tagBytes(tag), ascii('UN'), new Uint8Array(2), uint32(length)]);
  return joined([tagBytes(tag), ascii(vr), Uint8Array.of(length & 0xff, length >>> 8)]);
}

const ascii = (text: string) => new TextEncoder().encode(text);
const padded = (text: string, pad: string) => {
  const bytes = ascii(text);
  return bytes.length % 2 === 0 ? bytes : ascii(text + pad);
};
const tagBytes = (tag: number) => Uint8Array.of(tag >>> 16, tag >>> 24, tag, tag >>> 8);
const uint32 = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
