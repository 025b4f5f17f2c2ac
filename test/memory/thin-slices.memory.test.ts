import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROFILE_FILE, type Profile } from '../../src/records/profile.ts';
import { cli, readJson, temporaryFolder } from '../support/cli.ts';
import { writeThinSlicePatient } from '../support/dicom/thin-slices.ts';

const PATIENTS = ['PHANTOM-001', 'PHANTOM-002'];
const SLICES = 1200;
/** Holds one such patient in any step, and not two. */
const LIMIT = 2.2e9;

const work = temporaryFolder();
const at = (name: string): string => join(work, name);

beforeAll(() => {
  writeThinSlicePatient(at('made'), SLICES, 0.5);
  mkdirSync(at('raw'));
  for (const id of PATIENTS) symlinkSync(join(at('made'), 'PHANTOM-001'), join(at('raw'), id));
  const rows = PATIENTS.map((id, i) => `${id},${['I', 'II'][i]}\n`);
  writeFileSync(at('clinical.csv'), `PatientID,Overall.Stage\n${rows.join('')}`);
}, 600_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs a step with two workers within the limit; what it took, its artifact lying in the folder `artifact`. */
async function run(step: string, artifact: string, inputs: readonly string[]): Promise<Profile> {
  const places = [...inputs, artifact].flatMap((name) => [
    `--${name}`,
    at(name === 'clinical' ? 'clinical.csv' : name),
  ]);
  await cli([step, ...places, '--workers', '2', '--memory-limit', `${LIMIT / 1e6}MB`, '--profile']);
  return readJson<Profile>(at(artifact), PROFILE_FILE);
}

test('two patients of 1200 slices stay within a memory limit that holds one of them', async () => {
  const convert = await run('convert', 'cases', ['raw', 'interim']);
  await cli(['split', '--cases', at('cases'), '--clinical', at('clinical.csv'), '--split', at('split')]);
  // Else it reads what convert has measured.
  for (const id of PATIENTS) rmSync(at(`interim/${id}/pass1.json`));
  const pass1 = await run('pass1-stats', 'stats', ['cases', 'split', 'interim']);
  const pass2 = await run('pass2-write', 'manifest', ['cases', 'split', 'stats', 'interim', 'roi']);
  const { summary } = readJson<{ summary: { num_ok: number } }>(at('manifest'), 'manifest.json');
  expect(summary.num_ok).toBe(PATIENTS.length);
  for (const { pool, process } of [convert, pass1, pass2]) {
    expect(pool).toMatchObject({ workers: 2, num_patients: PATIENTS.length });
    expect(process.peak_rss_bytes).toBeLessThanOrEqual(LIMIT);
  }
}, 1_200_000);
