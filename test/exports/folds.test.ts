import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealFolds, FOLDS } from '../../src/exports/folds.ts';

const cohort = fc
  .uniqueArray(fc.string({ minLength: 1 }), { maxLength: 80 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({ patient_id: fc.constant(id), stage_index: fc.integer({ min: -1, max: 3 }) }),
      ),
    ),
  );

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

test('folds differ by one patient at most, over all and in each stage', () => {
  fc.assert(
    fc.property(cohort, fc.integer(), (members, seed) => {
      const foldOf = dealFolds(members, seed);
      const count = (chosen: typeof members) =>
        Array.from({ length: FOLDS }, (_, f) => chosen.filter((m) => foldOf.get(m.patient_id) === f).length);
      expect(foldOf.size).toBe(members.length);
      expect(spread(count(members))).toBeLessThanOrEqual(1);
      for (const stage of new Set(members.map((m) => m.stage_index)))
        expect(spread(count(members.filter((m) => m.stage_index === stage)))).toBeLessThanOrEqual(1);
    }),
  );
});

test('the order of the patients does not matter, the seed does', () => {
  const members = Array.from({ length: 40 }, (_, i) => ({ patient_id: `P${i}`, stage_index: i % 4 }));
  const sorted = (seed: number, of = members) => [...dealFolds(of, seed)].sort();
  expect(sorted(1, members.toReversed())).toEqual(sorted(1));
  expect(sorted(2)).not.toEqual(sorted(1));
});
