import type { InterimVolumes } from '../../both-passes/interim.ts';
import type { Config } from '../../config/schema.ts';
import { StorageError } from '../../errors.ts';
import { excludedMeasures, MEASURES, measureFingerprint, measuresOf } from '../../measures/measures-file.ts';
import { asWritten } from '../../nifti/as-written.ts';
import type { OkCase } from '../../records/case.ts';
import type { MeasuresFile } from '../../records/stats.ts';
import { commitRecord, keyOf, type PatientPlace } from '../../runner/commit.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import type { Store } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';

function measured(
  place: PatientPlace<MeasuresFile>,
  record: OkCase,
  { ct, tumor }: InterimVolumes,
  config: Config,
  clock: StageClock,
): MeasuresFile {
  const fingerprint = measureFingerprint(record, config);
  try {
    const volumes = {
      ct: asWritten(keyOf(place, record.ct.file), ct),
      tumor: asWritten(keyOf(place, record.tumor.file), tumor),
    };
    return measuresOf(record, volumes, config, fingerprint, clock);
  } catch (thrown) {
    const task = { step: 'pass1-stats', patientId: record.patient_id } as const;
    return excludedMeasures(exclusionOf(thrown, task), fingerprint);
  }
}

/**
 * Measures for pass 1 what is in memory of a patient that is committed, and leaves `pass1.json` as pass1-stats would. What
 * is unforeseen there leaves nothing: the patient is converted all the same, and pass1-stats meets and tells it.
 */
export async function leaveMeasures(
  store: Store,
  record: OkCase,
  volumes: InterimVolumes,
  config: Config,
  clock: StageClock,
): Promise<void> {
  const place = { store, patientId: record.patient_id, rules: MEASURES };
  try {
    await commitRecord(place, measured(place, record, volumes, config, clock));
  } catch (thrown) {
    if (thrown instanceof StorageError) throw thrown;
  }
}
