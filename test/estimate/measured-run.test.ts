import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { measuredCoreMinutes } from '../../src/estimate/measured-run.ts';
import type { Profile } from '../../src/records/profile.ts';
import { temporaryFolder } from '../support/cli.ts';

/** What a step or one of its ranks leaves: CPU seconds, and of each patient the seconds of its worker. */
function profile(step: string, cpu: number, wallS: readonly number[], stage = 'write', rank = 0): Profile {
  const patients = wallS.map((wall_s, i) => ({
    patient_id: `P${i}`,
    wall_s,
    stages: [{ stage, seconds: wall_s, bytes: 0, calls: 1 }],
  }));
  return {
    swinprep_version: '0.1.0',
    step,
    rank,
    ranks: 1,
    process: { wall_s: 1, cpu_user_s: cpu - 1, cpu_system_s: 1, peak_rss_bytes: 1 },
    main: { wall_s: 1, stages: [] },
    pool: { workers: 1, wall_s: 1, stages: [], num_patients: patients.length },
    patients,
  };
}

function artifacts(files: Readonly<Record<string, Profile>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

/** Ten patients; three steps of which two rather compute and one rather waits. */
const ten = new Array<number>(10).fill(1);
const RUN = {
  'convert/cases/profile.json': profile('convert', 60, ten),
  'pass1_stats/stats/profile.json': profile(
    'pass1-stats',
    30,
    ten.map(() => 9),
  ),
  'pass2_write/manifest/profile.json': profile('pass2-write', 60, ten),
};

test('the work of a patient is the processor time of each step, or the time of its workers where that is more', async () => {
  expect(await measuredCoreMinutes(artifacts(RUN))).toBeCloseTo((6 + 9 + 6) / 60, 12);
});

test('the ranks of a step count together', async () => {
  const other = profile('convert', 120, ten, 'write', 1);
  const files = { ...RUN, 'convert/cases/profile-rank-1.json': other };
  expect(await measuredCoreMinutes(artifacts(files))).toBeCloseTo((9 + 9 + 6) / 60, 12);
});

test('patients that an earlier run had done do not count', async () => {
  const convert = profile('convert', 60, ten);
  const [first, ...others] = convert.patients;
  const skipped = others.map((patient) => ({
    ...patient,
    stages: [{ ...patient.stages[0], stage: 'list' }],
  }));
  const files = { ...RUN, 'convert/cases/profile.json': { ...convert, patients: [first, ...skipped] } };
  expect(await measuredCoreMinutes(artifacts(files))).toBeCloseTo((60 + 9 + 6) / 60, 12);
});

test('of pass1-stats, for which convert has measured, the time of its process counts, over the patients of convert', async () => {
  const pass1 = { ...profile('pass1-stats', 5, []), pool: null };
  const files = { ...RUN, 'pass1_stats/stats/profile.json': pass1 };
  expect(await measuredCoreMinutes(artifacts(files))).toBeCloseTo((6 + 0.5 + 6) / 60, 12);
});

test('a run that found everything done, and one without profiles, are refused', async () => {
  const idle = { ...RUN, 'pass2_write/manifest/profile.json': profile('pass2-write', 1, ten, 'list') };
  await expect(measuredCoreMinutes(artifacts(idle))).rejects.toThrow(/pass2-write found every patient done/);
  const { 'convert/cases/profile.json': _, ...rest } = RUN;
  await expect(measuredCoreMinutes(artifacts(rest))).rejects.toThrow(UsageError);
  await expect(measuredCoreMinutes(artifacts(rest))).rejects.toThrow(/no profile\.json of convert/);
});
