import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AssignmentRule,
  assignStratum,
  type Side,
  testQuota,
} from '../../../src/steps/split/assignment.ts';

const none = new Map<string, Side>();
const patientId = fc.stringMatching(/^P[0-9]{1,3}$/);
const patientIds = fc.uniqueArray(patientId, { maxLength: 60 });
const rule: fc.Arbitrary<AssignmentRule> = fc.record({
  seed: fc.integer(),
  trainFraction: fc.double({ min: 0.1, max: 0.95, noNaN: true }),
  minTest: fc.nat(8),
});

function testPatients(sides: ReadonlyMap<string, Side>): string[] {
  return [...sides].filter(([, side]) => side === 'test').map(([id]) => id);
}

describe('testQuota', () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [7, 3],
    [11, 5],
    [12, 6],
    [30, 6],
    [33, 7],
    [93, 19],
    [176, 35],
  ])('of %i patients %i test, at least 6 but no more than half for it', (n, expected) => {
    expect(testQuota(n, { trainFraction: 0.8, minTest: 6 })).toBe(expected);
  });

  test('without a minimum it is the rounded share, halves up', () => {
    const quota = (n: number, trainFraction: number) => testQuota(n, { trainFraction, minTest: 0 });
    expect([quota(2, 0.8), quota(3, 0.8), quota(5, 0.9), quota(15, 0.9), quota(4, 0.3)]).toEqual([
      0, 1, 1, 2, 3,
    ]);
  });

  test('grows by 0 or 1 with each patient', () => {
    fc.assert(
      fc.property(rule, fc.nat(500), (chosen, n) => {
        expect([0, 1]).toContain(testQuota(n + 1, chosen) - testQuota(n, chosen));
      }),
    );
  });
});

describe('without pins', () => {
  test('the quota is met exactly, and the order of the patients does not matter', () => {
    fc.assert(
      fc.property(rule, patientIds, (chosen, ids) => {
        const sides = assignStratum(ids, none, chosen);
        expect([...sides.keys()].sort()).toEqual([...ids].sort());
        expect(testPatients(sides)).toHaveLength(testQuota(ids.length, chosen));
        expect(assignStratum([...ids].reverse(), none, chosen)).toEqual(sides);
      }),
    );
  });

  test('those who change side do so in one direction, and are no more than the quota changes by and test patients come or go', () => {
    fc.assert(
      fc.property(rule, patientIds, patientIds, fc.nat(20), (chosen, ids, others, gone) => {
        const added = others.filter((id) => !ids.includes(id));
        const nextIds = [...ids.slice(gone), ...added];
        const before = assignStratum(ids, none, chosen);
        const after = assignStratum(nextIds, none, chosen);
        const moved = nextIds.filter((id) => before.has(id) && before.get(id) !== after.get(id));
        const leavers = ids.slice(0, gone).filter((id) => before.get(id) === 'test').length;
        const joiners = added.filter((id) => after.get(id) === 'test').length;
        const change = testQuota(nextIds.length, chosen) - testQuota(ids.length, chosen);
        expect(new Set(moved.map((id) => after.get(id))).size).toBeLessThanOrEqual(1);
        expect(moved.length).toBeLessThanOrEqual(Math.abs(change) + Math.max(leavers, joiners));
        expect(moved.length).toBeLessThanOrEqual(Math.min(gone, ids.length) + added.length);
      }),
      { numRuns: 500 },
    );
  });

  test('another seed draws others, each patient as likely', () => {
    const ids: string[] = Array.from({ length: 10 }, (_, i) => `P${i}`);
    const drawn = new Map(ids.map((id) => [id, 0]));
    for (let seed = 0; seed < 2000; seed++)
      for (const id of testPatients(assignStratum(ids, none, { seed, trainFraction: 0.8, minTest: 0 })))
        drawn.set(id, drawn.get(id)! + 1);
    // Binomial with n 2000 and p 0.2: 400, standard deviation 18.
    for (const times of drawn.values()) expect(Math.abs(times - 400)).toBeLessThan(90);
  });
});

test('pinned patients keep their side, and new ones fill the quota as far as these leave it open', () => {
  fc.assert(
    fc.property(rule, patientIds, fc.array(fc.boolean(), { maxLength: 60 }), (chosen, ids, drawn) => {
      const pins = new Map<string, Side>(drawn.map((test, i) => [`P${i}`, test ? 'test' : 'train'] as const));
      const sides = assignStratum(ids, pins, chosen);
      const pinned = ids.filter((id) => pins.has(id));
      for (const id of pinned) expect(sides.get(id)).toBe(pins.get(id));
      const pinnedTest = pinned.filter((id) => pins.get(id) === 'test').length;
      const most = pinnedTest + ids.length - pinned.length;
      expect(testPatients(sides)).toHaveLength(
        Math.min(most, Math.max(pinnedTest, testQuota(ids.length, chosen))),
      );
    }),
  );
});
