/** A finding that does not exclude the patient, free of identifiers. */
export interface StudyFlag {
  /** Stable kebab-case code. */
  readonly code: string;
  readonly message: string;
  readonly value: number;
}

/** A mask on a CT's grid, 1 inside, and what was met while drawing it. */
export interface DrawnMask {
  readonly mask: Uint8Array;
  readonly flags: readonly StudyFlag[];
}
