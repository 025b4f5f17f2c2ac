import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../src/config/schema.ts';
import type { OkCase } from '../../../src/records/case.ts';
import { MEASURES_FILE } from '../../../src/records/stats.ts';
import measurePatient from '../../../src/steps/pass1-stats/patient.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';

/** `pass1.json` of a patient, if it is there. */
export function measuresAt(interim: string, patientId: string): string | undefined {
  const file = join(interim, patientId, MEASURES_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** `pass1.json` as convert has left it, and as pass1-stats leaves it that finds none and reads the volumes. */
export async function measuredTwice(interim: string, record: OkCase, config: Config) {
  const patientId = record.patient_id;
  const byConvert = measuresAt(interim, patientId);
  rmSync(join(interim, patientId, MEASURES_FILE), { force: true });
  await measurePatient({ step: 'pass1-stats', patientId, interim, record, config }, new StageClock());
  return { byConvert, byPass1: measuresAt(interim, patientId) };
}
