import { inflateRawSync } from 'node:zlib';
import type { DataSet } from 'dicom-parser';
import { CaseExclusion, messageOf } from '../../errors.ts';
import { groupAt, type Layout, layoutAt, looksLikeDataSet, readElements } from './data-elements.ts';
import {
  DEFLATED_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from './transfer-syntax.ts';

/** A DICOM file in memory: its name relative to the patient's folder, and its parsed data set. */
export interface DicomFile {
  readonly name: string;
  readonly dataset: DataSet;
  /** As stated, or as the elements show where it is absent or cannot be true. */
  readonly transferSyntaxUid: string;
  /** Of the data set, else of the meta information; '' where neither has it. */
  readonly sopClassUid: string;
  /** Elements and items, nested ones too: each takes some hundred bytes of memory. */
  readonly elements: number;
  /** Size of the file of which only what precedes its pixels was read; see `parseHeader`. */
  readonly headerOfBytes?: number;
}

/** Tags in dicom-parser's spelling, by the keywords of DICOM PS3.6. */
export const Tag = {
  MediaStorageSOPClassUID: 'x00020002',
  TransferSyntaxUID: 'x00020010',
  ImageType: 'x00080008',
  InstanceCreationDate: 'x00080012',
  InstanceCreationTime: 'x00080013',
  SOPClassUID: 'x00080016',
  SOPInstanceUID: 'x00080018',
  SeriesDate: 'x00080021',
  AcquisitionDate: 'x00080022',
  ContentDate: 'x00080023',
  AcquisitionDateTime: 'x0008002a',
  SeriesTime: 'x00080031',
  AcquisitionTime: 'x00080032',
  ContentTime: 'x00080033',
  Modality: 'x00080060',
  Manufacturer: 'x00080070',
  SeriesDescription: 'x0008103e',
  ManufacturerModelName: 'x00081090',
  ReferencedSeriesSequence: 'x00081115',
  ReferencedInstanceSequence: 'x0008114a',
  ReferencedSOPInstanceUID: 'x00081155',
  ReferencedFrameNumber: 'x00081160',
  SourceImageSequence: 'x00082112',
  FrameType: 'x00089007',
  DerivationImageSequence: 'x00089124',
  KVP: 'x00180060',
  SliceThickness: 'x00180050',
  TriggerTime: 'x00181060',
  ConvolutionKernel: 'x00181210',
  PatientPosition: 'x00185100',
  FrameAcquisitionDateTime: 'x00189074',
  CardiacSynchronizationSequence: 'x00189118',
  CTReconstructionSequence: 'x00189314',
  CTXRayDetailsSequence: 'x00189325',
  CTImageFrameTypeSequence: 'x00189329',
  StudyInstanceUID: 'x0020000d',
  SeriesInstanceUID: 'x0020000e',
  SeriesNumber: 'x00200011',
  AcquisitionNumber: 'x00200012',
  ImagePositionPatient: 'x00200032',
  ImageOrientationPatient: 'x00200037',
  FrameOfReferenceUID: 'x00200052',
  TemporalPositionIdentifier: 'x00200100',
  FrameContentSequence: 'x00209111',
  PlanePositionSequence: 'x00209113',
  PlaneOrientationSequence: 'x00209116',
  TemporalPositionIndex: 'x00209128',
  NominalCardiacTriggerDelayTime: 'x00209153',
  FrameAcquisitionNumber: 'x00209156',
  SamplesPerPixel: 'x00280002',
  PhotometricInterpretation: 'x00280004',
  NumberOfFrames: 'x00280008',
  Rows: 'x00280010',
  Columns: 'x00280011',
  PixelSpacing: 'x00280030',
  BitsAllocated: 'x00280100',
  BitsStored: 'x00280101',
  HighBit: 'x00280102',
  PixelRepresentation: 'x00280103',
  PixelPaddingValue: 'x00280120',
  PixelPaddingRangeLimit: 'x00280121',
  RescaleIntercept: 'x00281052',
  RescaleSlope: 'x00281053',
  RescaleType: 'x00281054',
  PixelMeasuresSequence: 'x00289110',
  PixelValueTransformationSequence: 'x00289145',
  SharedFunctionalGroupsSequence: 'x52009229',
  PerFrameFunctionalGroupsSequence: 'x52009230',
  SegmentationType: 'x00620001',
  SegmentSequence: 'x00620002',
  SegmentNumber: 'x00620004',
  SegmentLabel: 'x00620005',
  SegmentDescription: 'x00620006',
  SegmentIdentificationSequence: 'x0062000a',
  ReferencedSegmentNumber: 'x0062000b',
  StructureSetROISequence: 'x30060020',
  ROINumber: 'x30060022',
  ReferencedFrameOfReferenceUID: 'x30060024',
  ROIName: 'x30060026',
  ReferencedFrameOfReferenceSequence: 'x30060010',
  RTReferencedStudySequence: 'x30060012',
  RTReferencedSeriesSequence: 'x30060014',
  ContourImageSequence: 'x30060016',
  ROIContourSequence: 'x30060039',
  ContourSequence: 'x30060040',
  ContourGeometricType: 'x30060042',
  ContourData: 'x30060050',
  ReferencedROINumber: 'x30060084',
  ExtendedOffsetTable: 'x7fe00001',
  PixelData: 'x7fe00010',
} as const;

const PREAMBLE_BYTES = 128;

/** The directory of a medium, DICOMDIR (DICOM PS3.3 F.3): it refers to images and is none. */
export const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';

/** No data set inflates to more; a deflated one that does is a bomb. */
const MAX_INFLATED_BYTES = 2 ** 29;

function hasPrefix(bytes: Uint8Array, position: number): boolean {
  return String.fromCharCode(...bytes.subarray(position, position + 4)) === 'DICM';
}

/** Where the elements start: after preamble and prefix, after the prefix alone, or at once; undefined in no DICOM. */
export function startOfElements(bytes: Uint8Array): number | undefined {
  if (hasPrefix(bytes, PREAMBLE_BYTES)) return PREAMBLE_BYTES + 4;
  if (hasPrefix(bytes, 0)) return 4;
  return looksLikeDataSet(bytes) ? 0 : undefined;
}

/** Whether a file that begins so is DICOM. */
export function looksLikeDicom(start: Uint8Array): boolean {
  return startOfElements(start) !== undefined;
}

/** The transfer syntax that the elements show, where the stated one is absent or contradicts them. */
function shownTransferSyntax(stated: string, { explicitVr, bigEndian }: Layout): string {
  const shown = bigEndian
    ? EXPLICIT_BIG_ENDIAN
    : explicitVr
      ? EXPLICIT_LITTLE_ENDIAN
      : IMPLICIT_LITTLE_ENDIAN;
  const stateable = [EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN, ''];
  return stateable.includes(stated) ? shown : stated;
}

/** Inflates what follows the meta information (DICOM PS3.5 A.5). */
function inflate(bytes: Uint8Array, position: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = inflateRawSync(bytes.subarray(position), {
    maxOutputLength: MAX_INFLATED_BYTES,
  });
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function parse(
  name: string,
  file: Uint8Array,
  start: number,
  part: 'dataset' | 'header',
): DicomFile | undefined {
  const metaLayout = layoutAt(file, start);
  if (metaLayout === undefined) throw new Error('it ends after its prefix');
  const hasMeta = groupAt(file, start) === 0x0002;
  const meta = hasMeta ? readElements(file, start, { ...metaLayout, bigEndian: false }, 'meta') : undefined;
  const stated = meta === undefined ? '' : text(meta.dataset, Tag.TransferSyntaxUID);
  const mediaSopClassUid = meta === undefined ? '' : text(meta.dataset, Tag.MediaStorageSOPClassUID);
  if (mediaSopClassUid === MEDIA_DIRECTORY) return undefined;
  const end = meta?.end ?? start;
  const deflated = stated === DEFLATED_LITTLE_ENDIAN;
  const bytes = deflated ? inflate(file, end) : file;
  const from = deflated ? 0 : end;
  const layout = layoutAt(bytes, from);
  if (layout === undefined) throw new Error('it holds no data set');
  const { dataset, count: elements } = readElements(bytes, from, layout, part);
  const sopClassUid = text(dataset, Tag.SOPClassUID) || mediaSopClassUid;
  return { name, dataset, transferSyntaxUid: shownTransferSyntax(stated, layout), sopClassUid, elements };
}

/**
 * Parses a DICOM file: a Part 10 file (DICOM PS3.10 7.1), or one that lacks its preamble, prefix, meta information or
 * Transfer Syntax UID. Byte order and VRs are told by the first element rather than by the transfer syntax, which some
 * writers state wrongly. Undefined where the bytes are no DICOM, and of a media directory, damaged or not; throws a
 * CaseExclusion naming the file where they are DICOM and still cannot be parsed. Reading ends with Pixel Data, which may be cut off.
 */
export function parsePart10(name: string, bytes: Uint8Array): DicomFile | undefined {
  const start = startOfElements(bytes);
  if (start === undefined) return undefined;
  try {
    return parse(name, bytes, start, 'dataset');
  } catch (thrown) {
    // dicom-parser throws strings as well as errors.
    throw new CaseExclusion(
      'unreadable-dicom',
      `cannot be parsed as DICOM (${messageOf(thrown)}): fetch the file again`,
      { file: name, cause: thrown },
    );
  }
}

/**
 * Parses a DICOM file from its first bytes, up to Pixel Data, of a file of `fileBytes` in all. Its pixels cannot be asked
 * for. `incomplete` where Pixel Data does not begin within them, or they cannot be parsed: the whole file has to be read.
 */
export function parseHeader(
  name: string,
  start: Uint8Array,
  fileBytes: number,
): DicomFile | undefined | 'incomplete' {
  const position = startOfElements(start);
  if (position === undefined) return undefined;
  try {
    const file = parse(name, start, position, 'header');
    if (file === undefined) return undefined;
    const reached = file.dataset.elements[Tag.PixelData] !== undefined;
    return !reached || file.transferSyntaxUid === DEFLATED_LITTLE_ENDIAN
      ? 'incomplete'
      : { ...file, headerOfBytes: fileBytes };
  } catch {
    return 'incomplete';
  }
}

/** Padding of string values: spaces by the standard, NUL in practice (DICOM PS3.5 6.2). */
const PADDING = /^[ \0]+|[ \0]+$/g;

/** A string value without its padding, '' where absent. */
export function text(dataset: DataSet, tag: string): string {
  return (dataset.string(tag) ?? '').replaceAll(PADDING, '');
}

/** A number as DS and IS write it (DICOM PS3.5 6.2). `Number` reads the empty text of a lost value as 0. */
const DECIMAL = /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/;

/** All values of a decimal string (DS), undefined where absent or where any value is not a finite number. */
export function decimals(dataset: DataSet, tag: string): number[] | undefined {
  const value = text(dataset, tag);
  if (value === '') return undefined;
  const values = value.split('\\');
  if (!values.every((part) => DECIMAL.test(part))) return undefined;
  const numbers = values.map(Number);
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

/** The data sets of a sequence's items, none where the sequence is absent. */
export function items(dataset: DataSet | undefined, tag: string): DataSet[] {
  return (dataset?.elements[tag]?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}
