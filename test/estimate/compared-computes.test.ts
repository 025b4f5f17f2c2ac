import { expect, it } from 'vitest';
import { compareComputes } from '../../src/estimate/compared-computes.ts';
import type { RunPlan } from '../../src/estimate/node-use.ts';
import { type ComparedPrices, parsePrices } from '../../src/estimate/prices.ts';
import { sizesOf } from '../../src/estimate/request-pattern.ts';

const MIB = 2 ** 20;

/** Patients of so many files of as many bytes, and one of none. */
function patients(count: number, files: number, bytes: number, ending: string) {
  const blobs = [
    ...Array.from({ length: files }, (_, i) => ({ key: `${i}.${ending}`, bytes })),
    { key: 'record.json', bytes: 0 },
  ];
  return sizesOf(Array.from({ length: count }, () => ({ folder: true, blobs })));
}

/** On one node: 3 lists of the whole and 10 of patients; 110 raw files, 10 volumes, 40 records and 3 of the run; 41 blobs. */
const sizes = {
  raw: patients(10, 10, MIB, 'dcm'),
  interim: patients(10, 1, 8 * MIB, 'nii.gz'),
  roi: patients(10, 1, 8 * MIB, 'nii.gz'),
  headers: 0,
};
const REQUESTS = { lists: 13, reads: 164, writes: 41 };

/** A core for four hours on 2 nodes of 4: half an hour. 0.1 h until they work, 0.05 h of idling. */
const plan: RunPlan = {
  ...{ nodes: 1, coresPerNode: 4, coreMinutes: 240, startMinutes: 6, idleMinutes: 3 },
  ...{ serverlessStartMinutes: 12, repeatedWork: 0, egressGb: 2 },
};

const prices: ComparedPrices = {
  currency: 'EUR',
  coreHour: { dedicated: 0.5, lowPriority: 0.125, serverlessSpot: 0.0625 },
  clusterMonth: 7,
  storageGbMonth: 0.25,
  writes10000: 100,
  lists10000: 100,
  reads10000: 10,
  egressGb: 0.125,
};

const near = (value: number) => expect.closeTo(value, 12);

it('three computes are compared by their own price, start and idling', () => {
  // Requests: (41 + 13) / 10 000 of 100, 164 / 10 000 of 10: 0.54 + 0.164. Egress: 2 GB of 0.125.
  const [requests, egress] = [near(0.704), near(0.25)];
  const found = compareComputes(sizes, plan, prices);
  expect(found).toEqual({
    workCoreHours: 4,
    storedGb: { raw: 100 / 1024, interim: 80 / 1024, roi: 80 / 1024 },
    egressGb: 2,
    currency: 'EUR',
    storageMonth: near((260 / 1024) * 0.25),
    computes: [
      {
        compute: 'dedicated',
        coreHourPrice: 0.5,
        nodeHourPrice: 2,
        repeatedWork: 0,
        nodeStarts: 1,
        // 4 core hours on 4 cores: an hour; 6 minutes of start before it, 3 of idling after.
        wallHours: near(1.1),
        nodeHours: near(1.15),
        paidCoreHours: near(4.6),
        requests: REQUESTS,
        cost: { compute: near(2.3), requests, egress, run: near(3.254) },
        cheapestSaves: { amount: near(1.85), share: near(1.85 / 3.254) },
        keptMonth: 7,
      },
      {
        compute: 'lowPriority',
        coreHourPrice: 0.125,
        nodeHourPrice: 0.5,
        repeatedWork: 0,
        nodeStarts: 1,
        wallHours: near(1.1),
        nodeHours: near(1.15),
        paidCoreHours: near(4.6),
        requests: REQUESTS,
        cost: { compute: near(0.575), requests, egress, run: near(1.529) },
        cheapestSaves: { amount: near(0.125), share: near(0.125 / 1.529) },
        keptMonth: 7,
      },
      {
        compute: 'serverlessSpot',
        coreHourPrice: 0.0625,
        nodeHourPrice: 0.25,
        repeatedWork: 0,
        nodeStarts: 4,
        // The hour, and 12 minutes of start for each of four steps.
        wallHours: near(1.8),
        nodeHours: near(1.8),
        paidCoreHours: near(7.2),
        requests: REQUESTS,
        cost: { compute: near(0.45), requests, egress, run: near(1.404) },
        cheapestSaves: { amount: 0, share: 0 },
        keptMonth: 0,
      },
    ],
    cheapest: ['serverlessSpot'],
    notCompared: [],
  });
});

it('of several nodes, split starts one; work is done again on nodes that are taken away, and on no others', () => {
  const { computes } = compareComputes(sizes, { ...plan, nodes: 2, repeatedWork: 0.25 }, prices);
  expect(
    computes.map(({ repeatedWork, nodeStarts, wallHours, nodeHours, paidCoreHours }) => ({
      ...{ repeatedWork, nodeStarts, wallHours, nodeHours, paidCoreHours },
    })),
  ).toEqual([
    // Half an hour of work, 0.15 h of start and idling, on 2 nodes.
    { repeatedWork: 0, nodeStarts: 2, wallHours: near(0.6), nodeHours: near(1.3), paidCoreHours: near(5.2) },
    // 5 core hours in place of 4: 0.625 h.
    {
      repeatedWork: 0.25,
      nodeStarts: 2,
      wallHours: near(0.725),
      nodeHours: near(1.55),
      paidCoreHours: near(6.2),
    },
    // Three steps of 2 nodes and one of 1 start in 0.2 h each: 1.4 h, beside 2 of 0.625 h.
    {
      repeatedWork: 0.25,
      nodeStarts: 7,
      wallHours: near(1.425),
      nodeHours: near(2.65),
      paidCoreHours: near(10.6),
    },
  ]);
  // Two ranks: 6 lists of the whole, 30 of patients; 6 parts are written and read. A quarter more, to the nearest.
  expect(computes.map(({ requests }) => requests)).toEqual([
    { lists: 36, reads: 171, writes: 47 },
    { lists: 45, reads: 214, writes: 59 },
    { lists: 45, reads: 214, writes: 59 },
  ]);
});

it('computes that cost the same are cheapest together, and one without a price is left out', () => {
  // A node hour costs all the same: serverless has four starts for one start and the idling.
  const same = {
    ...prices,
    clusterMonth: undefined,
    coreHour: { dedicated: 0.1, lowPriority: 0.1, serverlessSpot: 0.1 },
  };
  const all = compareComputes(sizes, plan, same);
  expect(all.cheapest).toEqual(['dedicated', 'lowPriority']);
  // 2.6 core hours of 0.1 more.
  expect(all.computes.map(({ cheapestSaves }) => cheapestSaves.amount)).toEqual([0, 0, near(0.26)]);
  expect(all.computes.some((one) => 'keptMonth' in one)).toBe(false);
  // A cluster of 13 a month: 50 runs.
  expect(compareComputes(sizes, plan, { ...same, clusterMonth: 13 }).evenRunsMonth).toBeCloseTo(50, 9);
  expect(all).not.toHaveProperty('evenRunsMonth');
  const one = compareComputes(sizes, plan, { ...prices, coreHour: { lowPriority: 0.1 } });
  expect(one).toMatchObject({ cheapest: ['lowPriority'], notCompared: ['dedicated', 'serverlessSpot'] });
  expect(one.computes).toHaveLength(1);
});

it('what costs nothing saves nothing', () => {
  const free = { ...prices, coreHour: { dedicated: 0, serverlessSpot: 0 }, egressGb: 0 };
  const asked = { writes10000: 0, lists10000: 0, reads10000: 0 };
  const { cheapest, computes } = compareComputes(sizes, plan, { ...free, ...asked });
  expect(cheapest).toEqual(['dedicated', 'serverlessSpot']);
  expect(computes.map(({ cheapestSaves }) => cheapestSaves)).toEqual([
    { amount: 0, share: 0 },
    { amount: 0, share: 0 },
  ]);
});

it('prices of several computes are read from YAML', () => {
  const text = [
    ...['currency: EUR', 'coreHour:', '  lowPriority: 0.01', '  serverlessSpot: 0.02', 'clusterMonth: 3'],
    ...['storageGbMonth: 0', 'writes10000: 0', 'lists10000: 0', 'reads10000: 0', 'egressGb: 0'],
  ];
  expect(parsePrices('p.yml', text.join('\n'))).toMatchObject({
    coreHour: { lowPriority: 0.01, serverlessSpot: 0.02 },
    clusterMonth: 3,
  });
});
