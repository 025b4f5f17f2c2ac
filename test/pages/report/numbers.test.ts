import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binEdges, countsOf, logBinEdges, spreadOf } from '../../../src/pages/report/numbers.ts';

test('percentiles are those of numpy', () => {
  // numpy.percentile([1, 2, 3, 4, 10], [0, 5, 50, 95, 100])
  expect(spreadOf([10, 1, 3, 4, 2])).toEqual({
    ...{ count: 5, min: 1, p5: 1.2, median: 3, max: 10 },
    p95: expect.closeTo(8.8, 10),
  });
  expect(spreadOf([])).toBeNull();
});

describe('bins', () => {
  test.each([
    [
      'of one width',
      binEdges,
      fc.integer({ min: -2_000_000, max: 2_000_000 }).map((thousandths) => thousandths / 1000),
    ] as const,
    ['of powers of ten', logBinEdges, fc.double({ min: 1e-3, max: 1e5, noNaN: true })] as const,
  ])('%s hold every value, each in one', (_, edgesOf, value) => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const edges = edgesOf(values, 20);
        expect(edges.length).toBeGreaterThan(1);
        expect(edges.length).toBeLessThan(80);
        for (const [i, edge] of edges.entries()) if (i > 0) expect(edge).toBeGreaterThan(edges[i - 1]);
        expect(edges[0]).toBeLessThanOrEqual(Math.min(...values));
        expect(edges[edges.length - 1]).toBeGreaterThan(Math.max(...values));
      }),
    );
  });

  test('have round edges', () => {
    expect(binEdges([3, 17], 10)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(binEdges([3, 3], 10)).toEqual([3, 3.5]);
  });
});

test('counts come by how many there are, then by name', () => {
  expect(countsOf(['b', 'a', 'c', 'b'])).toEqual([
    ['b', 2],
    ['a', 1],
    ['c', 1],
  ]);
});
