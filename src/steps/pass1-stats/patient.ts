import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../dataset/case.ts';
import { fingerprintOf } from '../../dataset/json.ts';
import { MEASURES_FILE, type MeasuresFile, measuresFileSchema } from '../../dataset/stats.ts';
import { readInterim } from '../../passes/interim.ts';
import { needsLungs } from '../../passes/masks.ts';
import { clearOutputs, commitRecord, committedRecord, whileCleared } from '../../runner/commit.ts';
import { exclusionOf } from '../../runner/exclusion.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import { openStore } from '../../storage/open.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedStore } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { measureCase } from './measure.ts';

export interface MeasureTask extends CaseTask {
  readonly step: 'pass1-stats';
  readonly interim: string;
  readonly record: OkCase;
  readonly config: Config;
}

/** What decides a patient's measures. */
export function measureFingerprint({ record, config }: Pick<MeasureTask, 'record' | 'config'>): string {
  const { resample, intensity, roi, lung } = config;
  const inputs = [record.ct.sha256, record.tumor.sha256, record.tumor.volume_ml];
  return fingerprintOf({
    step: 'pass1-stats',
    version: VERSION,
    inputs,
    resample,
    intensity,
    paddingMm: roi.paddingMm,
    source: roi.source,
    ...(needsLungs(config) && { lung }),
  });
}

/** Measures one patient and keeps the result beside its volumes, unless that is done already. */
export default async function pass1Case(
  task: MeasureTask,
  clock: StageClock,
): Promise<CaseOutcome<MeasuresFile>> {
  const { patientId, record, config } = task;
  const interim = timedStore(clock, await openStore(task.interim));
  const fingerprint = measureFingerprint(task);
  const done = await committedRecord(
    interim,
    patientId,
    { schema: measuresFileSchema, bytes: await interim.read(`${patientId}/${MEASURES_FILE}`), fingerprint },
    (found) => ({
      fingerprint: found.fingerprint,
      outputs: [],
    }),
  );
  if (done !== undefined) return { state: done.state, record: done, skipped: true };
  let measured: MeasuresFile;
  try {
    const { ct, tumor } = await whileCleared(
      clearOutputs(interim, patientId, MEASURES_FILE, []),
      readInterim(interim, record, clock),
    );
    measured = { state: 'ok', fingerprint, ...measureCase(record, ct, tumor, config, clock) };
  } catch (thrown) {
    measured = { state: 'excluded', fingerprint, exclusion: exclusionOf(thrown, task) };
  }
  await commitRecord(interim, patientId, MEASURES_FILE, measured);
  return {
    state: measured.state,
    record: measured,
    skipped: false,
    ...(measured.state === 'excluded' ? { message: measured.exclusion.message } : {}),
  };
}
