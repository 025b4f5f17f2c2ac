import { type InterimVolumes, readInterim } from '../../both-passes/interim.ts';
import { needsLungs } from '../../both-passes/masks.ts';
import type { Config } from '../../config/schema.ts';
import type { OkCase } from '../../records/case.ts';
import { fingerprintOf } from '../../records/json.ts';
import { MEASURES_FILE, type MeasuresFile, measuresFileSchema } from '../../records/stats.ts';
import { type CommitRules, commitOnce } from '../../runner/commit.ts';
import type { CaseOutcome, CaseTask } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedStores } from '../../timing/timed-store.ts';
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

/** `pass1.json` lies beside the volumes of a patient and commits itself alone. */
const MEASURES: CommitRules<MeasuresFile> = {
  record: MEASURES_FILE,
  outputs: [],
  schema: measuresFileSchema,
  contentsOf: ({ fingerprint }) => ({ fingerprint, outputs: [] }),
};

/** Measures one patient and keeps the result beside its volumes, unless that is done already. */
export default async function measurePatient(
  task: MeasureTask,
  clock: StageClock,
): Promise<CaseOutcome<MeasuresFile>> {
  const { patientId, record, config } = task;
  const interim = await timedStores(clock).open(task.interim);
  const place = { store: interim, patientId, rules: MEASURES };
  return commitOnce<MeasureTask, OkCase, InterimVolumes, MeasuresFile>(task, place, {
    list: () => record,
    fingerprint: () => measureFingerprint(task),
    read: (converted) => readInterim(interim, converted, clock),
    make: async ({ ct, tumor }, fingerprint) => ({
      state: 'ok',
      fingerprint,
      ...measureCase(record, ct, tumor, config, clock),
    }),
    exclude: (exclusion, fingerprint) => ({ state: 'excluded', fingerprint, exclusion }),
  });
}
