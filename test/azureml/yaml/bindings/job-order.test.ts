import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderJobs } from '../../../../src/azureml/yaml/bindings/job-order.ts';

function graph(edges: Record<string, string[]>): Map<string, Set<string>> {
  return new Map(Object.entries(edges).map(([name, needed]) => [name, new Set(needed)]));
}

describe('orderJobs', () => {
  it('keeps the order of the file where dependencies leave a choice', () => {
    expect(orderJobs(graph({ c: ['b'], a: [], b: [] }))).toEqual({ order: ['b', 'c', 'a'] });
  });

  it('names the jobs of a ring', () => {
    expect(orderJobs(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual({ cycle: ['b', 'c', 'b'] });
    expect(orderJobs(graph({ a: ['a'] }))).toEqual({ cycle: ['a', 'a'] });
  });

  it('passes over jobs that are not there', () => {
    expect(orderJobs(graph({ a: ['gone'] }))).toEqual({ order: ['a'] });
  });

  it('puts every job once, after all it depends on, in any graph without a ring', () => {
    const acyclic = fc.integer({ min: 0, max: 12 }).chain((size) =>
      fc.record({
        names: fc.shuffledSubarray(
          Array.from({ length: size }, (_, index) => index),
          { minLength: size },
        ),
        edges: fc.array(fc.tuple(fc.nat(12), fc.nat(12))),
      }),
    );
    fc.assert(
      fc.property(acyclic, ({ names, edges }) => {
        const needs = (name: number) =>
          edges.filter(([from, to]) => from === name && to < from).map(([, to]) => `${to}`);
        const dependsOn = new Map(
          names.map((name) => [`j${name}`, new Set(needs(name).map((to) => `j${to}`))]),
        );
        const result = orderJobs(dependsOn);
        if (!('order' in result)) throw new Error('a ring where there is none');
        expect([...result.order].sort()).toEqual([...dependsOn.keys()].sort());
        for (const [name, needed] of dependsOn) {
          for (const other of needed) {
            if (dependsOn.has(other))
              expect(result.order.indexOf(other)).toBeLessThan(result.order.indexOf(name));
          }
        }
      }),
    );
  });
});
