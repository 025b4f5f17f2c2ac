import type { DataSet } from '../encode/dictionary.ts';
import type { OwnTexts } from './own-text.ts';
import type { CodedConcept } from './segment.ts';

/** Longest Code Value, of VR SH. */
const MOST_CHARACTERS = 16;

const dcm = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'DCM', meaning });

/** What the standard itself has codes for (DICOM PS3.16 annex D). */
export const DCM = {
  segmentation: dcm('113076', 'Segmentation'),
  sourceImage: dcm('121322', 'Source image for image processing operation'),
  manualProcessing: dcm('123109', 'Manual Processing'),
  artificialIntelligence: dcm('123110', 'Artificial Intelligence'),
  background: dcm('125040', 'Background'),
} as const;

/** The item of a coded concept whose texts were checked (DICOM PS3.3 table 8.8-1); a code that is too long is a Long Code Value. */
export function codedItem({ value, scheme, meaning }: CodedConcept): DataSet {
  return {
    ...(value.length > MOST_CHARACTERS ? { LongCodeValue: value } : { CodeValue: value }),
    CodingSchemeDesignator: scheme,
    CodeMeaning: meaning,
  };
}

/** The same of a concept that somebody gave. Throws as `OwnTexts.checked` does. */
export function checkedItem(concept: CodedConcept, own: OwnTexts, what: string): DataSet {
  own.checked('UC', concept.value, `the code value of ${what}`);
  own.checked('SH', concept.scheme, `the coding scheme designator of ${what}`);
  own.checked('LO', concept.meaning, `the code meaning of ${what}`);
  return codedItem(concept);
}
