import { type DataSet, dictionary, type Keyword, type Vr } from './dictionary.ts';
import { uidOf } from './uid.ts';

const explicitLittleEndian = '1.2.840.10008.1.2.1';

/** A DICOM file (PS3.10) of a data set, explicit VR little endian, sequences and items with defined length. */
export function encodePart10(dataSet: DataSet & { SOPClassUID: string; SOPInstanceUID: string }): Uint8Array {
  const meta = encodeDataSet({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: dataSet.SOPClassUID,
    MediaStorageSOPInstanceUID: dataSet.SOPInstanceUID,
    TransferSyntaxUID: explicitLittleEndian,
    ImplementationClassUID: uidOf('implementation'),
    ImplementationVersionName: 'SWINPREP_PHANTOM',
  });
  const preamble = new Uint8Array(132);
  preamble.set(ascii('DICM'), 128);
  const groupLength = [header(0x00020000, 'UL', 4), uint32(meta.length)];
  return joined([preamble, ...groupLength, meta, encodeDataSet(dataSet)]);
}

/** The elements in ascending tag order. */
export function encodeDataSet(dataSet: DataSet): Uint8Array {
  const keywords = (Object.keys(dataSet) as Keyword[]).sort((a, b) => dictionary[a][0] - dictionary[b][0]);
  return joined(
    keywords.flatMap((keyword) => {
      const [tag, vr] = dictionary[keyword];
      const written = vr === 'PX' ? (dataSet.BitsAllocated === 16 ? 'OW' : 'OB') : vr;
      const value = encodeValue(vr, dataSet[keyword]);
      return [header(tag, written, value.length), value];
    }),
  );
}

/** A decimal string of at most 16 characters (PS3.5 6.2), the number itself wherever it fits. */
export function decimalString(value: number): string {
  let text = String(value === 0 ? 0 : value);
  for (let digits = 16; text.length > 16; digits--) text = String(Number(value.toPrecision(digits)));
  return text;
}

function encodeValue(vr: Vr, value: DataSet[Keyword]): Uint8Array {
  if (vr === 'SQ') return joined((value as readonly DataSet[]).flatMap(encodeItem));
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

function encodeItem(item: DataSet): Uint8Array[] {
  const content = encodeDataSet(item);
  return [tagBytes(0xfffee000), uint32(content.length), content];
}

/** Tag, VR and length; two kinds of header (PS3.5 7.1.2). */
function header(tag: number, vr: string, length: number): Uint8Array {
  if (vr === 'OB' || vr === 'OW' || vr === 'SQ')
    return joined([tagBytes(tag), ascii(vr), new Uint8Array(2), uint32(length)]);
  if (length > 0xffff) return joined([tagBytes(tag), ascii('UN'), new Uint8Array(2), uint32(length)]);
  return joined([tagBytes(tag), ascii(vr), Uint8Array.of(length & 0xff, length >>> 8)]);
}

const ascii = (text: string) => new TextEncoder().encode(text);
const padded = (text: string, pad: string) => ascii(text.length % 2 === 0 ? text : text + pad);
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
