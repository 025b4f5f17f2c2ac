/** A finding that does not exclude the patient, free of identifiers. */
export interface StudyFlag {
  /** Stable kebab-case code. */
  readonly code: string;
  readonly message: string;
  readonly value: number;
}
