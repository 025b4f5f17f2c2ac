import type { ExportRecord } from '../../records/way-back/dicom-export.ts';
import type { ExclusionAt } from '../../runner/exclusion.ts';
import { VERSION } from '../../version.ts';
import type { ExportTask } from './task.ts';

/** `export.json` of a patient who gets no object. */
export function excludedExport(
  exclusion: ExclusionAt<ExportTask['step']>,
  fingerprint: string,
): ExportRecord {
  const { patient_id } = exclusion;
  return { patient_id, state: 'excluded', exclusion, swinprep_version: VERSION, fingerprint };
}
