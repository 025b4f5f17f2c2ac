import type { CodedConcept, Segment, SegmentAlgorithm } from '../dicom/derived/segment.ts';
import { CaseExclusion } from '../errors.ts';
import { segmentColour } from './segment-colour.ts';

/** What is known of a patient's segments where no file describes them. */
export interface SegmentDefaults {
  /** Segment Label of the tumour, label 1. */
  readonly tumourName: string;
  readonly regions: readonly CodedConcept[];
  readonly algorithm: SegmentAlgorithm;
}

/** The segments that a file describes, ascending by label, and how messages call the file. */
export interface DescribedSegments {
  readonly file: string;
  readonly segments: readonly Segment[];
}

/** A map as its segments are told. */
export interface SegmentedMap {
  /** For messages. */
  readonly file: string;
  readonly kind: 'labels' | 'probabilities';
  /** Labels that occur, ascending. */
  readonly labels: readonly number[];
}

const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });

/*
 * PS3.16 CID 7150 and, for types, CID 7159 and CID 7166. Whether a neoplasm is primary or secondary, or malignant, no mask
 * tells: so 108369006, and not 372087000 (Neoplasm, Primary), which whoever knows it gives in a file.
 */
const ABNORMAL = sct('49755003', 'Morphologically Abnormal Structure');
const NEOPLASM = sct('108369006', 'Neoplasm');
const TISSUE = sct('85756007', 'Tissue');

/** Codes that segments have by default. */
export const DEFAULT_CODES = { categories: [ABNORMAL, TISSUE], types: [NEOPLASM, TISSUE] } as const;

/** Label 1 is the tumour, whatever else is there; of others nothing is known. */
function defaultSegment(label: number, { tumourName, regions, algorithm }: SegmentDefaults): Segment {
  const tumour = label === 1;
  const name = tumour ? tumourName : `Label ${label}`;
  return {
    label,
    name,
    description: name,
    category: tumour ? ABNORMAL : TISSUE,
    type: tumour ? NEOPLASM : TISSUE,
    typeModifiers: [],
    regions,
    regionModifiers: [],
    algorithm,
    colour: segmentColour(label),
  };
}

/** The one segment of a probability map among those that a file describes. */
function ofProbabilities(map: string, { file, segments }: DescribedSegments): Segment[] {
  const found = segments.length === 1 ? segments[0] : segments.find(({ label }) => label === 1);
  if (found === undefined)
    throw new CaseExclusion(
      'label-not-described',
      `is a probability map, which is label 1, and ${file} describes ${segments.length} labels and not that one`,
      { file: map },
    );
  return [found];
}

/** Labels that a message names. */
const NAMED = 10;

/**
 * The segments of a map, ascending by label. All that a file describes, those too that are empty here; by default each label
 * that occurs, or the tumour alone where none does. A probability map is one segment. Throws a CaseExclusion
 * `label-not-described` that names the labels of the map that the file does not describe.
 */
export function segmentsOf(
  { file, kind, labels }: SegmentedMap,
  described: DescribedSegments | undefined,
  defaults: SegmentDefaults,
): readonly Segment[] {
  if (described === undefined) {
    const all = kind === 'probabilities' || labels.length === 0 ? [1] : labels;
    return all.map((label) => defaultSegment(label, defaults));
  }
  if (kind === 'probabilities') return ofProbabilities(file, described);
  const known = new Set(described.segments.map(({ label }) => label));
  const missing = labels.filter((label) => !known.has(label));
  if (missing.length > 0) {
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    const what = missing.length === 1 ? 'the label' : 'the labels';
    throw new CaseExclusion(
      'label-not-described',
      `holds ${what} ${missing.slice(0, NAMED).join(', ')}${more}, which ${described.file} does not describe: add ${missing.length === 1 ? 'it' : 'them'} to its segmentAttributes`,
      { file },
    );
  }
  return described.segments;
}
