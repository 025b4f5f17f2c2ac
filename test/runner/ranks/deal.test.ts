import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deal } from '../../../src/runner/ranks/deal.ts';

const patients = fc
  .array(fc.nat(1000), { maxLength: 40 })
  .map((weights) => weights.map((weight, i) => ({ patientId: `P${i}`, weight })));
const ranks = fc.integer({ min: 1, max: 9 });

test('the heaviest goes first to who has least, as worked out by hand', () => {
  const weights = { a: 2, b: 7, c: 5, d: 5, e: 4, f: 3 };
  const hands = deal(
    Object.entries(weights).map(([patientId, weight]) => ({ patientId, weight })),
    3,
  );
  // b 7 | c 5 | d 5, then e 4 to the second (9), f 3 to the third (8), a 2 to the first (9).
  expect(hands.map((hand) => hand.map((i) => 'abcdef'[i]).join(''))).toEqual(['ba', 'ce', 'df']);
});

test('every patient is dealt once, and no rank has more than its due and the heaviest patient', () => {
  fc.assert(
    fc.property(patients, ranks, (all, n) => {
      const hands = deal(all, n);
      expect(hands).toHaveLength(n);
      expect(hands.flat().sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      const due = all.reduce((sum, { weight }) => sum + weight, 0) / n;
      const heaviest = Math.max(0, ...all.map(({ weight }) => weight));
      for (const hand of hands)
        expect(hand.reduce((sum, i) => sum + all[i].weight, 0)).toBeLessThanOrEqual(due + heaviest);
    }),
  );
});

test('the order that patients are listed in changes nothing', () => {
  fc.assert(
    fc.property(
      patients.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      ),
      ranks,
      ([all, shuffled], n) => {
        const names = (list: typeof all): string[][] =>
          deal(list, n).map((hand) => hand.map((i) => list[i].patientId));
        expect(names(shuffled)).toEqual(names(all));
      },
    ),
  );
});
