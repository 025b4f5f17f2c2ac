import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cases } from '../../src/dataset/cases.ts';
import { writePhantom } from '../../src/demo/write-phantom.ts';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { type CliResult, cli, hashesOf, readJson, startCli, temporaryFolder } from '../support/cli.ts';
import { gather } from '../support/gather.ts';

const PATIENTS = 5;

/** Coarse and small: what is done counts here, not how well. */
const CONFIG = `
resample: {spacingMm: [2, 2, 6]}
roi: {patch: 96x96x32}
output: {auditVolumes: false, gzipLevelInt: 1}
`;
const config = join(temporaryFolder(), 'config.yml');

let azurite: Azurite;

beforeAll(async () => {
  writeFileSync(config, CONFIG);
  azurite = await startAzurite();
  const container = `${azurite.url}/cohort`;
  await writePhantom(container, { patients: PATIENTS, full: 0 });
  await (await openStore(container)).write('raw/BROKEN.zip', new TextEncoder().encode('no zip at all'));
});
afterAll(() => azurite.close());

/** Where a run with some number of ranks writes: volumes in Azurite, artifacts in a folder that all ranks see. */
interface Place {
  readonly volumes: string;
  readonly artifacts: string;
}

function placeOf(name: string): Place {
  return { volumes: `${azurite.url}/cohort/${name}`, artifacts: temporaryFolder() };
}

const STEPS = ['convert', 'split', 'pass1-stats', 'pass2-write'] as const;
type Step = (typeof STEPS)[number];

/** What a rank is started with. No rank but 0 may write an artifact: it would lie `elsewhere`. */
function command(step: Step, { volumes, artifacts }: Place, rank = 0): string[] {
  const at = (name: string): string => join(artifacts, name);
  const [raw, clinical] = ['raw', 'clinical.csv'].map((name) => `${azurite.url}/cohort/${name}`);
  const from = (...names: string[]): string[] => names.flatMap((name) => [`--${name}`, at(name)]);
  const to = (name: string): string[] => [`--${name}`, at(rank === 0 ? name : 'elsewhere')];
  const interim = ['--interim', `${volumes}/interim`];
  const workers = ['--workers', '1'];
  switch (step) {
    case 'convert':
      return [step, '--raw', raw, ...interim, ...to('cases'), '--config', config, ...workers];
    case 'split':
      return [step, '--clinical', clinical, ...from('cases'), ...to('split')];
    case 'pass1-stats':
      return [step, ...interim, ...from('cases', 'split'), ...to('stats'), ...workers];
    case 'pass2-write': {
      const roi = ['--roi', `${volumes}/roi`];
      return [step, ...interim, ...roi, ...from('cases', 'split', 'stats'), ...to('manifest'), ...workers];
    }
  }
}

function startRank(step: Step, place: Place, rank: number, ranks: number) {
  const env = { RANK: String(rank), WORLD_SIZE: String(ranks) };
  return startCli(command(step, place, rank), env);
}

/** All ranks of a step at once; every one has to end well. */
async function runRanks(step: Step, place: Place, ranks: number): Promise<CliResult[]> {
  const results = await Promise.all(
    Array.from({ length: ranks }, (_, rank) => startRank(step, place, rank, ranks).ended),
  );
  for (const { code, stdout, stderr } of results) if (code !== 0) throw new Error(stdout + stderr);
  return results;
}

/** Kills a rank without warning when its standard error shows `sign`. */
async function killedAt(sign: RegExp, started: ReturnType<typeof startRank>): Promise<void> {
  let seen = '';
  started.child.stderr!.on('data', (text: string) => {
    seen += text;
    if (sign.test(seen)) started.child.kill('SIGKILL');
  });
  expect((await started.ended).code).toBeNull();
  expect(seen).toMatch(sign);
}

/** Content of every blob below the volumes, by key. */
async function volumesOf({ volumes }: Place): Promise<Record<string, string>> {
  const entries = await gather((await openStore(volumes)).list());
  return Object.fromEntries(entries.map(({ key, version }) => [key, version]));
}

/** The cohort on one node, whose bytes all others have to end in. */
const one: Place = { volumes: '', artifacts: temporaryFolder() };

beforeAll(async () => {
  Object.assign(one, { volumes: `${azurite.url}/cohort/one` });
  for (const step of STEPS) await runRanks(step, one, 1);
});

async function expectSame(place: Place): Promise<void> {
  expect(hashesOf(place.artifacts)).toEqual(hashesOf(one.artifacts));
  expect(await volumesOf(place)).toEqual(await volumesOf(one));
}

test('one node leaves volumes and artifacts alone', async () => {
  const patients = Array.from({ length: PATIENTS }, (_, i) => `PHANTOM-00${i + 1}`);
  const folders = Object.keys(await volumesOf(one)).map((key) => key.split('/').slice(0, 2).join('/'));
  const expected = ['interim', 'roi'].flatMap((store) => patients.map((patient) => `${store}/${patient}`));
  expect([...new Set(folders)].sort()).toEqual(
    ['interim/BROKEN', 'interim/cases.json', 'roi/rois.json', ...expected].sort(),
  );
  const { summary } = readJson<Cases>(one.artifacts, 'cases/cases.json');
  expect(summary).toEqual({ num_patients: PATIENTS + 1, num_ok: PATIENTS, num_excluded: 1 });
});

describe('the same bytes come', () => {
  test('from 3 nodes, of which one is killed at work and started again', async () => {
    const place = placeOf('three');
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
    const place = placeOf('five');
    await runRanks('convert', place, 5);
    await cli(command('split', place));
    await runRanks('pass1-stats', place, 5);
    await killedAt(/rank 0 waits for ranks 1, 2, 3, 4 of 5/, startRank('pass2-write', place, 0, 5));
    expect(existsSync(join(place.artifacts, 'manifest'))).toBe(false);
    const again = (await runRanks('pass2-write', place, 5))[0];
    expect(again.stdout).toMatch(/^pass2-write: 5 ok, 0 excluded, 1 done before$/m);
    await expectSame(place);
  });
});

describe('over volumes that are done', () => {
  /** Convert as rank `i/n`, told by `--shard`, with artifacts of its own. */
  function share(artifacts: string, shard: string, ...more: string[]): string[] {
    return [...command('convert', { ...one, artifacts }), '--shard', shard, ...more];
  }

  test('rank 0 says which rank never came and writes nothing; started again it ends well', async () => {
    const artifacts = temporaryFolder();
    await cli(share(artifacts, '1/3'));
    const { stderr } = await cli(share(artifacts, '0/3', '--gather-timeout', '1'), 1);
    expect(stderr).toContain('swinprep: convert: nothing came from rank 2 of 3 in 1 s (--gather-timeout)');
    expect(existsSync(join(artifacts, 'cases'))).toBe(false);
    await cli(share(artifacts, '2/3'));
    const done = await cli(share(artifacts, '0/3'));
    expect(done.stdout).toContain(`${PATIENTS} ok, 1 excluded, ${PATIENTS + 1} done before`);
    expect(readJson(artifacts, 'cases/cases.json')).toEqual(readJson(one.artifacts, 'cases/cases.json'));
  });

  test('there may be more ranks than patients, and --max-excluded counts those of all, on rank 0', async () => {
    const artifacts = temporaryFolder();
    const ranks = PATIENTS + 2;
    const others = Array.from({ length: ranks - 1 }, (_, i) =>
      cli(share(artifacts, `${i + 1}/${ranks}`, '--max-excluded', '0')),
    );
    await Promise.all([...others, cli(share(artifacts, `0/${ranks}`, '--max-excluded', '0'), 2)]);
    expect(Object.keys(await volumesOf(one)).filter((key) => key.includes('.part'))).toEqual([]);
  });
});
