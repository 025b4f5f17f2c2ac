import { PRESETS } from '../../config/presets.ts';
import { encodeNifti } from '../../nifti/encode.ts';
import type { MappedRecord, OkMapped } from '../../records/way-back/mapped.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import { timedOutputFile } from '../../runner/outputs.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedGzip } from '../../timing/timed-nifti.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { mapPrediction, readTransforms } from '../../way-back/mapped-prediction.ts';
import {
  openedJob,
  type PlacedObject,
  type PredictionJob,
  type StoredObject,
} from '../../way-back/predictions.ts';

export interface MapBackTask extends CaseTask, PredictionJob<PlacedObject> {
  readonly step: 'map-back';
  readonly output: PlacedObject;
}

/** Maps one prediction back and writes it. Throws a CaseExclusion where that cannot be. */
export async function mapBackOne(
  job: PredictionJob<StoredObject>,
  output: StoredObject,
  clock: StageClock,
): Promise<OkMapped> {
  const transforms = await readTransforms(job.transforms);
  const { volume, facts } = await mapPrediction(job, transforms, clock);
  const encoded = output.key.endsWith('.gz')
    ? await timedGzip(clock, volume, PRESETS.lung1.output)
    : encodeNifti(volume);
  await output.store.write(output.key, encoded);
  return {
    patient_id: transforms.patient_id,
    state: 'ok',
    output: timedOutputFile(clock, output.key, encoded),
    ...facts,
  };
}

/** The same for one patient of a folder; what an earlier run wrote goes where this one cannot. */
export default async function mapBackPatient(
  task: MapBackTask,
  clock: StageClock,
): Promise<CaseOutcome<MappedRecord>> {
  const { open } = timedStores(clock);
  const output = { store: await open(task.output.uri), key: task.output.key };
  try {
    const record = await mapBackOne(await openedJob(task, open), output, clock);
    return { state: 'ok', record, skipped: false };
  } catch (thrown) {
    const exclusion = exclusionOf(thrown, task);
    await output.store.delete(output.key);
    const record = { patient_id: task.patientId, state: 'excluded', exclusion } as const;
    return { state: 'excluded', record, skipped: false, message: exclusion.message };
  }
}
