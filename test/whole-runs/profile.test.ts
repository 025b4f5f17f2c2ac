import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PROFILE_FILE, type Profile, profileSchema, type StageRow } from '../../src/records/profile.ts';
import { type CliResult, cli, readJson, temporaryFolder } from '../support/cli.ts';
import { writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 3;
const work = temporaryFolder();
const artifacts = join(work, 'out/artifacts');
/** The artifact folder of each step. */
const FOLDERS = {
  convert: join(artifacts, 'convert/cases'),
  split: join(artifacts, 'split/split'),
  'pass1-stats': join(artifacts, 'pass1_stats/stats'),
  'pass2-write': join(artifacts, 'pass2_write/manifest'),
};

/** Convert has measured for pass1-stats. */
const withoutWorkers = (step: string): boolean => step === 'split' || step === 'pass1-stats';

let profiled: CliResult;

const sumOf = (rows: readonly StageRow[]): number => rows.reduce((sum, { seconds }) => sum + seconds, 0);

beforeAll(async () => {
  await writePhantoms(join(work, 'in'), PATIENTS);
  const config = join(work, 'config.yml');
  // Coarse and small: how long it takes does not count here.
  writeFileSync(config, 'resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\n');
  // Processes and threads as they are: their times have to add up.
  profiled = await cli([
    ...['preprocess', '--raw', join(work, 'in/raw'), '--clinical', join(work, 'in/clinical.csv')],
    ...['--out', join(work, 'out'), '--config', config, '--workers', '2', '--profile'],
  ]);
}, 120_000);

describe.each(Object.entries(FOLDERS))('%s --profile', (step, folder) => {
  test('leaves a profile.json whose stages add up to what the workers and each patient took', () => {
    const profile = profileSchema.parse(readJson<Profile>(folder, PROFILE_FILE));
    expect(profile).toMatchObject({ step, rank: 0, ranks: 1 });
    expect(sumOf(profile.main.stages)).toBeCloseTo(profile.main.wall_s, 6);
    expect(profile.process.peak_rss_bytes).toBeGreaterThan(2 ** 24);
    if (withoutWorkers(step)) {
      expect([profile.pool, profile.patients]).toEqual([null, []]);
      return;
    }
    const { workers, wall_s, stages } = profile.pool!;
    expect(workers).toBe(2);
    expect(sumOf(stages)).toBeCloseTo(workers * wall_s, 6);
    expect(profile.patients.map(({ patient_id }) => patient_id)).toEqual([
      'PHANTOM-001',
      'PHANTOM-002',
      'PHANTOM-003',
    ]);
    for (const patient of profile.patients) expect(sumOf(patient.stages)).toBeCloseTo(patient.wall_s, 6);
  });

  test('prints the same as a table, and in brief at the end', () => {
    expect(profiled.stdout).toMatch(
      new RegExp(`^${step}: main thread +seconds +share +MB +MB/s +calls$`, 'm'),
    );
    if (!withoutWorkers(step))
      expect(profiled.stdout).toMatch(new RegExp(`^${step}: 2 workers +seconds`, 'm'));
  });
});

test('bytes are those of the files: read, deflated and written', () => {
  const { patients } = readJson<Profile>(FOLDERS.convert, PROFILE_FILE);
  const { cases } = readJson<{
    cases: { ct: { bytes: number; size_ijk: number[] }; tumor: { bytes: number } }[];
  }>(FOLDERS.convert, 'cases.json');
  patients.forEach(({ stages }, i) => {
    const bytesOf = (stage: string): number => stages.find((row) => row.stage === stage)!.bytes;
    const { ct, tumor } = cases[i];
    const voxels = ct.size_ijk.reduce((a, b) => a * b);
    // int16 CT and uint8 mask, with a header of 352 bytes each.
    expect(bytesOf('gzip')).toBe(3 * voxels + 2 * 352);
    expect(bytesOf('decode')).toBe(2 * voxels);
    expect(bytesOf('sha256')).toBe(ct.bytes + tumor.bytes);
    expect(bytesOf('write')).toBeGreaterThan(ct.bytes + tumor.bytes);
  });
});

test('without --profile no profile.json is left, and the log ends with the largest stages and the process', async () => {
  const cases = join(work, 'again');
  const { stdout } = await cli([
    ...['convert', '--raw', join(work, 'in/raw'), '--interim', join(work, 'out/interim'), '--cases', cases],
  ]);
  expect(existsSync(join(cases, 'cases.json'))).toBe(true);
  expect(readdirSync(cases)).not.toContain(PROFILE_FILE);
  expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^ {2}time: \d+\.\d s, \d+ workers?: \w+ \d+ %/),
    expect.stringMatching(/^ {2}process: \d+\.\d s, CPU \d+\.\d s, peak memory \d+(\.\d)? MB$/),
  ]);
});
