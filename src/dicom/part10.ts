import dicomParser, { type DataSet } from 'dicom-parser';
import { CaseExclusion, messageOf } from '../errors.ts';

/** A DICOM file in memory: its name relative to the patient's folder, and its parsed data set. */
export interface DicomFile {
  readonly name: string;
  readonly dataset: DataSet;
  readonly transferSyntaxUid: string;
}

/** Tags in dicom-parser's spelling, by the keywords of DICOM PS3.6. */
export const Tag = {
  TransferSyntaxUID: 'x00020010',
  ImageType: 'x00080008',
  SOPClassUID: 'x00080016',
  SOPInstanceUID: 'x00080018',
  Modality: 'x00080060',
  Manufacturer: 'x00080070',
  SeriesDescription: 'x0008103e',
  ManufacturerModelName: 'x00081090',
  ReferencedSeriesSequence: 'x00081115',
  KVP: 'x00180060',
  SliceThickness: 'x00180050',
  ConvolutionKernel: 'x00181210',
  PatientPosition: 'x00185100',
  SeriesInstanceUID: 'x0020000e',
  SeriesNumber: 'x00200011',
  ImagePositionPatient: 'x00200032',
  ImageOrientationPatient: 'x00200037',
  FrameOfReferenceUID: 'x00200052',
  PlanePositionSequence: 'x00209113',
  PlaneOrientationSequence: 'x00209116',
  SamplesPerPixel: 'x00280002',
  NumberOfFrames: 'x00280008',
  Rows: 'x00280010',
  Columns: 'x00280011',
  PixelSpacing: 'x00280030',
  BitsAllocated: 'x00280100',
  BitsStored: 'x00280101',
  HighBit: 'x00280102',
  PixelRepresentation: 'x00280103',
  RescaleIntercept: 'x00281052',
  RescaleSlope: 'x00281053',
  RescaleType: 'x00281054',
  PixelMeasuresSequence: 'x00289110',
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
  ROIContourSequence: 'x30060039',
  ContourSequence: 'x30060040',
  ContourGeometricType: 'x30060042',
  ContourData: 'x30060050',
  ReferencedROINumber: 'x30060084',
  PixelData: 'x7fe00010',
} as const;

const PREAMBLE_BYTES = 128;

/**
 * Parses a DICOM Part 10 file (DICOM PS3.10 7.1); undefined where the bytes do not carry the `DICM` prefix.
 * Throws a CaseExclusion naming the file where they do and still cannot be parsed.
 */
export function parsePart10(name: string, bytes: Uint8Array): DicomFile | undefined {
  const prefix = String.fromCharCode(...bytes.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 4));
  if (prefix !== 'DICM') return undefined;
  try {
    // Without a VR, dicom-parser takes Pixel Data that begins like a sequence item for a sequence.
    const dataset = dicomParser.parseDicom(bytes, {
      vrCallback: (tag) => (tag === Tag.PixelData ? 'OW' : undefined),
    });
    return { name, dataset, transferSyntaxUid: text(dataset, Tag.TransferSyntaxUID) };
  } catch (thrown) {
    // dicom-parser throws plain objects and strings as well as errors.
    const why = (thrown as { exception?: string }).exception ?? messageOf(thrown);
    throw new CaseExclusion('unreadable-dicom', `cannot be parsed as DICOM (${why}): fetch the file again`, {
      file: name,
      cause: thrown,
    });
  }
}

/** Padding of string values: spaces by the standard, NUL in practice (DICOM PS3.5 6.2). */
const PADDING = /^[ \0]+|[ \0]+$/g;

/** A string value without its padding, '' where absent. */
export function text(dataset: DataSet, tag: string): string {
  return (dataset.string(tag) ?? '').replaceAll(PADDING, '');
}

/** All values of a decimal string (DS), undefined where absent or where any value is not a finite number. */
export function decimals(dataset: DataSet, tag: string): number[] | undefined {
  const value = text(dataset, tag);
  if (value === '') return undefined;
  const numbers = value.split('\\').map(Number);
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

/** The data sets of a sequence's items, none where the sequence is absent. */
export function items(dataset: DataSet | undefined, tag: string): DataSet[] {
  return (dataset?.elements[tag]?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}
