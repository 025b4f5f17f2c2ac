import type { InterimVolumes } from '../both-passes/interim.ts';
import { needsLungs } from '../both-passes/masks.ts';
import type { Config } from '../config/schema.ts';
import type { OkCase } from '../records/case.ts';
import { fingerprintOf } from '../records/json.ts';
import type { Exclusion } from '../records/record.ts';
import { MEASURES_FILE, type MeasuresFile, measuresFileSchema } from '../records/stats.ts';
import type { CommitRules } from '../runner/commit.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import { VERSION } from '../version.ts';
import { measureCase } from './measure.ts';

/** `pass1.json` lies beside the volumes of a patient and commits itself alone. */
export const MEASURES: CommitRules<MeasuresFile> = {
  record: MEASURES_FILE,
  outputs: [],
  schema: measuresFileSchema,
  contentsOf: ({ fingerprint }) => ({ fingerprint, outputs: [] }),
};

/** What decides a patient's measures: the volumes by their hashes, and the configuration. */
export function measureFingerprint({ ct, tumor }: OkCase, config: Config): string {
  const { resample, intensity, roi, lung } = config;
  return fingerprintOf({
    step: 'pass1-stats',
    version: VERSION,
    inputs: [ct.sha256, tumor.sha256, tumor.volume_ml],
    resample,
    intensity,
    paddingMm: roi.paddingMm,
    source: roi.source,
    ...(needsLungs(config) && { lung }),
  });
}

/** `pass1.json` of a patient, by its volumes as they are written. Throws a CaseExclusion where they cannot be measured. */
export function measuresOf(
  record: OkCase,
  { ct, tumor }: InterimVolumes,
  config: Config,
  fingerprint: string,
  clock: StageClock,
): MeasuresFile {
  return { state: 'ok', fingerprint, ...measureCase(record, ct, tumor, config, clock) };
}

/** `pass1.json` of a patient that cannot be measured. */
export function excludedMeasures(exclusion: Exclusion, fingerprint: string): MeasuresFile {
  return { state: 'excluded', fingerprint, exclusion };
}
