import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, cli, hashesOf, killedAt, startCli } from '../support/cli.ts';
import { cohortForRanks, PATIENTS, type Place, STEPS, type Step, volumesOf } from '../support/ranks.ts';

let cohort: Awaited<ReturnType<typeof cohortForRanks>>;
/** The cohort on one node, whose bytes all others have to end in. */
let one: Place;

function startRank(step: Step, place: Place, rank: number, ranks: number) {
  const env = { RANK: String(rank), WORLD_SIZE: String(ranks) };
  return startCli(cohort.command(step, place, rank), env);
}

/** All ranks of a step at once; every one has to end well. */
async function runRanks(step: Step, place: Place, ranks: number): Promise<CliResult[]> {
  const results = await Promise.all(
    Array.from({ length: ranks }, (_, rank) => startRank(step, place, rank, ranks).ended),
  );
  for (const { code, stdout, stderr } of results) if (code !== 0) throw new Error(stdout + stderr);
  return results;
}

beforeAll(async () => {
  cohort = await cohortForRanks();
  one = cohort.placeOf('one');
  for (const step of STEPS) await runRanks(step, one, 1);
});
afterAll(() => cohort.close());

async function expectSame(place: Place): Promise<void> {
  expect(hashesOf(place.artifacts)).toEqual(hashesOf(one.artifacts));
  expect(await volumesOf(place)).toEqual(await volumesOf(one));
}

describe('the same bytes come', () => {
  test('from 3 nodes, of which one is killed at work and started again', async () => {
    const place = cohort.placeOf('three');
    const [first, killed, last] = [0, 1, 2].map((rank) => startRank('convert', place, rank, 3));
    await killedAt(/convert: \S+ ok \[1\/2\b/, killed);
    const again = await startRank('convert', place, 1, 3).ended;
    expect(again.stdout).toMatch(/^convert: 2 ok, 0 excluded, 1 done before on rank 1 of 3$/m);
    expect((await last.ended).code).toBe(0);
    const { code, stdout } = await first.ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`convert: ${PATIENTS} ok, 1 excluded, 1 done before\n`);
    const splits = await runRanks('split', place, 3);
    expect(splits.map((result) => result.stdout.split('\n', 1)[0])).toEqual([
      expect.stringMatching(/^split: \d ok/),
      'split: rank 0 of 3 does it, this is rank 1',
      'split: rank 0 of 3 does it, this is rank 2',
    ]);
    await runRanks('pass1-stats', place, 3);
    await runRanks('pass2-write', place, 3);
    await expectSame(place);
  });

  test('from 5 nodes, of which the gathering one is killed and started again', async () => {
    const place = cohort.placeOf('five');
    await runRanks('convert', place, 5);
    await cli(cohort.command('split', place));
    await runRanks('pass1-stats', place, 5);
    await killedAt(/rank 0 waits for ranks 1, 2, 3, 4 of 5/, startRank('pass2-write', place, 0, 5));
    expect(existsSync(join(place.artifacts, 'manifest'))).toBe(false);
    const again = (await runRanks('pass2-write', place, 5))[0];
    expect(again.stdout).toMatch(/^pass2-write: 5 ok, 0 excluded, 1 done before$/m);
    await expectSame(place);
  });
});
