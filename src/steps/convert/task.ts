import type { Config } from '../../config/schema.ts';
import type { Listing } from '../../raw/patient-inputs.ts';
import type { RawPatient } from '../../raw/patients.ts';
import type { CaseTask } from '../../runner/task.ts';

/** One patient to convert, as it is sent to a worker thread. */
export interface ConvertTask extends CaseTask {
  readonly step: 'convert';
  readonly patient: RawPatient;
  readonly raw: string;
  /** Where NIfTI masks lie. */
  readonly masks: string;
  readonly interim: string;
  readonly config: Config;
  /** What lies there of the patient, where it has been looked up already. */
  readonly listing?: Listing;
}
