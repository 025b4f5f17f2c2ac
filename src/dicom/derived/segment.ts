/** A coded concept (DICOM PS3.3 table 8.8-1): Code Value, Coding Scheme Designator, Code Meaning. */
export interface CodedConcept {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/** How a segment was made (DICOM PS3.3 C.8.20.2). */
export interface SegmentAlgorithm {
  readonly type: 'MANUAL' | 'SEMIAUTOMATIC' | 'AUTOMATIC';
  /** '' of a segment that was drawn by hand. */
  readonly name: string;
  readonly version: string;
}

/** What a label of a label map stands for: a segment of a SEG, an ROI of an RTSTRUCT. */
export interface Segment {
  /** Its value in the label map, from 1. Of a probability map there is one segment, whatever its label. */
  readonly label: number;
  /** Segment Label, ROI Name. */
  readonly name: string;
  readonly description: string;
  /** SNOMED CT as a rule. */
  readonly category: CodedConcept;
  readonly type: CodedConcept;
  readonly typeModifiers: readonly CodedConcept[];
  readonly regions: readonly CodedConcept[];
  readonly regionModifiers: readonly CodedConcept[];
  readonly algorithm: SegmentAlgorithm;
  /** sRGB, 0 to 255. */
  readonly colour: readonly [red: number, green: number, blue: number];
}
