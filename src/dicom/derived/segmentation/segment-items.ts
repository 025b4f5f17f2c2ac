import type { DataSet } from '../../encode/dictionary.ts';
import { checkedItem, codedItem, DCM } from '../coded-item.ts';
import type { OwnTexts } from '../own-text.ts';
import type { CodedConcept, Segment, SegmentAlgorithm } from '../segment.ts';
import { cielabOf } from './cielab.ts';
import type { SegmentationRules } from './rules.ts';

/** The pixel value, and Segment Number, of what is no segment in a LABELMAP: its Pixel Padding Value. */
export const BACKGROUND = 0;

/**
 * Segment Number of a segment: from 1 on in their order, or in a LABELMAP, where numbers may be any, its label (DICOM PS3.3
 * C.8.20.2.4).
 */
export function segmentNumber(
  { type }: Pick<SegmentationRules, 'type'>,
  { label }: Segment,
  index: number,
): number {
  return type === 'LABELMAP' ? label : index + 1;
}

/** What identifies an algorithm (DICOM PS3.3 table 10-19), which has to have a version; undefined where it has none. */
function identificationOf(named: string, { type }: SegmentAlgorithm, version: string): DataSet[] | undefined {
  if (version === '') return undefined;
  // Of what a person led it is not known whether it has learned anything.
  const family = type === 'AUTOMATIC' ? DCM.artificialIntelligence : DCM.manualProcessing;
  return [
    {
      AlgorithmFamilyCodeSequence: [codedItem(family)],
      AlgorithmName: named,
      AlgorithmVersion: version,
    },
  ];
}

/** How it was made (DICOM PS3.3 table C.8.20-2): nothing is said of what was drawn by hand. */
function algorithmOf({ algorithm }: Segment, own: OwnTexts, which: string): DataSet {
  const { type, name, version } = algorithm;
  if (type === 'MANUAL') return { SegmentAlgorithmType: type };
  // What has no name has to have one all the same.
  const named = own.checked('LO', name, `the algorithm name of ${which}`) || 'unnamed';
  const checkedVersion = own.checked('LO', version, `the algorithm version of ${which}`);
  return {
    SegmentAlgorithmType: type,
    SegmentAlgorithmName: named,
    SegmentationAlgorithmIdentificationSequence: identificationOf(named, algorithm, checkedVersion),
  };
}

function segmentItem(segment: Segment, number: number, own: OwnTexts): DataSet {
  const which = `segment ${JSON.stringify(segment.name)}`;
  const coded = (concept: CodedConcept): DataSet => checkedItem(concept, own, which);
  const several = (concepts: readonly CodedConcept[]): DataSet[] | undefined =>
    concepts.length === 0 ? undefined : concepts.map(coded);
  const { name, description, regions, regionModifiers, typeModifiers } = segment;
  const regionModifierItems = several(regionModifiers);
  return {
    SegmentNumber: number,
    // Of type 1: there has to be something.
    SegmentLabel: own.checked('LO', name, `the label of ${which}`) || `Segment ${number}`,
    SegmentDescription: own.checked('ST', description, `the description of ${which}`) || undefined,
    ...algorithmOf(segment, own, which),
    SegmentedPropertyCategoryCodeSequence: [coded(segment.category)],
    SegmentedPropertyTypeCodeSequence: [
      { ...coded(segment.type), SegmentedPropertyTypeModifierCodeSequence: several(typeModifiers) },
    ],
    AnatomicRegionSequence: several(regions)?.map((region) => ({
      ...region,
      AnatomicRegionModifierSequence: regionModifierItems,
    })),
    RecommendedDisplayCIELabValue: cielabOf(segment.colour),
  };
}

/** Every pixel value of a LABELMAP has to be described, that of the background too. */
const backgroundItem = (): DataSet => ({
  SegmentNumber: BACKGROUND,
  SegmentLabel: 'Background',
  SegmentAlgorithmType: 'MANUAL',
  SegmentedPropertyCategoryCodeSequence: [codedItem(DCM.background)],
  SegmentedPropertyTypeCodeSequence: [codedItem(DCM.background)],
  RecommendedDisplayCIELabValue: cielabOf([0, 0, 0]),
});

/**
 * The items of Segment Sequence (DICOM PS3.3 C.8.20.2), in the order of the segments, whether they have pixels or not. The
 * background of a LABELMAP comes last, so that segments numbered from 1 on are found by a reader that counts items.
 * Throws as `OwnTexts.checked` does.
 */
export function segmentItems(
  segments: readonly Segment[],
  rules: Pick<SegmentationRules, 'type'>,
  own: OwnTexts,
): DataSet[] {
  const items = segments.map((segment, i) => segmentItem(segment, segmentNumber(rules, segment, i), own));
  return rules.type === 'LABELMAP' ? [...items, backgroundItem()] : items;
}
