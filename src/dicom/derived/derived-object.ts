/** What all objects that are derived from a CT are written by. */
export interface DerivedRules {
  /** Root of the UIDs that are made; 2.25 where it is absent. */
  readonly uidRoot?: string | undefined;
  /** When the content was made, YYYYMMDD and HHMMSS; where absent, when the CT was: nothing may hang on the time of writing. */
  readonly contentDate?: { readonly date: string; readonly time: string } | undefined;
  readonly seriesDescription: string;
  readonly seriesNumber: number;
  /** Who made it, as Content Creator Name; may be ''. */
  readonly creator: string;
}

/** A DICOM file of an object that is derived from a CT. */
export interface DerivedObject {
  readonly bytes: Uint8Array;
  /** Frames of a SEG, contours of an RTSTRUCT, by segment in their order. */
  readonly parts: readonly number[];
  /** Frames or contours in all. */
  readonly total: number;
}
