import type { Config } from '../../config/schema.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import type { EarlierCases } from '../../records/changes.ts';
import type { CaseTask } from '../../runner/task.ts';
import type { PlacedObject, PredictionJob } from '../../way-back/predictions.ts';
import type { ObjectRules } from './object-rules.ts';

/** The mask that convert wrote. */
export interface MaskTask {
  readonly kind: 'mask';
  readonly interim: string;
  /** What `cases.json` there tells of the patient. */
  readonly converted: EarlierCases['cases'][number];
}

/** A prediction, to be brought onto the CT grid. */
export interface PredictionTask {
  readonly kind: 'prediction';
  readonly job: PredictionJob<PlacedObject>;
  /** Where convert wrote the CT, read where headers do not tell which series it was made of; undefined: nowhere. */
  readonly interim: string | undefined;
  /** What `cases.json` there tells of the patient. */
  readonly converted: EarlierCases['cases'][number] | undefined;
}

/** The DICOM object of one patient, as it is sent to a worker thread. */
export interface ExportTask extends CaseTask {
  readonly step: 'export' | 'map-back';
  /** Where the raw data of the patient lie; undefined where they are not among what was given. */
  readonly patient: RawPatient | undefined;
  readonly map: MaskTask | PredictionTask;
  /** By which the raw data were, or would be, read. */
  readonly config: Config;
  readonly out: string;
  readonly rules: ObjectRules;
}
