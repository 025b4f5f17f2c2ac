import type { DataSet } from '../../encode/dictionary.ts';
import { checkedItem } from '../coded-item.ts';
import type { OwnTexts } from '../own-text.ts';
import type { CodedConcept, Segment } from '../segment.ts';

/** Codes by which a segment is a tumour: neoplasm, primary, secondary, malignant and none said, and mass; SNOMED CT and its older IDs. */
const TUMOUR = new Set([
  'SCT 108369006',
  'SCT 372087000',
  'SCT 86049000',
  'SCT 14799000',
  'SCT 1240414004',
  'SCT 367651003',
  'SCT 128462008',
  'SCT 4147007',
  'SRT M-80000',
  'SRT M-80003',
  'SRT M-80006',
  'SRT M-03000',
  'NCIt C3262',
]);

/** Categories of what belongs to a body (DICOM PS3.16 CID 7150): Anatomical Structure, under all of its codes. */
const ANATOMY = new Set(['SCT 123037004', 'SCT 91723000', 'SRT T-D0050', 'SRT T-D000A']);

const key = ({ scheme, value }: CodedConcept) => `${scheme} ${value}`;

/** RT ROI Interpreted Type (DICOM PS3.3 C.8.8.8): what planning systems sort by; '' where nothing of theirs fits. */
export function interpretedType({ category, type }: Segment): 'GTV' | 'ORGAN' | '' {
  if (TUMOUR.has(key(type))) return 'GTV';
  return ANATOMY.has(key(category)) ? 'ORGAN' : '';
}

/** For messages; the name may be one that the source of the mask gave. */
const whichOf = ({ label }: Segment) => `the segment of label ${label}`;

/** An item of Structure Set ROI Sequence (DICOM PS3.3 C.8.8.5); its number is the label. */
export function roiItem(segment: Segment, frameOfReferenceUid: string, own: OwnTexts): DataSet {
  const { label, name, description, algorithm } = segment;
  const which = whichOf(segment);
  const named = [algorithm.name, algorithm.version].filter((part) => part !== '').join(' ');
  // Both together may be too long for the element, each alone is not.
  const how = named.length > 64 ? algorithm.name : named;
  return {
    ROINumber: label,
    ReferencedFrameOfReferenceUID: frameOfReferenceUid,
    ROIName: own.checked('LO', name, `the name of ${which}`) || `Label ${label}`,
    ROIDescription: own.checked('ST', description, `the description of ${which}`) || undefined,
    ROIGenerationAlgorithm: algorithm.type,
    ROIGenerationDescription: own.checked('LO', how, `the algorithm name of ${which}`) || undefined,
  };
}

/** An item of ROI Contour Sequence; without contours where the segment has none. */
export function roiContourItem({ label, colour }: Segment, contours: readonly DataSet[]): DataSet {
  return {
    ROIDisplayColor: colour,
    ContourSequence: contours.length === 0 ? undefined : contours,
    ReferencedROINumber: label,
  };
}

/** An item of RT ROI Observations Sequence (DICOM PS3.3 C.8.8.8): what the ROI is, as codes. */
export function observationItem(
  segment: Segment,
  number: number,
  interpreter: string,
  own: OwnTexts,
): DataSet {
  const coded = (concept: CodedConcept): DataSet => checkedItem(concept, own, whichOf(segment));
  const several = (concepts: readonly CodedConcept[]): DataSet[] | undefined =>
    concepts.length === 0 ? undefined : concepts.map(coded);
  const regionModifiers = several(segment.regionModifiers);
  return {
    ObservationNumber: number,
    ReferencedROINumber: segment.label,
    SegmentedPropertyCategoryCodeSequence: [coded(segment.category)],
    RTROIIdentificationCodeSequence: [
      {
        ...coded(segment.type),
        SegmentedPropertyTypeModifierCodeSequence: several(segment.typeModifiers),
      },
    ],
    AnatomicRegionSequence: several(segment.regions)?.map((region) => ({
      ...region,
      AnatomicRegionModifierSequence: regionModifiers,
    })),
    RTROIInterpretedType: interpretedType(segment),
    ROIInterpreter: interpreter,
  };
}
