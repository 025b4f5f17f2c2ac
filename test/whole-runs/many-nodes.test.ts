import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cases } from '../../src/records/cases.ts';
import { hashesOf, killedAt, readJson, startCli, temporaryFolder } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';
import { cohortForRanks, PATIENTS, type Place, STEPS, volumesOf } from '../support/ranks.ts';

// Whole runs by several ranks, which are processes and learn what they are from the environment: many-nodes.slow.test.ts.

let cohort: Awaited<ReturnType<typeof cohortForRanks>>;
/** The cohort on one node, whose bytes all others have to end in. */
let one: Place;

beforeAll(async () => {
  cohort = await cohortForRanks();
  one = cohort.placeOf('one');
  for (const step of STEPS) await inProcess.command(cohort.command(step, one));
});
afterAll(() => cohort.close());

test('one node leaves volumes and artifacts alone', async () => {
  const patients = Array.from({ length: PATIENTS }, (_, i) => `PHANTOM-00${i + 1}`);
  const folders = Object.keys(await volumesOf(one)).map((key) => key.split('/').slice(0, 2).join('/'));
  const expected = ['interim', 'roi'].flatMap((store) => patients.map((patient) => `${store}/${patient}`));
  expect([...new Set(folders)].sort()).toEqual(
    [
      'interim/BROKEN',
      'interim/cases.json',
      'interim/raw-index.json.gz',
      'roi/rois.json',
      ...expected,
    ].sort(),
  );
  const { summary } = readJson<Cases>(one.artifacts, 'cases/cases.json');
  expect(summary).toEqual({ num_patients: PATIENTS + 1, num_ok: PATIENTS, num_excluded: 1 });
});

test('convert by 2 nodes, of which one is killed at work and started again, ends in the bytes of one', async () => {
  const place = cohort.placeOf('two');
  const rank = (i: number): string[] => [...cohort.command('convert', place, i), '--shard', `${i}/2`];
  const gathering = inProcess.command(rank(0));
  await killedAt(/convert: \S+ ok \[1\/3\b/, startCli(rank(1)));
  const again = await inProcess.command(rank(1));
  expect(again.stdout).toMatch(/^convert: \d ok, \d excluded, 1 done before on rank 1 of 2$/m);
  expect((await gathering).stdout).toContain(`convert: ${PATIENTS} ok, 1 excluded, 1 done before\n`);
  expect(hashesOf(join(place.artifacts, 'cases'))).toEqual(hashesOf(join(one.artifacts, 'cases')));
  const interimOf = async (of: Place) =>
    Object.entries(await volumesOf(of)).filter(([key]) => key.startsWith('interim/'));
  expect(await interimOf(place)).toEqual(await interimOf(one));
});

describe('over volumes that are done', () => {
  /** Convert as rank `i/n`, told by `--shard`, with artifacts of its own. */
  function share(artifacts: string, shard: string, ...more: string[]): string[] {
    return [...cohort.command('convert', { ...one, artifacts }), '--shard', shard, ...more];
  }

  test('rank 0 says which rank never came and writes nothing; started again it ends well', async () => {
    const artifacts = temporaryFolder();
    await inProcess.command(share(artifacts, '1/3'));
    const { stderr } = await inProcess.command(share(artifacts, '0/3', '--gather-timeout', '1'), 1);
    expect(stderr).toContain('swinprep: convert: nothing came from rank 2 of 3 in 1 s (--gather-timeout)');
    expect(existsSync(join(artifacts, 'cases'))).toBe(false);
    await inProcess.command(share(artifacts, '2/3'));
    const done = await inProcess.command(share(artifacts, '0/3'));
    expect(done.stdout).toContain(`${PATIENTS} ok, 1 excluded, ${PATIENTS + 1} done before`);
    expect(readJson(artifacts, 'cases/cases.json')).toEqual(readJson(one.artifacts, 'cases/cases.json'));
  });

  test('there may be more ranks than patients, and --max-excluded counts those of all, on rank 0', async () => {
    const artifacts = temporaryFolder();
    const ranks = PATIENTS + 2;
    const others = Array.from({ length: ranks - 1 }, (_, i) =>
      inProcess.command(share(artifacts, `${i + 1}/${ranks}`, '--max-excluded', '0')),
    );
    await Promise.all([
      ...others,
      inProcess.command(share(artifacts, `0/${ranks}`, '--max-excluded', '0'), 2),
    ]);
    expect(Object.keys(await volumesOf(one)).filter((key) => key.includes('.part'))).toEqual([]);
  });
});
