import { expect, test } from 'vitest';
import { type ClassWeights, effectiveNumber, inverseFrequency } from '../../src/records/class-weights.ts';
import { readGolden } from '../support/goldens.ts';

interface Row {
  counts: number[];
  balanced: ClassWeights;
  effective: { beta: number; weights: ClassWeights }[];
}

const { rows } = readGolden<{ rows: Row[] }>('class-weights.json');

/** Equal to 12 digits; a class without patients is null in both. */
function expectWeights(actual: ClassWeights, expected: ClassWeights): void {
  expect(actual.map((weight) => weight === null)).toEqual(expected.map((weight) => weight === null));
  expected.forEach((weight, i) => {
    if (weight !== null) expect(actual[i]! / weight).toBeCloseTo(1, 12);
  });
}

test.each(rows)('inverse frequency of $counts is that of scikit-learn', ({ counts, balanced }) => {
  expectWeights(inverseFrequency(counts), balanced);
});

test.each(rows)('effective number of $counts is that of exact fractions', ({ counts, effective }) => {
  for (const { beta, weights } of effective) expectWeights(effectiveNumber(counts, beta), weights);
});

test('where nobody trains there are no weights', () => {
  expect(inverseFrequency([0, 0])).toEqual([null, null]);
  expect(effectiveNumber([0, 0], 0.999)).toEqual([null, null]);
});
