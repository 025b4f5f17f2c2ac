import { type InterimVolumes, readInterim } from '../../both-passes/interim.ts';
import type { Config } from '../../config/schema.ts';
import { excludedMeasures, MEASURES, measureFingerprint, measuresOf } from '../../measures/measures-file.ts';
import type { OkCase } from '../../records/case.ts';
import type { MeasuresFile } from '../../records/stats.ts';
import { commitOnce, findDone } from '../../runner/commit.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedStores } from '../../timing/timed-store.ts';

export interface MeasureTask extends CaseTask {
  readonly step: 'pass1-stats';
  readonly interim: string;
  readonly record: OkCase;
  readonly config: Config;
}

async function placeOf({ interim, patientId }: MeasureTask, clock: StageClock) {
  return { store: await timedStores(clock).open(interim), patientId, rules: MEASURES };
}

/** What convert or an earlier run left of a patient by this configuration; undefined where it is to be measured. */
export async function findMeasured(
  task: MeasureTask,
  clock: StageClock,
): Promise<CaseOutcome<MeasuresFile> | undefined> {
  return findDone(await placeOf(task, clock), measureFingerprint(task.record, task.config));
}

/** Measures one patient and keeps the result beside its volumes, unless that is done already. */
export default async function measurePatient(
  task: MeasureTask,
  clock: StageClock,
): Promise<CaseOutcome<MeasuresFile>> {
  const { record, config } = task;
  const place = await placeOf(task, clock);
  return commitOnce<MeasureTask, OkCase, InterimVolumes, MeasuresFile>(task, place, {
    list: () => record,
    fingerprint: (converted) => measureFingerprint(converted, config),
    read: (converted) => readInterim(place.store, converted, clock),
    make: async (volumes, fingerprint) => measuresOf(record, volumes, config, fingerprint, clock),
    exclude: excludedMeasures,
  });
}
