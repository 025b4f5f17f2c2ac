import type { DataSet, Keyword } from '../../encode/dictionary.ts';
import { attributesOf, imageId } from '../../file/functional-groups.ts';
import { decimals, Tag, text } from '../../file/part10.ts';
import type { SlicePlane } from '../../series/slice-plane.ts';
import { codedItem, DCM } from '../coded-item.ts';
import { copiedElements } from '../copied-elements.ts';
import { imageReference } from '../references.ts';
import type { Segment } from '../segment.ts';
import type { SourceImages } from '../source-images.ts';
import { uidOf } from '../uids.ts';
import type { SegmentFrame } from './frames.ts';
import type { SegmentationRules } from './rules.ts';
import { segmentNumber } from './segment-items.ts';

/** Longest value of VR DS. */
const MOST_CHARACTERS = 16;

/**
 * Numbers of a slice as its file has them, digit by digit, so that nothing is rounded; as `decimalString` has them where
 * they are longer than they may be. Left out where the file has none.
 */
function ownDecimals(slice: SlicePlane, sequence: string, tag: string, keyword: Keyword): DataSet {
  const attributes = attributesOf(slice, sequence);
  const values = decimals(attributes, tag);
  if (values === undefined) return {};
  const short = text(attributes, tag)
    .split('\\')
    .every((value) => value.length <= MOST_CHARACTERS);
  return short ? copiedElements(attributes, [keyword]) : ({ [keyword]: values } as DataSet);
}

/** Distance and thickness of slices (DICOM PS3.3 C.7.6.16.2.1): the distance alone where all have the same. */
function thickness({ slices: [first], spacingMm }: SourceImages): DataSet {
  return spacingMm === undefined
    ? ownDecimals(first, Tag.PixelMeasuresSequence, Tag.SliceThickness, 'SliceThickness')
    : { SliceThickness: spacingMm, SpacingBetweenSlices: spacingMm };
}

/** What all frames have in common: how the slices lie, and their pixels. */
function sharedGroups(source: SourceImages): DataSet {
  const [first] = source.slices;
  return {
    PlaneOrientationSequence: [
      ownDecimals(
        first,
        Tag.PlaneOrientationSequence,
        Tag.ImageOrientationPatient,
        'ImageOrientationPatient',
      ),
    ],
    PixelMeasuresSequence: [
      {
        ...ownDecimals(first, Tag.PixelMeasuresSequence, Tag.PixelSpacing, 'PixelSpacing'),
        ...thickness(source),
      },
    ],
  };
}

/** What frames of a slice have in common: where it lies, and which image it is made from (DICOM PS3.3 C.7.6.16.2.6). */
function sliceGroups(slice: SlicePlane): DataSet {
  const position = [Tag.PlanePositionSequence, Tag.ImagePositionPatient, 'ImagePositionPatient'] as const;
  return {
    DerivationImageSequence: [
      {
        SourceImageSequence: [
          {
            ...imageReference(slice),
            SpatialLocationsPreserved: 'YES',
            PurposeOfReferenceCodeSequence: [codedItem(DCM.sourceImage)],
          },
        ],
        DerivationCodeSequence: [codedItem(DCM.segmentation)],
      },
    ],
    PlanePositionSequence: [ownDecimals(slice, ...position)],
  };
}

const SEGMENT_DIMENSION = {
  DimensionIndexPointer: 0x0062000b,
  FunctionalGroupPointer: 0x0062000a,
  DimensionDescriptionLabel: 'Referenced Segment Number',
} as const;

const POSITION_DIMENSION = {
  DimensionIndexPointer: 0x00200032,
  FunctionalGroupPointer: 0x00209113,
  DimensionDescriptionLabel: 'Image Position (Patient)',
} as const;

/** Along which dimensions frames are in order (DICOM PS3.3 C.7.6.17); their UID is that of the slices that have frames. */
function dimensions(
  { slices }: SourceImages,
  withFrames: readonly number[],
  { type, uidRoot }: Pick<SegmentationRules, 'type' | 'uidRoot'>,
): DataSet {
  const DimensionOrganizationUID = uidOf(
    uidRoot,
    'dimensions',
    type,
    ...withFrames.map((k) => imageId(slices[k])),
  );
  const pointers = type === 'LABELMAP' ? [POSITION_DIMENSION] : [SEGMENT_DIMENSION, POSITION_DIMENSION];
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID }],
    DimensionIndexSequence: pointers.map((pointer) => ({ DimensionOrganizationUID, ...pointer })),
  };
}

/**
 * The modules Multi-frame Dimension and Multi-frame Functional Groups of a SEG (DICOM PS3.3 C.7.6.17, C.7.6.16, A.51.5), as far as
 * they are not dates. Index values are the number of the segment, and the rank of the slice among those that have frames.
 */
export function functionalGroupsOf(
  source: SourceImages,
  segments: readonly Segment[],
  frames: readonly SegmentFrame[],
  rules: Pick<SegmentationRules, 'type' | 'uidRoot'>,
): DataSet {
  const withFrames = [...new Set(frames.map(({ slice }) => slice))].sort((a, b) => a - b);
  const ranks = new Map(withFrames.map((slice, rank) => [slice, rank + 1]));
  const groups = new Map(withFrames.map((slice) => [slice, sliceGroups(source.slices[slice])]));
  return {
    ...dimensions(source, withFrames, rules),
    NumberOfFrames: frames.length,
    SharedFunctionalGroupsSequence: [sharedGroups(source)],
    PerFrameFunctionalGroupsSequence: frames.map(({ segment, slice }) => {
      const rank = ranks.get(slice) as number;
      if (segment === undefined)
        return { ...groups.get(slice), FrameContentSequence: [{ DimensionIndexValues: rank }] };
      // Of BINARY and FRACTIONAL, numbers count from 1, as index values do.
      const number = segmentNumber(rules, segments[segment], segment);
      return {
        ...groups.get(slice),
        FrameContentSequence: [{ DimensionIndexValues: [number, rank] }],
        SegmentIdentificationSequence: [{ ReferencedSegmentNumber: number }],
      };
    }),
  };
}
