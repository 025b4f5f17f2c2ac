import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parsePrices } from '../../src/estimate/prices.ts';
import {
  getsOf,
  type PatientBlobs,
  putsOf,
  requestsOfRun,
  sizesOf,
} from '../../src/estimate/request-pattern.ts';
import { estimateRun, GB, scaledUp } from '../../src/estimate/run-cost.ts';

const MIB = 2 ** 20;

/** Ten patients of 100 files of half a MiB: 0.5 GB but for 12 MiB. */
const raw = sizesOf(patients(10, 100, MIB / 2, 'dcm'));
/** A CT of 40 MiB and a record each. */
const interim = sizesOf(patients(10, 1, 40 * MIB, 'nii.gz', 1));
/** Two volumes of 10 MiB and two small files each. */
const roi = sizesOf(patients(10, 2, 10 * MIB, 'nii.gz', 2));

function patients(count: number, large: number, bytes: number, ending: string, small = 0): PatientBlobs[] {
  const blobs = [
    ...Array.from({ length: large }, (_, i) => ({ key: `${i}.${ending}`, bytes })),
    ...Array.from({ length: small }, (_, i) => ({ key: `${i}.json`, bytes: 0 })),
  ];
  return Array.from({ length: count }, () => ({ folder: true, blobs }));
}

describe('a blob', () => {
  it.each([
    [0, 1, 1],
    [8 * MIB, 1, 1],
    [8 * MIB + 1, 2, 1],
    [16 * MIB, 2, 1],
    [16 * MIB + 1, 3, 4],
    [40 * MIB, 5, 6],
  ])('of %i bytes takes %i reads and %i writes', (bytes, reads, writes) => {
    expect([getsOf(bytes), putsOf(bytes)]).toEqual([reads, writes]);
  });
});

describe('the requests of a run', () => {
  it('on one node: listings of the cohort, one of each patient, headers, raw and interim once', () => {
    expect(requestsOfRun({ raw, interim, roi, headers: 20 }, 1)).toEqual({
      lists: 3 + 10,
      reads: 20 + 1 + 1000 + 50 + 10 * 4 + 3,
      writes: 10 * (6 + 1) + 10 * 4 + 1 + 1,
    });
  });

  it('on three nodes: each lists every patient, and leaves a part of three steps', () => {
    expect(requestsOfRun({ raw, interim, roi, headers: 20 }, 3)).toEqual({
      lists: 3 * 3 + 10 * (1 + 3),
      reads: 3 * (20 + 1) + 1000 + 50 + 10 * 4 + 3 + 9,
      writes: 10 * (6 + 1) + 10 * 4 + 1 + 3 + 9,
    });
  });

  it('lists a patient of more than 5000 files by pages, and an archive not at all', () => {
    expect(sizesOf(patients(1, 5001, 1, 'dcm')).listPages).toBe(2);
    const archive = { folder: false, blobs: [{ key: 'P.zip', bytes: 20 * MIB }] };
    expect(sizesOf([archive])).toMatchObject({ listPages: 0, gets: 3 });
  });
});

const plan = {
  ...{ nodes: 2, coresPerNode: 4, startMinutes: 6, idleMinutes: 3, egressGb: 2, coreMinutes: 240 },
  ...{ serverlessStartMinutes: 12, repeatedWork: 0 },
};

describe('an estimate', () => {
  const prices = {
    currency: 'EUR',
    coreHour: 0.5,
    storageGbMonth: 0.25,
    writes10000: 10,
    lists10000: 20,
    reads10000: 4,
    egressGb: 0.125,
  };
  const found = estimateRun({ raw, interim, roi, headers: 0 }, plan, prices);

  it('pays for work, start and idling of each node', () => {
    // 4 core hours over 8 cores: half an hour; then 0.1 h of start and 0.05 h of idling, on 2 nodes.
    expect(found).toMatchObject({ workCoreHours: 4, wallHours: 0.6 });
    expect(found.nodeHours).toBeCloseTo(1.3, 12);
    expect(found.paidCoreHours).toBeCloseTo(5.2, 12);
    expect(found.cost.compute).toBeCloseTo(2.6, 12);
  });

  it('does work and requests again where nodes are taken away, and starts no node for it', () => {
    const again = estimateRun({ raw, interim, roi, headers: 0 }, { ...plan, repeatedWork: 0.25 }, prices);
    // 5 core hours over 8 cores, 0.15 h of start and idling: 0.775 h on 2 nodes.
    expect(again).toMatchObject({ workCoreHours: 4, repeatedWork: 0.25, wallHours: 0.725 });
    expect(again.nodeHours).toBeCloseTo(1.55, 12);
    // A quarter more than 36, 1101 and 117.
    expect(again.requests).toEqual({ lists: 45, reads: 1376, writes: 146 });
  });

  it('pays for 10 000 requests of each kind', () => {
    expect(found.requests).toEqual({ lists: 36, reads: 1101, writes: 117 });
    expect(found.cost.requests).toBeCloseTo(0.117 + 0.072 + 0.4404, 12);
  });

  it('pays for what is stored by the month and for what leaves', () => {
    expect(found.storedGb).toEqual({ raw: 500 / 1024, interim: 400 / 1024, roi: 200 / 1024 });
    expect(found.cost.storageMonth).toBeCloseTo((1100 / 1024) * 0.25, 12);
    expect(found.cost.egress).toBe(0.25);
    expect(found.cost.run).toBeCloseTo(2.6 + 0.6294 + 0.25, 12);
  });
});

it('a sample grows: volumes with the raw bytes, small files with the patients', () => {
  const sample = sizesOf(patients(2, 1, 40 * MIB, 'nii.gz', 1));
  expect(scaledUp(sample, 10, 5)).toEqual(interim);
  // Ten patients with twice the raw bytes each.
  const larger = scaledUp(sample, 10, 10);
  expect(larger).toMatchObject({ patients: 10, blobs: 20, bytes: 10 * 80 * MIB });
  expect(larger.puts).toBe(20 + 10 * 10);
  expect(GB).toBe(1024 * MIB);
});

describe('prices', () => {
  const text = ['currency: EUR', 'coreHour: 0.01', 'storageGbMonth: 0.02', 'writes10000: 0.05'];
  const rest = ['lists10000: 0.05', 'reads10000: 0.004', 'egressGb: 0'];

  it('are read from YAML', () => {
    expect(parsePrices('p.yml', [...text, ...rest].join('\n'))).toMatchObject({
      coreHour: 0.01,
      egressGb: 0,
    });
  });

  it.each([
    ['missing', text.join('\n'), /reads10000: must be a number/],
    [
      'not filled in',
      [...text, ...rest.slice(1), 'lists10000: PUT-IN'].join('\n'),
      /lists10000: must be a number/,
    ],
    ['negative', [...text, ...rest.slice(0, 2), 'egressGb: -1'].join('\n'), /egressGb: must not be negative/],
    ['unknown', [...text, ...rest, 'coreHours: 1'].join('\n'), /coreHours: unknown key/],
    [
      'of a cluster, and of no compute',
      [...text, ...rest, 'clusterMonth: 1'].join('\n'),
      /clusterMonth: unknown key/,
    ],
    [
      'of an unknown compute',
      ['coreHour: {dedicated: 1, spot: 1}', ...rest].join('\n'),
      /coreHour\.spot: unknown key/,
    ],
    [
      'not filled in for a compute',
      ['coreHour: {dedicated: 1, serverlessSpot: PUT-IN}', ...rest].join('\n'),
      /coreHour\.serverlessSpot: must be a number: put in/,
    ],
    [
      'of no compute',
      ['coreHour: {}', ...rest].join('\n'),
      /coreHour: must have one of dedicated, lowPriority, serverlessSpot/,
    ],
    ['of several computes in a list', ['coreHour: [1, 2]', ...rest].join('\n'), /coreHour: /],
    ['no YAML', '{', /p\.yml: is no valid YAML/],
  ])('are refused where one is %s', (_, prices, message) => {
    expect(() => parsePrices('p.yml', prices)).toThrow(UsageError);
    expect(() => parsePrices('p.yml', prices)).toThrow(message);
  });
});
