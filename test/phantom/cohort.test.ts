import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { planPatient } from '../../src/phantom/anatomy/plan.ts';
import {
  type PhantomFile,
  type PhantomOptions,
  phantomFiles,
  phantomPatient,
} from '../../src/phantom/cohort.ts';

const tiny: PhantomOptions = { patients: 2, full: 0, gridSize: 40 };
const tinyFiles = [...phantomFiles(tiny)];

function digests(files: Iterable<PhantomFile>): Map<string, string> {
  const entries = Array.from(files, ({ key, bytes }) => {
    return [key, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return new Map(entries);
}

test('the same options give the same bytes; a larger cohort holds the smaller one', () => {
  const two = digests(tinyFiles);
  const three = digests(phantomFiles({ ...tiny, patients: 3 }));
  expect(two.size).toBeGreaterThan(100);
  for (const [key, digest] of two) if (key !== 'clinical.csv') expect(three.get(key), key).toBe(digest);
  expect(digests(phantomFiles(tiny))).toEqual(two);
});

test('another seed gives other patients', () => {
  const [one] = tinyFiles;
  const [other] = phantomFiles({ ...tiny, patients: 1, seed: 2 });
  expect(one.key).not.toBe(other.key);
  const sizes = [1, 2].map((seed) =>
    phantomPatient(0, { ...tiny, seed }).tumor.data.reduce((a, b) => a + b, 0),
  );
  expect(sizes[0]).not.toBe(sizes[1]);
});

test('files lie as in a TCIA download and end with the clinical table in its columns', () => {
  const files = tinyFiles.slice(0, -1);
  const table = tinyFiles.at(-1)!;
  for (const { key } of files)
    expect(key).toMatch(/^raw\/PHANTOM-00[12]\/2\.25\.\d+\/2\.25\.\d+\/1-\d+\.dcm$/);
  expect(new Set(files.map(({ key }) => key)).size).toBe(files.length);
  expect(table.key).toBe('clinical.csv');
  const [header, ...rows] = new TextDecoder().decode(table.bytes).trimEnd().split('\r\n');
  expect(header).toBe(
    'PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,Survival.time,deadstatus.event',
  );
  expect(rows.map((row) => row.split(',').length)).toEqual([10, 10]);
  expect(rows.map((row) => row.split(',')[5])).toEqual([planPatient(1, 0).stage, planPatient(1, 1).stage]);
});

test.each([1, 2, 3, 99])(
  'with seed %i, from six patients on every stage occurs and exactly one is NA',
  (seed) => {
    for (const patients of [6, 7, 12, 50]) {
      const stages = Array.from({ length: patients }, (_, index) => planPatient(seed, index).stage);
      expect(new Set(stages)).toEqual(new Set(['I', 'II', 'IIIa', 'IIIb', 'NA']));
      expect(stages.filter((stage) => stage === 'NA')).toHaveLength(1);
    }
  },
);

test('a cohort mixes mask objects, pixel encodings, numberings, sites and margins', () => {
  const plans = Array.from({ length: 12 }, (_, index) => planPatient(1, index));
  const distinct = (f: (plan: (typeof plans)[number]) => string) => new Set(plans.map(f)).size;
  expect(distinct((plan) => `${plan.maskObject} ${plan.stored}`)).toBe(4);
  expect(distinct((plan) => plan.numbering)).toBe(3);
  expect(distinct((plan) => `${plan.tumour.site} ${plan.tumour.margin}`)).toBe(9);
});

test('tumours span about 1 to 300 ml and have about the planned volume', () => {
  const planned = Array.from({ length: 200 }, (_, index) => planPatient(1, index).tumour.volumeMl);
  expect(Math.min(...planned)).toBeLessThan(3);
  expect(Math.max(...planned)).toBeGreaterThan(250);
  expect(Math.min(...planned)).toBeGreaterThan(1);
  expect(Math.max(...planned)).toBeLessThan(300);
  for (let index = 0; index < 6; index++) {
    const { tumor, plan } = phantomPatient(index, { patients: 6, full: 0, gridSize: 128 });
    const [dx, dy, dz] = tumor.geometry.spacingMm;
    const ml = (tumor.data.reduce((a, b) => a + b, 0) * dx * dy * dz) / 1000;
    expect(ml / plan.tumour.volumeMl, plan.patientId).toBeGreaterThan(0.7);
    expect(ml / plan.tumour.volumeMl, plan.patientId).toBeLessThan(1.3);
  }
});

test('options out of range are refused with their name', () => {
  expect(() => [...phantomFiles({ patients: 0 })]).toThrow(UsageError);
  expect(() => [...phantomFiles({ patients: 1.5 })]).toThrow(/patients/);
  expect(() => phantomPatient(0, { patients: 1, seed: -1 })).toThrow(/seed/);
  expect(() => phantomPatient(2, { patients: 2 })).toThrow(/not among the 2/);
});
