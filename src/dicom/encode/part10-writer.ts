import { deflatedStream } from '../../memory/deflate.ts';
import {
  DEFLATED_LITTLE_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from '../file/transfer-syntax.ts';
import { ByteSink } from './byte-sink.ts';
import { type DataSet, dictionary, type Keyword, type Vr } from './dictionary.ts';

/** How a file is written, and by whom (DICOM PS3.10 7.1). */
export interface Part10Options {
  /** Explicit VR Little Endian where absent; Implicit VR, Deflated Explicit VR and those of encapsulated frames are known too. */
  readonly transferSyntaxUid?: string;
  readonly implementation?: { readonly classUid: string; readonly version: string };
}

const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;

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
  const sink = new ByteSink();
  sink.zeros(128);
  sink.text('DICM');
  const meta = encodeDataSet({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: dataSet.SOPClassUID,
    MediaStorageSOPInstanceUID: dataSet.SOPInstanceUID,
    TransferSyntaxUID: transferSyntaxUid,
    ImplementationClassUID: implementation.classUid,
    ImplementationVersionName: implementation.version,
  });
  writeHeader(sink, 0x00020000, 'UL', 4, false);
  sink.uint32(meta.length);
  sink.bytes(meta);
  if (transferSyntaxUid === DEFLATED_LITTLE_ENDIAN) {
    const deflated = deflatedStream(encodeDataSet(dataSet), 1);
    sink.bytes(deflated);
    // To even length, behind the end of the stream (PS3.5 A.5).
    sink.zeros(deflated.length % 2);
  } else writeDataSet(sink, dataSet, transferSyntaxUid === IMPLICIT_LITTLE_ENDIAN);
  return sink.end();
}

/** The elements in ascending tag order. */
export function encodeDataSet(dataSet: DataSet, implicit = false): Uint8Array {
  const sink = new ByteSink();
  writeDataSet(sink, dataSet, implicit);
  return sink.end();
}

function writeDataSet(sink: ByteSink, dataSet: DataSet, implicit: boolean): void {
  const keywords = (Object.keys(dataSet) as Keyword[]).sort((a, b) => dictionary[a][0] - dictionary[b][0]);
  for (const keyword of keywords) {
    const value = dataSet[keyword];
    if (value === undefined) continue;
    const [tag, vr] = dictionary[keyword];
    if (vr === 'PX' && Array.isArray(value)) writeFrames(sink, tag, value as readonly Uint8Array[]);
    else if (vr === 'SQ') writeSequence(sink, tag, value as readonly DataSet[], implicit);
    else {
      const written = vr === 'PX' ? (dataSet.BitsAllocated === 16 ? 'OW' : 'OB') : vr;
      writeValue(sink, tag, written, encodeValue(vr, value), implicit);
    }
  }
}

/** A decimal string of at most 16 characters (PS3.5 6.2), the number itself wherever it fits. */
export function decimalString(value: number): string {
  let text = String(value === 0 ? 0 : value);
  for (let digits = 16; text.length > 16; digits--) text = String(Number(value.toPrecision(digits)));
  return text;
}

/** The bytes of a value, or its text in ASCII or UTF-8; of any length. */
function encodeValue(vr: Vr, value: DataSet[Keyword]): Uint8Array | string {
  if (value instanceof Uint8Array) return value;
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
      return (values as readonly number[]).map(decimalString).join('\\');
    default:
      return values.join('\\');
  }
}

/** Those whose length takes four bytes (PS3.5 7.1.2). */
const LONG_VRS = new Set(['OB', 'OW', 'SQ', 'UT', 'UN', 'UC', 'UR']);

function writeTag(sink: ByteSink, tag: number): void {
  sink.uint16(tag >>> 16);
  sink.uint16(tag & 0xffff);
}

/** Tag, VR and length; two kinds of header, and a third without VR. */
function writeHeader(sink: ByteSink, tag: number, vr: string, length: number, implicit: boolean): void {
  writeTag(sink, tag);
  if (implicit) {
    sink.uint32(length);
    return;
  }
  const unknown = length > 0xffff && !LONG_VRS.has(vr);
  sink.text(unknown ? 'UN' : vr);
  if (unknown || LONG_VRS.has(vr)) {
    sink.uint16(0);
    sink.uint32(length);
  } else sink.uint16(length);
}

/** Padded to even length: text with a space, UIDs and bytes with NUL. */
function writeValue(
  sink: ByteSink,
  tag: number,
  vr: string,
  value: Uint8Array | string,
  implicit: boolean,
): void {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  const odd = bytes % 2;
  writeHeader(sink, tag, vr, bytes + odd, implicit);
  sink.reserve(bytes + odd);
  if (typeof value === 'string') sink.text(odd === 1 && vr !== 'UI' ? `${value} ` : value);
  else sink.bytes(value);
  if (odd === 1 && (vr === 'UI' || typeof value !== 'string')) sink.zeros(1);
}

function writeSequence(sink: ByteSink, tag: number, items: readonly DataSet[], implicit: boolean): void {
  writeHeader(sink, tag, 'SQ', 0, implicit);
  const start = sink.length;
  for (const item of items) {
    writeTag(sink, ITEM);
    sink.uint32(0);
    const itemStart = sink.length;
    writeDataSet(sink, item, implicit);
    sink.uint32At(itemStart - 4, sink.length - itemStart);
  }
  sink.uint32At(start - 4, sink.length - start);
}

/** Frames of a fragment each behind a Basic Offset Table (PS3.5 A.4), each padded to even length. */
function writeFrames(sink: ByteSink, tag: number, frames: readonly Uint8Array[]): void {
  const even = (bytes: Uint8Array) => bytes.length + (bytes.length % 2);
  // The element, the offset table's item and the end; of each frame its entry in the table and its item.
  sink.reserve(frames.reduce((sum, frame) => sum + 12 + even(frame), 28));
  writeTag(sink, tag);
  sink.text('OB');
  sink.uint16(0);
  sink.uint32(0xffffffff);
  writeTag(sink, ITEM);
  sink.uint32(4 * frames.length);
  let offset = 0;
  for (const frame of frames) {
    sink.uint32(offset);
    offset += 8 + even(frame);
  }
  for (const frame of frames) {
    writeTag(sink, ITEM);
    sink.uint32(even(frame));
    sink.bytes(frame);
    sink.zeros(frame.length % 2);
  }
  writeTag(sink, SEQUENCE_END);
  sink.uint32(0);
}
