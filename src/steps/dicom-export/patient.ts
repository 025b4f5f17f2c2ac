import { giveBack } from '../../memory/thread.ts';
import {
  DICOM_FILES,
  EXPORT_RECORD_FILE,
  type ExportRecord,
  exportSchema,
} from '../../records/way-back/dicom-export.ts';
import { type CommitRules, commitOnce } from '../../runner/commit.ts';
import { writeOutputs } from '../../runner/outputs.ts';
import type { CaseOutcome } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { findSource, type Source } from '../../way-back/source-images.ts';
import { type CtMap, readableMap } from './ct-map.ts';
import { excludedExport } from './excluded-export.ts';
import { type ExportInputs, exportFingerprint, listInputs } from './inputs.ts';
import { mapObject } from './map-object.ts';
import type { ExportTask } from './task.ts';

/** `export.json` commits a patient's DICOM object; one of another kind does not stay beside it. */
export const EXPORT: CommitRules<ExportRecord> = {
  record: EXPORT_RECORD_FILE,
  outputs: Object.values(DICOM_FILES),
  schema: exportSchema,
  contentsOf: (record) => ({
    fingerprint: record.fingerprint,
    outputs: record.state === 'ok' ? [record.output] : [],
  }),
};

/** A map, and the images that it is to be put on. */
export interface SourcedMap {
  readonly source: Source;
  readonly map: CtMap;
}

/** Finds the images of a patient, then reads its map. Throws a CaseExclusion where either cannot be had. */
export async function readSourced(
  task: ExportTask,
  inputs: ExportInputs,
  clock: StageClock,
): Promise<SourcedMap> {
  const { raw, studyRules } = inputs;
  const { wanted, read } = await readableMap(inputs, task, timedStores(clock), clock);
  const source = await findSource(raw, studyRules, wanted, clock);
  return { source, map: await read() };
}

/** Writes one patient's DICOM object, `export.json` last, unless that is done already. */
export default async function exportPatient(
  task: ExportTask,
  clock: StageClock,
): Promise<CaseOutcome<ExportRecord>> {
  const { patientId, rules } = task;
  const stores = timedStores(clock);
  const place = { store: await stores.open(task.out), patientId, rules: EXPORT };
  const file = DICOM_FILES[rules.kind];
  return commitOnce<ExportTask, ExportInputs, SourcedMap, ExportRecord>(task, place, {
    list: () => listInputs(task, stores),
    fingerprint: (inputs) => exportFingerprint(inputs, task),
    read: (inputs) => readSourced(task, inputs, clock),
    make: async ({ map, source }, fingerprint) => {
      const { bytes, facts } = mapObject(map, source, rules, clock);
      giveBack(map.volume.data);
      const { [file]: output } = await writeOutputs(place, { [file]: () => bytes }, clock);
      return {
        patient_id: patientId,
        state: 'ok',
        output,
        ...facts,
        mapped: map.mapped,
        swinprep_version: VERSION,
        fingerprint,
      };
    },
    exclude: excludedExport,
  });
}
