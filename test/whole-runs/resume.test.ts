import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Failures, Manifest } from '../../src/records/manifest.ts';
import { cli, hashesOf, readJson, startCli, temporaryFolder } from '../support/cli.ts';
import { copyPatient } from '../support/copied-patient.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 6;

/** Coarse and small: what is done counts here, not how well. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {auditVolumes: false, gzipLevelInt: 1}
`;

/** A synthetic cohort and an undisturbed run over it. */
const cohort = temporaryFolder();
const undisturbed = temporaryFolder();
const config = join(temporaryFolder(), 'config.yml');

const placesOf = (data: string, out: string) => ({
  raw: join(data, 'raw'),
  clinical: join(data, 'clinical.csv'),
  out,
  config,
});

/** The same as a command line. */
function preprocessArgs(data: string, out: string, ...more: string[]): string[] {
  const places = Object.entries(placesOf(data, out)).flatMap(([name, place]) => [`--${name}`, place]);
  return ['preprocess', ...places, ...more];
}

function pass2(out: string, ...more: string[]): string[] {
  const artifact = (path: string): string => join(out, 'artifacts', path);
  return [
    'pass2-write',
    ...[
      '--cases',
      artifact('convert/cases'),
      '--split',
      artifact('split/split'),
      '--stats',
      artifact('pass1_stats/stats'),
    ],
    ...[
      '--interim',
      join(out, 'interim'),
      '--roi',
      join(out, 'roi'),
      '--manifest',
      artifact('pass2_write/manifest'),
    ],
    ...more,
  ];
}

/** The state of `undisturbed` before pass2-write had begun. */
function beforePass2(): string {
  const out = temporaryFolder();
  cpSync(undisturbed, out, { recursive: true });
  rmSync(join(out, 'roi'), { recursive: true });
  rmSync(join(out, 'artifacts/pass2_write'), { recursive: true });
  return out;
}

beforeAll(async () => {
  writeFileSync(config, CONFIG);
  await writePhantoms(cohort, PATIENTS);
  // As a process, with threads that work side by side.
  await cli(preprocessArgs(cohort, undisturbed, '--workers', '2'));
});

describe('pass2-write killed in the middle', () => {
  test.each(['meta.json', 'ct_roi_norm.nii.gz'])(
    'at its first %s: the same command again ends in the same bytes',
    async (sign) => {
      const out = beforePass2();
      const roi = join(out, 'roi');
      const { child, ended } = startCli(pass2(out, '--workers', '1'));
      while (
        !(
          existsSync(roi) && readdirSync(roi, { recursive: true }).some((name) => String(name).endsWith(sign))
        )
      )
        await sleep(2);
      child.kill('SIGKILL');
      expect((await ended).code).toBeNull();
      const committed = readdirSync(roi, { recursive: true }).filter((name) =>
        String(name).endsWith('meta.json'),
      ).length;
      expect(committed).toBeLessThan(PATIENTS - 1);
      const again = await inProcess.command(pass2(out, '--workers', '2'));
      if (committed > 0) expect(again.stdout).toContain(`${committed} done before`);
      expect(hashesOf(out)).toEqual(hashesOf(undisturbed));
    },
  );
});

test('output bytes do not depend on the number of workers', async () => {
  const out = temporaryFolder();
  await inProcess.preprocess({ ...placesOf(cohort, out), workers: 1 });
  expect(hashesOf(out)).toEqual(hashesOf(undisturbed));
});

test('a second run does nothing again and says so', async () => {
  const written = (): number[] =>
    ['interim', 'roi'].flatMap((part) =>
      Object.keys(hashesOf(join(undisturbed, part))).map(
        (file) => statSync(join(undisturbed, part, file)).mtimeMs,
      ),
    );
  const before = written();
  const { stdout } = await inProcess.preprocess(placesOf(cohort, undisturbed));
  expect(stdout.match(/(done before|measured already)$/gm)).toHaveLength(3);
  expect(written()).toEqual(before);
});

test('another configuration redoes what depends on it, and only that', async () => {
  const out = temporaryFolder();
  cpSync(undisturbed, out, { recursive: true });
  const { stdout } = await inProcess.preprocess({ ...placesOf(cohort, out), patch: '160x160x64' });
  expect(stdout).toContain(`convert: ${PATIENTS} ok, 0 excluded, ${PATIENTS} done before`);
  expect(stdout).toMatch(/pass1-stats: 5 ok, 0 excluded, 5 measured already/);
  expect(stdout).toMatch(/pass2-write: 5 ok, 0 excluded$/m);
  const manifest = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
  expect(manifest.outputs.map((o) => o.final_roi_size_vox)).toEqual(Array(5).fill([160, 160, 64]));
});

describe('a cohort with faults', () => {
  const faulty = temporaryFolder();
  const out = temporaryFolder();

  beforeAll(async () => {
    const raw = join(faulty, 'raw');
    await writePhantoms(faulty, [1, 2, 6]);
    writeFileSync(join(raw, 'BROKEN-ZIP.zip'), 'no zip at all');
    copyPatient(raw, 'PHANTOM-001', 'GAP-001');
    const ctFolder = readdirSync(join(raw, 'GAP-001'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.parentPath)
      .find((folder) => readdirSync(folder).length > 10)!;
    for (const file of readdirSync(ctFolder).slice(20, 50)) rmSync(join(ctFolder, file));
    writeFileSync(join(raw, 'notes.txt'), 'beside the patients');
    await inProcess.preprocess(placesOf(faulty, out));
  });

  test('each faulty patient is excluded with its reason and its file, the others are done', () => {
    const failures = readJson<Failures>(out, 'artifacts/pass2_write/manifest/failures.json');
    const byPatient = new Map(failures.map((f) => [f.patient_id, f]));
    expect([...byPatient.keys()]).toEqual(['BROKEN-ZIP', 'GAP-001', 'PHANTOM-006']);
    expect(byPatient.get('BROKEN-ZIP')).toMatchObject({ step: 'convert', code: 'unreadable-archive' });
    expect(byPatient.get('BROKEN-ZIP')!.error).toMatch(/^the archive is not a whole zip archive/);
    expect(byPatient.get('GAP-001')).toMatchObject({ step: 'convert', code: 'too-many-missing-slices' });
    expect(byPatient.get('PHANTOM-006')).toMatchObject({ stage: 'NA', step: 'split', code: 'stage-unknown' });
    const manifest = readJson<Manifest>(out, 'artifacts/pass2_write/manifest/manifest.json');
    expect(manifest.outputs.map((o) => o.patient_id)).toEqual(['PHANTOM-001', 'PHANTOM-002']);
  });

  test('--max-excluded decides the exit code', async () => {
    await inProcess.preprocess({ ...placesOf(faulty, out), maxExcluded: 3 });
    const { stderr } = await inProcess.preprocess({ ...placesOf(faulty, out), maxExcluded: 2 }, 2);
    expect(stderr).toContain('--max-excluded allows 2');
  });

  test('a lost output is made again', async () => {
    const lost = join(out, 'roi/PHANTOM-002/tumor_roi.nii.gz');
    const before = hashesOf(join(out, 'roi'));
    rmSync(lost);
    await inProcess.preprocess(placesOf(faulty, out));
    expect(hashesOf(join(out, 'roi'))).toEqual(before);
  });
});
