import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { resolveConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { OkCase } from '../../../src/records/case.ts';
import { type Cases, okCases } from '../../../src/records/cases.ts';
import type { SplitMember } from '../../../src/records/split.ts';
import writePatient from '../../../src/steps/pass2-write/patient.ts';
import type { Constants, RoiTask } from '../../../src/steps/pass2-write/task.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import { hashesOf, readJson, temporaryFolder } from '../cli.ts';
import * as inProcess from '../in-process.ts';

/** What convert makes of raw data. */
export async function converted(raw: string): Promise<Cohort> {
  const folder = temporaryFolder();
  const interim = join(folder, 'interim');
  const to = ['--interim', interim, '--cases', join(folder, 'cases')];
  await inProcess.command(['convert', '--raw', raw, ...to, '--workers', '1']);
  return { interim, records: okCases(readJson<Cases>(folder, 'cases/cases.json')) };
}

export function configOf(overrides: object): Config {
  return resolveConfig({ preset: 'lung1', file: { name: 'test', text: JSON.stringify(overrides) } });
}

export const BEFORE = {
  global_mu: -160.25,
  global_sigma: 310.5,
  min_box_mm: [160, 160, 192],
  max_box_mm: [192, 192, 192],
} as unknown as Constants;
export const AFTER: Constants = { ...BEFORE, global_mu: -171.123456789, global_sigma: 305.75 };

export interface Cohort {
  readonly interim: string;
  readonly records: readonly OkCase[];
}

export async function write(
  { interim, records }: Cohort,
  roi: string,
  config: Config,
  constants: Constants,
): Promise<void> {
  for (const record of records) {
    const patientId = record.patient_id;
    const member: SplitMember = {
      ...{ patient_id: patientId, split: 'train', stage: 'I', stage_index: 0, pinned: false },
    };
    const task: RoiTask = { step: 'pass2-write', patientId, interim, roi, record, member, config, constants };
    expect(await writePatient(task, new StageClock())).toMatchObject({ state: 'ok', skipped: false });
  }
}

/** File names, without their patients, that were written anew since `before`. */
function writtenSince(roi: string, before: ReadonlyMap<string, number>): string[] {
  const written = [...timesOf(roi)].filter(([name, time]) => before.get(name) !== time);
  return [...new Set(written.map(([name]) => name.split('/')[1]))].sort();
}

function timesOf(roi: string): Map<string, number> {
  const names = Object.keys(hashesOf(roi));
  return new Map(names.map((name) => [name, statSync(join(roi, name)).mtimeMs]));
}

/** Writes with some constants, then over it with others; the bytes have to be those of the others alone. */
export async function renormalised(
  cohort: Cohort,
  overrides: object,
  [before, after] = [BEFORE, AFTER],
  between: (roi: string) => void = () => {},
): Promise<string[]> {
  const config = configOf(overrides);
  const [roi, whole] = [temporaryFolder(), temporaryFolder()];
  await write(cohort, roi, config, before);
  between(roi);
  const times = timesOf(roi);
  await write(cohort, roi, config, after);
  await write(cohort, whole, config, after);
  expect(hashesOf(roi)).toEqual(hashesOf(whole));
  return writtenSince(roi, times);
}
