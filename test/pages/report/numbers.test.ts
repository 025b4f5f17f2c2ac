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
  });

  test.each([
    [[3, 3], 0.2],
    // As scanners write a spacing of 3 mm.
    [[3, 2.9999998, 3.0000001], 0.2],
    [[-1000], 50],
    [[0, 0], 1],
  ])('stand round what all have, narrow and in the middle: %j', (values, width) => {
    const edges = binEdges(values, 24);
    expect(edges).toHaveLength(12);
    expect(edges[5]).toBeCloseTo(values[0] - width / 2);
    expect(edges[6]).toBeCloseTo(values[0] + width / 2);
  });

  test('of powers of ten go over one at least, so that the axis has marks', () => {
    const edges = logBinEdges([25, 26]);
    expect(edges[edges.length - 1] / edges[0]).toBeCloseTo(10);
    expect(edges[0]).toBeLessThan(20);
    expect(edges[edges.length - 1]).toBeGreaterThan(50);
  });
});

test('counts come by how many there are, then by name', () => {
  expect(countsOf(['b', 'a', 'c', 'b'])).toEqual([
    ['b', 2],
    ['a', 1],
    ['c', 1],
  ]);
});
