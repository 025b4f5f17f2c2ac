import type { Volume } from '../../volume/geometry.ts';
import type { PatientPlan } from '../anatomy/plan.ts';
import { encodePhantomFile } from './phantom-file.ts';
import { commonElements, ctImageStorage, type Study, slicePositionMm } from './study.ts';

/** InstanceNumber of each slice, z ascending. */
export function instanceNumbers(numbering: PatientPlan['numbering'], slices: number): number[] {
  const rotation = numbering === 'rotated' ? Math.floor(slices / 3) : 0;
  return Array.from({ length: slices }, (_, k) => {
    if (numbering === 'ascending') return k + 1;
    return ((slices - 1 - k + rotation) % slices) + 1;
  });
}

/** CT Image Storage (PS3.3 A.3) of slice `k`. */
export function encodeCtSlice(
  study: Study,
  ct: Volume<Int16Array>,
  k: number,
  instanceNumber: number,
): Uint8Array {
  const [columns, rows] = ct.geometry.size;
  const pixels = ct.data.subarray(k * columns * rows, (k + 1) * columns * rows);
  const unsigned = study.plan.stored === 'uint16';
  const position = slicePositionMm(ct.geometry, k);
  const diameterMm = columns * ct.geometry.spacingMm[0];
  return encodePhantomFile({
    ...commonElements(study),
    SOPClassUID: ctImageStorage,
    SOPInstanceUID: study.sliceUids[k],
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    SeriesDate: study.date,
    AcquisitionDate: study.date,
    ContentDate: study.date,
    SeriesTime: '101600',
    AcquisitionTime: '101700',
    ContentTime: '101700',
    Modality: 'CT',
    SeriesDescription: 'THORAX 3 mm',
    BodyPartExamined: 'CHEST',
    SliceThickness: ct.geometry.spacingMm[2],
    KVP: 120,
    DataCollectionDiameter: 500,
    ReconstructionDiameter: diameterMm,
    GantryDetectorTilt: 0,
    TableHeight: 0,
    ExposureTime: 500,
    XRayTubeCurrent: 80,
    ConvolutionKernel: unsigned ? 'B30f' : 'STANDARD',
    PatientPosition: 'HFS',
    SeriesInstanceUID: study.ctSeriesUid,
    SeriesNumber: 2,
    AcquisitionNumber: 1,
    InstanceNumber: instanceNumber,
    ImagePositionPatient: position,
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    FrameOfReferenceUID: study.frameOfReferenceUid,
    PositionReferenceIndicator: '',
    SliceLocation: position[2],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    PixelSpacing: [ct.geometry.spacingMm[1], ct.geometry.spacingMm[0]],
    BitsAllocated: 16,
    BitsStored: unsigned ? 12 : 16,
    HighBit: unsigned ? 11 : 15,
    PixelRepresentation: unsigned ? 0 : 1,
    WindowCenter: [40, -600],
    WindowWidth: [400, 1200],
    RescaleIntercept: unsigned ? -1024 : 0,
    RescaleSlope: 1,
    RescaleType: 'HU',
    PixelData: storedBytes(pixels, unsigned ? -1024 : 0),
  });
}

/** Pixels as 16 bit little endian after the rescale intercept is taken off. */
function storedBytes(pixelsHu: Int16Array, intercept: number): Uint8Array {
  const stored = new Int16Array(pixelsHu.length);
  for (let i = 0; i < stored.length; i++) stored[i] = pixelsHu[i] - intercept;
  return new Uint8Array(stored.buffer);
}
