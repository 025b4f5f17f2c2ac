import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ComputeComparison } from '../../src/estimate/compared-computes.ts';
import type { CohortFacts } from '../../src/estimate/estimate.ts';
import type { RunEstimate } from '../../src/estimate/run-cost.ts';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { startProxy } from '../support/azure/proxy.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { SALT } from '../support/converted.ts';
import { gather } from '../support/gather.ts';
import * as inProcess from '../support/in-process.ts';
import { IDENTITY_REMOVED, laidObjects, laidOut, NAMES, named } from '../support/layouts.ts';
import { writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 4;
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
`;
const PRICES = `
currency: EUR
coreHour: 0.5
storageGbMonth: 1
writes10000: 1
lists10000: 1
reads10000: 1
egressGb: 1
`;

let azurite: Azurite;
let proxy: Awaited<ReturnType<typeof startProxy>>;
const folder = temporaryFolder();
const prices = join(folder, 'prices.yml');
const counted = { lists: 0, reads: 0, writes: 0 };

const at = (name: string): string => `${azurite.url}/cohort/${name}`;
const PLAN = ['--cores', '4', '--start-minutes', '3', '--idle-minutes', '2'];

async function estimate(...more: string[]): Promise<CohortFacts & RunEstimate> {
  return JSON.parse((await printed(prices, '--json', ...more)).stdout) as CohortFacts & RunEstimate;
}

function printed(file: string, ...more: string[]) {
  const nodes = more.includes('--nodes') ? [] : ['--nodes', '1'];
  const args = ['azure', 'estimate', '--raw', at('raw'), '--prices', file, ...PLAN, ...nodes];
  return inProcess.command([...args, ...more]);
}

beforeAll(async () => {
  writeFileSync(prices, PRICES);
  writeFileSync(join(folder, 'config.yml'), CONFIG);
  azurite = await startAzurite();
  proxy = await startProxy(azurite.url, ({ method, url = '' }) => {
    if (new URL(url, 'http://localhost').searchParams.get('comp') === 'list') counted.lists++;
    else if (method === 'PUT') counted.writes++;
    else if (method !== 'DELETE') counted.reads++;
    return false;
  });
  await writePhantoms(`${azurite.url}/cohort`, PATIENTS);
  const seen = (name: string): string => `${proxy.url}/cohort/${name}`;
  await inProcess.preprocess({
    ...{ raw: seen('raw'), clinical: seen('clinical.csv'), out: seen('out') },
    ...{ artifacts: join(folder, 'artifacts'), config: join(folder, 'config.yml'), profile: true },
  });
});
afterAll(async () => {
  await proxy.close();
  await azurite.close();
});

describe('an estimate by what a run has left', () => {
  const stores = (): string[] => ['--interim', at('out/interim'), '--roi', at('out/roi')];

  test('counts the requests that the run made', async () => {
    const { requests } = await estimate('--core-minutes', '3', ...stores());
    for (const kind of ['lists', 'reads', 'writes'] as const) {
      expect(requests[kind]).toBeGreaterThan(0.9 * counted[kind]);
      expect(requests[kind]).toBeLessThan(1.1 * counted[kind]);
    }
  });

  test('counts the bytes that are stored, and works the hours out', async () => {
    const found = await estimate('--core-minutes', '3', ...stores());
    const stored = async (name: string): Promise<number> =>
      (await gather((await openStore(at(name))).list()))
        .filter(({ key }) => key.includes('/'))
        .reduce((sum, { bytes }) => sum + bytes, 0);
    expect(found).toMatchObject({ patients: PATIENTS, sampledPatients: PATIENTS, currency: 'EUR' });
    expect(found.storedGb.raw * 2 ** 30).toBeCloseTo(await stored('raw'), 0);
    expect(found.storedGb.interim * 2 ** 30).toBeCloseTo(await stored('out/interim'), 0);
    expect(found.storedGb.roi * 2 ** 30).toBeCloseTo(await stored('out/roi'), 0);
    // 12 core minutes on 4 cores, 5 minutes of start and idling: 8 minutes of a node.
    expect(found.workCoreHours).toBeCloseTo(0.2, 12);
    expect(found.nodeHours).toBeCloseTo(8 / 60, 12);
    expect(found.cost.compute).toBeCloseTo((8 / 60) * 4 * 0.5, 12);
  });

  test('grows with the raw data where the run was over some of the patients', async () => {
    const whole = await estimate('--core-minutes', '3', ...stores());
    const [interim, roi] = [await openStore(at('part/interim')), await openStore(at('part/roi'))];
    for (const [from, to] of [
      [await openStore(at('out/interim')), interim],
      [await openStore(at('out/roi')), roi],
    ])
      for await (const { key } of from.list('PHANTOM-002')) await to.write(key, (await from.read(key))!);
    // What a run keeps for the next one is no patient's.
    await interim.write('.state/split.json', new Uint8Array(1e6));
    const part = await estimate('--core-minutes', '3', '--interim', interim.uri, '--roi', roi.uri);
    expect(part.sampledPatients).toBe(1);
    const ratio = part.storedGb.interim / whole.storedGb.interim;
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
    const sampled = await gather(interim.list('PHANTOM-002'));
    const raw = await gather((await openStore(at('raw'))).list('PHANTOM-002'));
    const sum = (files: readonly { bytes: number }[]): number =>
      files.reduce((all, { bytes }) => all + bytes, 0);
    expect(part.storedGb.interim).toBeCloseTo((sum(sampled) / sum(raw)) * part.storedGb.raw, 9);
  });
});

test('an estimate by the profiles of a run has its work', async () => {
  const ratios = ['--interim-ratio', '1', '--roi-ratio', '1'];
  const found = await estimate('--measured', join(folder, 'artifacts'), ...ratios);
  expect(found.coreMinutesPerPatient).toBeGreaterThan(0);
  expect(found.workCoreHours * 60).toBeCloseTo(PATIENTS * found.coreMinutesPerPatient, 9);
});

test('two ranks list the patients as often as the estimate says', async () => {
  counted.lists = 0;
  const places = ['--raw', `${proxy.url}/cohort/raw`, '--interim', `${proxy.url}/cohort/shared/interim`];
  const rank = (of: string): string[] => [
    'convert',
    ...places,
    '--cases',
    join(folder, 'cases'),
    '--shard',
    of,
    '--workers',
    '1',
  ];
  await Promise.all([inProcess.command(rank('0/2')), inProcess.command(rank('1/2'))]);
  const { requests } = await estimate(
    ...['--core-minutes', '3', '--interim-ratio', '1', '--roi-ratio', '1', '--nodes', '2'],
  );
  expect(requests.lists).toBe(counted.lists);
});

test('an estimate by ratios needs no run', async () => {
  const found = await estimate('--core-seconds-per-gb', '60', '--interim-ratio', '0.5', '--roi-ratio', '2');
  expect(found.storedGb.interim).toBeCloseTo(found.storedGb.raw / 2, 12);
  expect(found.storedGb.roi).toBeCloseTo(found.storedGb.raw * 2, 12);
  expect(found.workCoreHours).toBeCloseTo(found.storedGb.raw / 60, 12);
  expect(found).not.toHaveProperty('sampledPatients');
});

test('the closing lines say what is paid for what', async () => {
  const args = [
    'azure',
    'estimate',
    '--raw',
    at('raw'),
    '--prices',
    prices,
    ...PLAN,
    '--nodes',
    '1',
    '--egress-gb',
    '2',
  ];
  const more = ['--core-minutes', '3', '--interim-ratio', '1', '--roi-ratio', '1'];
  const { stdout } = await cli([...args, ...more]);
  expect(stdout).toMatch(/^cohort +4 patients, 0\.\d GB in \d+ files$/m);
  expect(stdout).toMatch(/^work +0\.20 h of one core, 3\.00 min a patient$/m);
  expect(stdout).toMatch(/^nodes +0\.13 h of a node, 0\.53 h of a core, done after 0\.10 h +0\.27 EUR$/m);
  expect(stdout).toMatch(/^egress +2\.0 GB +2\.00 EUR$/m);
  expect(stdout).toMatch(/^a run +2\.\d\d EUR$/m);
});

describe('an estimate with a price of each compute', () => {
  const WORK = ['--core-minutes', '3', '--interim-ratio', '1', '--roi-ratio', '1'];
  /** Requests are free here, so that what is paid is told by the arithmetic alone. */
  const priced = (name: string, coreHour: string): string => {
    const file = join(folder, name);
    writeFileSync(file, PRICES.replace('coreHour: 0.5', coreHour).replaceAll(/(000|Gb): 1/g, '$1: 0'));
    return file;
  };
  const THREE = 'coreHour: {dedicated: 0.5, lowPriority: 0.2, serverlessSpot: 0.1}';

  test('prints a row of each, the cheapest, and what is taken for granted', async () => {
    const { stdout } = await printed(priced('three.yml', THREE), ...WORK);
    const rows = stdout.split('\n');
    // 12 core minutes on 4 cores: 0.05 h; 3 minutes of start and 2 of idling; serverless 4 starts and no idling.
    expect(rows.slice(rows.indexOf('') + 1)).toEqual([
      'on                    a node hour  node starts  done after  node hours  core hours  compute     requests    egress      a run',
      '--------------------  -----------  -----------  ----------  ----------  ----------  ----------  ----------  ----------  ----------',
      'dedicated cluster     2.0000 EUR             1  0.10 h      0.13 h      0.53 h      0.2667 EUR  0.0000 EUR  0.0000 EUR  0.2667 EUR',
      'low-priority cluster  0.8000 EUR             1  0.10 h      0.13 h      0.53 h      0.1067 EUR  0.0000 EUR  0.0000 EUR  0.1067 EUR',
      'serverless Spot       0.4000 EUR             4  0.25 h      0.25 h      1.00 h      0.1000 EUR  0.0000 EUR  0.0000 EUR  0.1000 EUR',
      '',
      'cheapest  serverless Spot: 0.1667 EUR (63 %) less than dedicated cluster, 0.0067 EUR (6.3 %) less than low-priority cluster',
      'repeated  no work: no low-priority or Spot node is taken away (--repeated-work)',
      'started   serverless nodes anew for each of the four steps; none idles',
      '',
    ]);
    expect(stdout).toMatch(/^requests +\d+ writes, \d+ lists, \d+ reads$/m);
  });

  test('tells the same as JSON', async () => {
    const { stdout } = await printed(priced('three.yml', THREE), ...WORK, '--json');
    const found = JSON.parse(stdout) as CohortFacts & ComputeComparison;
    expect(found).toMatchObject({ patients: PATIENTS, currency: 'EUR', cheapest: ['serverlessSpot'] });
    expect(found).not.toHaveProperty('cost');
    expect(found.computes.map(({ compute, cost }) => [compute, cost.run])).toEqual([
      ['dedicated', expect.closeTo((8 / 60) * 2, 12)],
      ['lowPriority', expect.closeTo((8 / 60) * 0.8, 12)],
      ['serverlessSpot', expect.closeTo(0.25 * 0.4, 12)],
    ]);
  });

  test('counts work that is done again, and the start of a serverless node by itself', async () => {
    const two = priced('two.yml', 'coreHour: {dedicated: 0.5, serverlessSpot: 0.1}\nclusterMonth: 7');
    const more = ['--repeated-work', '0.2', '--serverless-start-minutes', '6'];
    const { stdout } = await printed(two, ...WORK, ...more);
    // 0.06 h of work and four starts of 0.1 h.
    expect(stdout).toMatch(/^serverless Spot +0\.4000 EUR +4 {2}0\.46 h +0\.46 h +1\.84 h +0\.1840 EUR/m);
    expect(stdout).toMatch(/^requests +.* \(dedicated\)\nrequests +.* \(the others\)$/m);
    expect(stdout).toMatch(
      /^repeated {2}20 % of the work, since low-priority and Spot nodes are taken away/m,
    );
    expect(stdout).toMatch(
      /^kept {6}a cluster costs 7\.00 EUR a month while it exists, with no run either$/m,
    );
    expect(stdout).toMatch(/^left out {2}low-priority cluster: no price in coreHour$/m);
    expect(stdout).not.toContain('runs a month');
  });

  test('tells from how many runs a month a cluster pays', async () => {
    const kept = priced('kept.yml', 'coreHour: {lowPriority: 0.1, serverlessSpot: 0.1}\nclusterMonth: 7');
    const { stdout } = await printed(kept, ...WORK);
    // 0.1 in place of 0.4 * 8 / 60: 0.04667 more a run, of which 7 are 150.
    expect(stdout).toMatch(
      /^kept {6}.*\n {10}with fewer than 150 runs a month serverless Spot costs less than cluster and runs$/m,
    );
  });

  test('of one compute compares nothing', async () => {
    const { stdout } = await printed(priced('one.yml', 'coreHour: {dedicated: 50}'), ...WORK);
    expect(stdout).toMatch(/^dedicated cluster +200\.00 EUR /m);
    expect(stdout).not.toMatch(/^(cheapest|repeated|started)/m);
    expect(stdout).toMatch(/^left out {2}low-priority cluster, serverless Spot: no price in coreHour$/m);
  });

  test('of the same price says that none is cheapest', async () => {
    const same = priced('same.yml', 'coreHour: {dedicated: 0.1, lowPriority: 0.1}');
    expect((await printed(same, ...WORK)).stdout).toMatch(
      /^cheapest {2}none: dedicated cluster and low-priority cluster cost the same$/m,
    );
  });

  test('is needed for the start of a serverless node', async () => {
    const args = ['azure', 'estimate', '--raw', at('raw'), '--prices', prices, ...PLAN, '--nodes', '1'];
    const { stderr } = await inProcess.command([...args, ...WORK, '--serverless-start-minutes', '6'], 1);
    expect(stderr).toContain('--serverless-start-minutes: ');
    expect(stderr).toContain('prices.yml has no price coreHour.serverlessSpot');
  });
});

test('an estimate of one compute says what is done again', async () => {
  const work = ['--core-minutes', '3', '--interim-ratio', '1', '--roi-ratio', '1', '--repeated-work', '0.05'];
  expect((await printed(prices, ...work)).stdout).toMatch(/^a run +with 5\.0 % of the work done again +\d/m);
});

test('patients that may not be named by their headers are estimated under the configuration of their run', async () => {
  const identified = await laidObjects(() => ({ [IDENTITY_REMOVED]: undefined }));
  const raw = laidOut(named(identified, NAMES.heap));
  const args = ['azure', 'estimate', '--raw', raw, '--prices', prices, ...PLAN, '--nodes', '1', '--json'];
  const work = ['--core-minutes', '3', '--interim-ratio', '1', '--roi-ratio', '1'];
  const config = join(folder, 'hmac.yml');
  writeFileSync(config, 'privacy: {caseId: hmac}');
  const refused = await inProcess.command([...args, ...work], 1);
  expect(refused.stderr).toContain('set privacy.caseId: hmac');
  const { stdout } = await inProcess.commandHere([...args, ...work, '--config', config], {
    SWINPREP_SALT: SALT,
  });
  expect(JSON.parse(stdout)).toMatchObject({ patients: 3, rawBlobs: identified.length });
});

test.each([
  ['no throughput', ['--interim-ratio', '1', '--roi-ratio', '1'], 'give one of --measured'],
  ['two throughputs', ['--core-minutes', '1', '--core-seconds-per-gb', '1'], 'give one of --measured'],
  ['half of a run', ['--core-minutes', '1', '--interim', 'somewhere'], 'give both --interim and --roi'],
  [
    'a negative amount',
    ['--core-minutes', '1', '--egress-gb', '-1'],
    '--egress-gb: must be a number from 0 on',
  ],
  [
    'less than no repeated work',
    ['--core-minutes', '1', '--repeated-work', '-0.1'],
    '--repeated-work: must be a number from 0 on',
  ],
  ['no work', ['--core-minutes', '0'], '--core-minutes: must be a number above 0'],
])('an estimate with %s is refused', async (_, args, message) => {
  const all = ['azure', 'estimate', '--raw', at('raw'), '--prices', prices, ...PLAN, '--nodes', '1', ...args];
  expect((await inProcess.command(all, 1)).stderr).toContain(message);
});

test('the example of prices is refused until it is filled in', async () => {
  const example = fileURLToPath(new URL('../../infra/prices.example.yml', import.meta.url));
  const args = ['azure', 'estimate', '--raw', at('raw'), '--prices', example, ...PLAN, '--nodes', '1'];
  const { stderr } = await inProcess.command(
    [...args, '--core-minutes', '1', '--interim-ratio', '1', '--roi-ratio', '1'],
    1,
  );
  const computes = ['dedicated', 'lowPriority', 'serverlessSpot'].map((name) => `coreHour.${name}`);
  const others = ['clusterMonth', 'storageGbMonth', 'writes10000', 'lists10000', 'reads10000', 'egressGb'];
  for (const key of [...computes, ...others])
    expect(stderr).toContain(`${key}: must be a number: put in the price of your region`);
});
