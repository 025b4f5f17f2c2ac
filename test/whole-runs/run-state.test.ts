import { appendFileSync, cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Split } from '../../src/records/split.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { earlierSplit } from '../../src/steps/split/kept-for-next-run.ts';
import { hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import { copyPatient } from '../support/copied-patient.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const NIGHTLY = resolve(import.meta.dirname, '../../pipelines/rerun-nightly.yml');

const work = temporaryFolder();
const state = join(work, 'state');
const config = join(work, 'config.yml');
const clinical = join(work, 'clinical.csv');

beforeAll(async () => {
  writeFileSync(
    config,
    'resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\noutput: {auditVolumes: false, qcOverlay: false, gzipLevelInt: 1}\n',
  );
  await writePhantoms(work, 4);
});

/** The pipeline that the schedule starts, as a night begins: nothing but the stores is known of the one before. */
async function night(more: Record<string, string> = {}): Promise<{ split: Split; stats: DatasetStats }> {
  const artifacts = temporaryFolder();
  const at = (name: string) => join(work, name);
  const places = { raw: at('raw'), clinical, interim: at('interim'), roi: at('roi'), state };
  await inProcess.pipeline(NIGHTLY, { ...places, config, workers: '1', ...more }, artifacts);
  return {
    split: readJson<Split>(artifacts, 'split/split/split.json'),
    stats: readJson<DatasetStats>(artifacts, 'pass1_stats/stats/dataset_pass1_stats.json'),
  };
}

function sidesOf({ patients }: Split): Record<string, string> {
  return Object.fromEntries(patients.map(({ patient_id, split }) => [patient_id, split]));
}

/** A patient that is another one's copy, in the raw data and in the clinical table. */
function addCopy(newcomer: string, like: string): void {
  copyPatient(join(work, 'raw'), like, newcomer);
  const row = readFileSync(clinical, 'utf8').match(new RegExp(`^${like}.*$`, 'm'))![0];
  appendFileSync(clinical, `${row.replace(like, newcomer)}\n`);
}

test('night after night the split and, where asked for, the constants of the first are found with no hand on it', async () => {
  const first = await night({ freeze_stats: 'last' });
  expect(first.stats.constants_from).toBeNull();
  expect(Object.keys(hashesOf(state))).toEqual(['dataset_pass1_stats.json', 'split.json']);

  // The other way round than any rule would have it: what is kept decides, nothing else.
  const kept = readJson<Split>(state, 'split.json');
  const opposite = kept.patients.map((member) => ({
    ...member,
    split: member.split === 'train' ? ('test' as const) : ('train' as const),
  }));
  writeFileSync(join(state, 'split.json'), JSON.stringify({ ...kept, patients: opposite }));
  addCopy('NEW-001', 'PHANTOM-002');
  const second = await night({ freeze_stats: 'last' });
  const sides = sidesOf(second.split);
  for (const { patient_id, split } of opposite) expect(sides[patient_id]).toBe(split);
  expect(sides).toHaveProperty('NEW-001');
  expect(second.split.previous).toMatchObject({ num_pinned: 4, num_retired: 0 });
  expect(second.stats.config_after_pass1).toEqual(first.stats.config_after_pass1);
  expect(second.stats.constants_from).not.toBeNull();

  const before = hashesOf(state);
  const times = Object.keys(before).map((name) => statSync(join(state, name)).mtimeMs);
  const third = await night({ freeze_stats: 'last' });
  expect(sidesOf(third.split)).toEqual(sides);
  expect(third.split.patients.every(({ pinned }) => pinned)).toBe(true);
  expect(third.stats).toEqual(second.stats);
  expect(hashesOf(state)).toEqual(before);
  expect(Object.keys(before).map((name) => statSync(join(state, name)).mtimeMs)).toEqual(times);

  const follows = await night();
  expect(follows.stats.constants_from).toBeNull();
  expect(follows.stats.config_after_pass1.global_mu).not.toBe(first.stats.config_after_pass1.global_mu);
});

test('a previous split adds to what is kept, and is refused where the two disagree', async () => {
  const folder = temporaryFolder();
  const pinned = (name: string, sides: Record<string, string>): string => {
    const file = join(folder, name, 'split.json');
    const patients = Object.entries(sides).map(([patient_id, split]) => ({ patient_id, split }));
    cpSync(config, file);
    writeFileSync(file, JSON.stringify({ patients }));
    return join(folder, name);
  };
  const place = pinned('state', { A: 'train', B: 'test' });
  const united = await earlierSplit(
    { state: place, previous: pinned('agrees', { B: 'test', C: 'test' }) },
    'folder',
  );
  expect([...united!.pins].map(([id, { split }]) => [id, split]).sort()).toEqual([
    ['A', 'train'],
    ['B', 'test'],
    ['C', 'test'],
  ]);
  const opposed = earlierSplit({ state: place, previous: pinned('differs', { A: 'test' }) }, 'folder');
  await expect(opposed).rejects.toThrow(`${place}: has 1 patient on the other side`);
  await expect(earlierSplit({ state: place }, 'hmac:other')).rejects.toThrow('privacy.caseId');
  expect(await earlierSplit({ state: 'none' }, 'folder')).toBeUndefined();
});

test('the constants of the last run need a place where it left them', async () => {
  const out = join(work, 'other');
  const places = { raw: join(work, 'raw'), clinical, out };
  const { stderr } = await inProcess.preprocess({ ...places, freezeStats: 'last' }, 1);
  expect(stderr).toContain('--freeze-stats last: there is no last run without --state');
});
