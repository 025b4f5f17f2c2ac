import type { DataSet } from '../../dicom/encode/dictionary.ts';
import { encodePhantomFile } from './phantom-file.ts';
import type { Structure } from './structure.ts';
import { code, commonElements, maskUids, type Study, slicePositionMm, sliceReference } from './study.ts';
import { uidOf } from './uid.ts';

/**
 * Segmentation Storage (PS3.3 A.51), BINARY, as dcmqi writes it for Lung1: one segment a structure, and a frame for every
 * slice of every segment, empty ones too.
 */
export function encodeSegmentation(study: Study, structures: readonly Structure[]): Uint8Array {
  const { geometry } = study;
  const [columns, rows, slices] = geometry.size;
  const uids = maskUids(study);
  const dimensionUid = uidOf(uids.object, 'dimension');
  return encodePhantomFile({
    ...commonElements(study),
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.66.4',
    SOPInstanceUID: uids.object,
    ImageType: ['DERIVED', 'PRIMARY'],
    SeriesDate: study.date,
    ContentDate: study.date,
    SeriesTime: '120000',
    ContentTime: '120000',
    Modality: 'SEG',
    SeriesDescription: 'Segmentation',
    BodyPartExamined: 'CHEST',
    SeriesInstanceUID: uids.series,
    SeriesNumber: 300,
    InstanceNumber: 1,
    FrameOfReferenceUID: study.frameOfReferenceUid,
    PositionReferenceIndicator: '',
    ReferencedSeriesSequence: [
      {
        ReferencedInstanceSequence: study.sliceUids.map((_, k) => sliceReference(study, k)),
        SeriesInstanceUID: study.ctSeriesUid,
      },
    ],
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: dimensionUid }],
    DimensionIndexSequence: [
      {
        DimensionOrganizationUID: dimensionUid,
        DimensionIndexPointer: 0x0062000b,
        FunctionalGroupPointer: 0x0062000a,
        DimensionDescriptionLabel: 'ReferencedSegmentNumber',
      },
      {
        DimensionOrganizationUID: dimensionUid,
        DimensionIndexPointer: 0x00200032,
        FunctionalGroupPointer: 0x00209113,
        DimensionDescriptionLabel: 'ImagePositionPatient',
      },
    ],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: slices * structures.length,
    Rows: rows,
    Columns: columns,
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    LossyImageCompression: '00',
    SegmentationType: 'BINARY',
    SegmentSequence: structures.map(segmentItem),
    ContentLabel: 'SEGMENTATION',
    ContentDescription: 'Synthetic chest',
    ContentCreatorName: 'phantom',
    SharedFunctionalGroupsSequence: [
      {
        PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }],
        PixelMeasuresSequence: [
          {
            SliceThickness: geometry.spacingMm[2],
            SpacingBetweenSlices: geometry.spacingMm[2],
            PixelSpacing: [geometry.spacingMm[1], geometry.spacingMm[0]],
          },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: structures.flatMap((_, s) =>
      study.sliceUids.map((_, k) => frameItem(study, s + 1, k)),
    ),
    PixelData: packBits(structures.map(({ mask }) => mask.data)),
  });
}

function segmentItem(structure: Structure, index: number): DataSet {
  const { kind, type, colour } = structure;
  const category =
    kind === 'tumour'
      ? code('49755003', 'SCT', 'Morphologically Altered Structure')
      : code('123037004', 'SCT', 'Anatomical Structure');
  return {
    SegmentedPropertyCategoryCodeSequence: [category],
    SegmentNumber: index + 1,
    SegmentLabel: type[1],
    SegmentDescription: structure.name,
    SegmentAlgorithmType: 'MANUAL',
    RecommendedDisplayCIELabValue: colour.map((level) => level * 257),
    SegmentedPropertyTypeCodeSequence: [code(type[0], 'SCT', type[1])],
  };
}

function frameItem(study: Study, segmentNumber: number, k: number): DataSet {
  return {
    DerivationImageSequence: [
      {
        SourceImageSequence: [
          {
            ...sliceReference(study, k),
            SpatialLocationsPreserved: 'YES',
            PurposeOfReferenceCodeSequence: [
              code('121322', 'DCM', 'Source image for image processing operation'),
            ],
          },
        ],
        DerivationCodeSequence: [code('113076', 'DCM', 'Segmentation')],
      },
    ],
    FrameContentSequence: [{ DimensionIndexValues: [segmentNumber, k + 1] }],
    PlanePositionSequence: [{ ImagePositionPatient: slicePositionMm(study.geometry, k) }],
    SegmentIdentificationSequence: [{ ReferencedSegmentNumber: segmentNumber }],
  };
}

/** One bit a pixel, first pixel in the lowest bit; frames follow one another without padding (PS3.5 8.1.1). */
function packBits(masks: readonly Uint8Array[]): Uint8Array {
  const total = masks.reduce((sum, mask) => sum + mask.length, 0);
  const bytes = new Uint8Array(Math.ceil(total / 8));
  let bit = 0;
  for (const mask of masks) {
    for (let i = 0; i < mask.length; i++, bit++) {
      if (mask[i] !== 0) bytes[bit >> 3] |= 1 << (bit & 7);
    }
  }
  return bytes;
}
