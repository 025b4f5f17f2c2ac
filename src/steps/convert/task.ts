import type { Config } from '../../config/schema.ts';
import type { KnownFiles } from '../../raw/patient/patient-inputs.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import type { CaseTask } from '../../runner/task.ts';

/** One patient to convert, as it is sent to a worker thread. */
export interface ConvertTask extends CaseTask {
  readonly step: 'convert';
  readonly patient: RawPatient;
  /** Where NIfTI masks lie; undefined in the patient's place of raw data. */
  readonly masks: string | undefined;
  readonly interim: string;
  readonly config: Config;
  /** What lies there of the patient, where it has been looked up already. */
  readonly known?: KnownFiles;
}
