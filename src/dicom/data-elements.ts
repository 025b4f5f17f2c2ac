import dicomParser, { type ByteStream, type DataSet, type Element } from 'dicom-parser';

/** How the elements of a data set are written (DICOM PS3.5 7.1 and 7.3). */
export interface Layout {
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
}

const PIXEL_DATA = 'x7fe00010';
const UNDEFINED_LENGTH = 0xffffffff;

/** Value representations of DICOM PS3.5 6.2. */
const VRS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
);

/** VRs with a four-byte length that dicom-parser does not know, and UN, which it reads in the byte order around it. */
const READ_HERE = new Set(['OV', 'SV', 'UV', 'UN']);

/** More elements than any data set has beside its sequences; a file of more is no DICOM. */
const MAX_ELEMENTS = 65536;

function vrAt(bytes: Uint8Array, position: number): string {
  return String.fromCharCode(bytes[position + 4], bytes[position + 5]);
}

/** Group number of the tag at a position, little endian. */
export function groupAt(bytes: Uint8Array, position: number): number {
  return bytes[position] | (bytes[position + 1] << 8);
}

/**
 * How the data set that starts at a position is written, told by its first element. A data set starts with a low group,
 * so that the byte order shows in which of the group's bytes is filled. Undefined past the end of the bytes.
 */
export function layoutAt(bytes: Uint8Array, position: number): Layout | undefined {
  if (position + 8 > bytes.length) return undefined;
  return {
    explicitVr: VRS.has(vrAt(bytes, position)),
    bigEndian: bytes[position] === 0 && bytes[position + 1] !== 0,
  };
}

/** Whether bytes without preamble and prefix look like a data set: group 2 or 8 first, and a length that fits. */
export function looksLikeDataSet(bytes: Uint8Array): boolean {
  const layout = layoutAt(bytes, 0);
  if (layout === undefined) return false;
  const group = layout.bigEndian ? (bytes[0] << 8) | bytes[1] : groupAt(bytes, 0);
  if (group !== 0x0002 && group !== 0x0008) return false;
  if (layout.explicitVr) return true;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  return !layout.bigEndian && length % 2 === 0 && length <= bytes.length - 8;
}

/**
 * Reads one element of explicit VR. A sequence under UN, written by a system to which its VR was unknown, is implicit
 * little endian inside (DICOM PS3.5 6.2.2 note 2).
 */
function readExplicit(stream: ByteStream): Element {
  const { byteArray, position } = stream;
  const vr = vrAt(byteArray, position);
  if (!READ_HERE.has(vr)) return dicomParser.readDicomElementExplicit(stream, stream.warnings);
  const tag = dicomParser.readTag(stream);
  stream.seek(4);
  const length = stream.readUint32();
  const dataOffset = stream.position;
  const element: Element = { tag, vr, length, dataOffset };
  if (length === UNDEFINED_LENGTH) element.hadUndefinedLength = true;
  if (vr === 'UN' && length > 0 && isItem(byteArray, dataOffset)) {
    const inside = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, byteArray, dataOffset);
    dicomParser.readSequenceItemsImplicit(inside, element);
    stream.warnings.push(...inside.warnings);
    stream.position = inside.position;
  } else stream.seek(length);
  return element;
}

function isItem(bytes: Uint8Array, position: number): boolean {
  return groupAt(bytes, position) === 0xfffe && groupAt(bytes, position + 2) === 0xe000;
}

/** Without a VR, dicom-parser takes Pixel Data that begins like a sequence item for a sequence. */
function vrOf(tag: string): string {
  // `undefined` is what it wants for an unknown VR, though its declarations leave that out.
  return tag === PIXEL_DATA ? 'OW' : (undefined as unknown as string);
}

export interface DataElements {
  readonly dataset: DataSet;
  /** Where the reading stopped. */
  readonly end: number;
}

/**
 * Reads the elements from a position on, up to and with Pixel Data, after which nothing is needed that a data set may
 * hold; of the file meta information, up to its last element. Throws what dicom-parser throws, and an Error where an
 * element other than Pixel Data leaves the bytes.
 */
export function readElements(
  bytes: Uint8Array,
  position: number,
  { explicitVr, bigEndian }: Layout,
  part: 'meta' | 'dataset',
): DataElements {
  const parser = bigEndian ? dicomParser.bigEndianByteArrayParser : dicomParser.littleEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, bytes, position);
  const elements: DataSet['elements'] = {};
  // The package exports the class and declares the interface only.
  const { DataSet: Elements } = dicomParser as unknown as {
    DataSet: new (parser: unknown, bytes: Uint8Array, elements: DataSet['elements']) => DataSet;
  };
  const dataset = new Elements(parser, bytes, elements);
  dataset.warnings = stream.warnings;
  for (let count = 0; stream.position + 8 <= bytes.length; count++) {
    if (count > MAX_ELEMENTS) throw new Error(`has more than ${MAX_ELEMENTS} elements`);
    if (part === 'meta' && groupAt(bytes, stream.position) !== 0x0002) break;
    const element = explicitVr
      ? readExplicit(stream)
      : dicomParser.readDicomElementImplicit(stream, undefined, vrOf);
    // The values of the meta information stay little endian in a big endian file.
    if (part === 'meta') element.parser = parser;
    elements[element.tag] = element;
    if (element.tag === PIXEL_DATA) break;
    if (stream.position > bytes.length) throw new Error(`element ${element.tag} is cut off`);
  }
  // dicom-parser takes what a cut-off sequence still holds for the whole of it.
  const cutOff = stream.warnings.find((warning) => /^eof .* of undefined length$/.test(warning));
  if (cutOff !== undefined) throw new Error(cutOff);
  return { dataset, end: stream.position };
}
