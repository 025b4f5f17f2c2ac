import type { DataSet as Elements } from '../../../src/dicom/encode/dictionary.ts';
import { encodePart10 } from '../../../src/dicom/encode/part10-writer.ts';
import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';

type DataSet = Omit<Elements, 'SOPClassUID' | 'SOPInstanceUID'> & { readonly SOPInstanceUID?: string };

let instances = 0;

/** The bytes of a small axial CT slice; `elements` replace or add to its own. */
export function ctSliceBytes(elements: DataSet): Uint8Array {
  return encodePart10({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    SOPInstanceUID: `2.25.${++instances}`,
    Modality: 'CT',
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    SeriesInstanceUID: '2.25.1000',
    FrameOfReferenceUID: '2.25.2000',
    ImagePositionPatient: [0, 0, 0],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 2,
    Columns: 2,
    PixelSpacing: [1, 1],
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    PixelData: new Uint8Array(8),
    ...elements,
  });
}

export function ctSlice(name: string, elements: DataSet): DicomFile {
  return parsePart10(name, ctSliceBytes(elements))!;
}

/** `count` slices `spacingMm` apart. */
export function ctStack(count: number, spacingMm: number, elements: DataSet = {}): DicomFile[] {
  return Array.from({ length: count }, (_, k) =>
    ctSlice(`${k}.dcm`, { ImagePositionPatient: [0, 0, k * spacingMm], ...elements }),
  );
}
