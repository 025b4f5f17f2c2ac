import dicomParser, { type ByteStream, type DataSet, type Element } from 'dicom-parser';
import { CheckedDataSet } from './checked-data-set.ts';
import { findFragments } from './encapsulated.ts';

/** How the elements of a data set are written (DICOM PS3.5 7.1 and 7.3). */
export interface Layout {
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
}

const PIXEL_DATA = 'x7fe00010';
const ITEM_END = 'xfffee00d';
const SEQUENCE_END = 'xfffee0dd';
const UNDEFINED_LENGTH = 0xffffffff;

/** Value representations of DICOM PS3.5 6.2. */
const VRS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
);

/** VRs whose length takes four bytes, behind two that are reserved (DICOM PS3.5 7.1.2). */
const LONG_VRS = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/**
 * Bounds on what a file makes of memory, time and stack. A data set has some hundred elements beside its sequences, a
 * segmentation of the whole body a million in them; content trees of reports, the deepest there are, have some ten levels.
 */
const MAX_ELEMENTS_BESIDE = 65536;
const MAX_ELEMENTS = 2 ** 21;
const MAX_DEPTH = 64;

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

/** Tags by their number: files of one kind have the same few hundred, and making the text of one takes longer than reading it. */
const tagNames = new Map<number, string>();
const MOST_TAG_NAMES = 2 ** 14;

/** Tag at the position of a stream, which stays where it is. */
function peekTag({ byteArrayParser, byteArray, position }: ByteStream): string {
  const group = byteArrayParser.readUint16(byteArray, position);
  const number = group * 0x10000 + byteArrayParser.readUint16(byteArray, position + 2);
  let tag = tagNames.get(number);
  if (tag === undefined) {
    tag = `x${number.toString(16).padStart(8, '0')}`;
    if (tagNames.size === MOST_TAG_NAMES) tagNames.clear();
    tagNames.set(number, tag);
  }
  return tag;
}

function beginsItem(stream: ByteStream): boolean {
  return stream.position + 8 <= stream.byteArray.length && peekTag(stream) === 'xfffee000';
}

/**
 * Tag, VR and length of an element, the length in the byte order around it. What has no VR that there is, is left to
 * dicom-parser, which goes no further with an element whose tag it is to stop at.
 */
function readHeader(stream: ByteStream, explicitVr: boolean): Element {
  const tag = peekTag(stream);
  if (explicitVr) {
    const vr = vrAt(stream.byteArray, stream.position);
    if (!VRS.has(vr)) return dicomParser.readDicomElementExplicit(stream, stream.warnings, tag);
    const long = LONG_VRS.has(vr);
    stream.seek(long ? 8 : 6);
    return elementOf(tag, vr, long ? stream.readUint32() : stream.readUint16(), stream.position);
  }
  stream.seek(4);
  // Without a VR only Pixel Data is known not to be a sequence.
  const vr = tag === PIXEL_DATA ? 'OW' : undefined;
  return elementOf(tag, vr, stream.readUint32(), stream.position);
}

function elementOf(tag: string, vr: string | undefined, length: number, dataOffset: number): Element {
  const element = { tag, vr, length, dataOffset } as Element;
  if (length === UNDEFINED_LENGTH) element.hadUndefinedLength = true;
  return element;
}

/** Private elements without a VR may hold anything, also what looks like an item. */
function isPrivate(tag: string): boolean {
  return Number.parseInt(tag[4], 16) % 2 === 1;
}

/** The elements of one data set or item by their tags, of which there may be only so many. */
class ElementList {
  readonly elements: DataSet['elements'] = {};
  #count = 0;

  add(element: Element): void {
    if (++this.#count > MAX_ELEMENTS_BESIDE)
      throw new Error(`it has more than ${MAX_ELEMENTS_BESIDE} elements side by side`);
    this.elements[element.tag] = element;
  }
}

/** Reads data sets within data sets, of which there may be only so many and so deep. */
class NestedReader {
  count = 0;

  #count(): void {
    if (++this.count > MAX_ELEMENTS) throw new Error(`it has more than ${MAX_ELEMENTS} elements`);
  }

  /** An element with its items or fragments; the stream stands after it. */
  element(stream: ByteStream, explicitVr: boolean, depth: number): Element {
    this.#count();
    const element = readHeader(stream, explicitVr);
    const { tag, vr, length, hadUndefinedLength } = element;
    if (length === 0) return element;
    if (vr === 'SQ') this.#items(stream, element, explicitVr, depth);
    else if (vr === 'UN' && (hadUndefinedLength || littleEndianAt(stream, beginsItem)))
      // A sequence whose VR its writer did not know is implicit little endian inside (DICOM PS3.5 6.2.2 note 2).
      littleEndianAt(stream, (inside) => this.#items(inside, element, false, depth));
    else if (vr === undefined && this.#isSequence(stream, element))
      this.#items(stream, element, false, depth);
    else if (hadUndefinedLength !== true) stream.seek(length);
    else if (beginsItem(stream)) findFragments(stream, element);
    else throw new Error(`element ${tag} has no length and no items`);
    return element;
  }

  #isSequence(stream: ByteStream, { tag, hadUndefinedLength }: Element): boolean {
    if (isPrivate(tag) && !hadUndefinedLength) return false;
    return beginsItem(stream) || (hadUndefinedLength === true && peekTag(stream) === SEQUENCE_END);
  }

  #items(stream: ByteStream, element: Element, explicitVr: boolean, depth: number): void {
    if (depth >= MAX_DEPTH) throw new Error(`its sequences are nested more than ${MAX_DEPTH} deep`);
    const items: Element[] = [];
    element.items = items;
    const end = element.hadUndefinedLength ? undefined : element.dataOffset + element.length;
    while (end === undefined ? peekTag(stream) !== SEQUENCE_END : stream.position < end) {
      this.#count();
      const item: Element = dicomParser.readSequenceItem(stream);
      const itemEnd = item.length === UNDEFINED_LENGTH ? undefined : stream.position + item.length;
      if (itemEnd === undefined) item.hadUndefinedLength = true;
      item.dataSet = this.#dataSet(stream, itemEnd, explicitVr, depth + 1);
      item.length = stream.position - item.dataOffset;
      items.push(item);
    }
    if (end !== undefined) return;
    element.length = stream.position - element.dataOffset;
    stream.seek(8);
  }

  /** The elements up to a position, or up to the end of their item where none is given. */
  #dataSet(stream: ByteStream, end: number | undefined, explicitVr: boolean, depth: number): DataSet {
    const list = new ElementList();
    while (end === undefined || stream.position < end) {
      const element = this.element(stream, explicitVr, depth);
      list.add(element);
      if (end === undefined && element.tag === ITEM_END) break;
    }
    if (end !== undefined && stream.position > end) throw new Error('an element leaves its item');
    return new CheckedDataSet(stream.byteArrayParser, stream.byteArray, list.elements);
  }
}

/** What `read` makes of the bytes of a stream from its position on in little endian; the stream follows. */
function littleEndianAt<T>(stream: ByteStream, read: (inside: ByteStream) => T): T {
  const { littleEndianByteArrayParser: parser } = dicomParser;
  const inside = new dicomParser.ByteStream(parser, stream.byteArray, stream.position);
  const result = read(inside);
  stream.position = inside.position;
  return result;
}

/** Whether nothing but zeros follows: some writers pad files. */
function isPadding(bytes: Uint8Array, position: number): boolean {
  return bytes.subarray(position).every((byte) => byte === 0);
}

export interface DataElements {
  readonly dataset: DataSet;
  /** Where the reading stopped. */
  readonly end: number;
  /** Elements and items, nested ones too. */
  readonly count: number;
}

/**
 * Reads the elements from a position on, up to and with Pixel Data, after which nothing is needed that a data set may
 * hold; of the file meta information, up to its last element; of a header, up to the length of Pixel Data, whose value
 * need not be there. dicom-parser reads the headers of elements and items; what they nest is followed here, within bounds. Throws what dicom-parser throws, and an Error where an element other
 * than Pixel Data leaves the bytes, or there are more of them, or deeper ones, than any file has.
 */
export function readElements(
  bytes: Uint8Array,
  position: number,
  { explicitVr, bigEndian }: Layout,
  part: 'meta' | 'dataset' | 'header',
): DataElements {
  const parser = bigEndian ? dicomParser.bigEndianByteArrayParser : dicomParser.littleEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, bytes, position);
  const list = new ElementList();
  const dataset = new CheckedDataSet(parser, bytes, list.elements);
  dataset.warnings = stream.warnings;
  const reader = new NestedReader();
  while (stream.position + 8 <= bytes.length) {
    if (part === 'meta' && groupAt(bytes, stream.position) !== 0x0002) break;
    if (part === 'header' && peekTag(stream) === PIXEL_DATA) {
      list.add(readHeader(stream, explicitVr));
      break;
    }
    const element = reader.element(stream, explicitVr, 0);
    // The values of the meta information stay little endian in a big endian file.
    if (part === 'meta') element.parser = parser;
    list.add(element);
    if (element.tag === PIXEL_DATA) break;
    if (stream.position > bytes.length) throw new Error(`element ${element.tag} is cut off`);
  }
  if (part === 'dataset' && list.elements[PIXEL_DATA] === undefined && !isPadding(bytes, stream.position))
    throw new Error('its last element is cut off');
  return { dataset, end: stream.position, count: reader.count };
}
