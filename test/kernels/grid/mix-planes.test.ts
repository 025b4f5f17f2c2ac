import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  backPlanes,
  mixFractions,
  mixPlanes,
  pickPlanes,
  planeMix,
  takePlanes,
} from '../../../src/kernels/grid/mix-planes.ts';

const planes = Int16Array.of(0, 100, 10, 200, 41, 500);

test('planes between two are their linear mix, rounded to nearest', () => {
  const mix = planeMix([0, 1, 4], [0, 1, 2, 3, 4]);
  expect([...mixPlanes(planes, 2, mix)]).toEqual([0, 100, 10, 200, 20, 300, 31, 400, 41, 500]);
});

test('a plane that is there is copied', () => {
  const mix = planeMix([0, 2.5, 7.25], [0, 2.5, 7.25]);
  expect([...mix.weight]).toEqual([0, 0, 0]);
  expect([...mixPlanes(planes, 2, mix)]).toEqual([...planes]);
});

test('beyond the ends the edge plane repeats', () => {
  const mix = planeMix([0, 3, 6], [-1, 7]);
  expect([...mixPlanes(planes, 2, mix)]).toEqual([0, 100, 41, 500]);
});

test('the full range of int16 is mixed without overflow', () => {
  const mix = planeMix([0, 2], [1]);
  expect([...mixPlanes(Int16Array.of(-32768, 32767), 1, mix)]).toEqual([0]);
});

test('a mask takes the nearer plane, the upper one half way', () => {
  const mix = planeMix([0, 1, 3], [0, 0.4, 0.5, 1, 1.9, 2, 3]);
  expect([...pickPlanes(Uint8Array.of(1, 0, 1), 1, mix)]).toEqual([1, 1, 0, 0, 0, 1, 1]);
});

function heightsOf(gaps: readonly number[]): number[] {
  let height = 0;
  return [0, ...gaps.map((gap) => (height += gap))];
}

const ascending = fc
  .array(fc.oneof(fc.constantFrom(0.5, 1, 1.5, 2), fc.double({ min: 0.05, max: 9, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((gaps) => heightsOf(gaps));

test('what planes were picked for, whatever their heights, is picked again after the way back', () => {
  fc.assert(
    fc.property(ascending, ascending, (positions, targets) => {
      const mix = planeMix(positions, targets);
      const picked = pickPlanes(Uint8Array.from(positions.keys()), 1, mix);
      const back = takePlanes(picked, 1, backPlanes(positions, targets));
      expect(pickPlanes(back, 1, mix)).toEqual(picked);
      // A plane that was picked has its own number again.
      for (const n of picked) expect(back[n]).toBe(n);
    }),
    { numRuns: 1000 },
  );
});

test('of the targets read from a plane it takes the nearest; a plane that was not read takes the nearest of all', () => {
  expect([...backPlanes([0, 1, 4], [0, 0.9, 2.2, 3.3, 4.4])]).toEqual([0, 1, 4]);
  // The target at 2 is read from the plane at 2.1; that at 1.6 is not read.
  expect([...backPlanes([0, 1.6, 2.1, 4], [0, 2, 4])]).toEqual([0, 1, 1, 2]);
  // The targets at 1 and 2 are both read from the plane at 1.4, that at 1 is nearer.
  expect([...backPlanes([0, 1.4, 4], [0, 1, 2, 4])]).toEqual([0, 1, 3]);
});

test('planes are taken in any order, of labels of two bytes too', () => {
  expect([...takePlanes(Uint16Array.of(1, 2, 300, 400, 5, 6), 2, [2, 0])]).toEqual([5, 6, 1, 2]);
});

test('fractions are mixed without rounding to whole numbers', () => {
  const mix = planeMix([0, 1, 4], [0, 0.25, 4, 9]);
  expect([...mixFractions(Float32Array.of(0, 1, 1, 0.5, 0.75, 0.25), 2, mix)]).toEqual([
    0, 1, 0.25, 0.875, 0.75, 0.25, 0.75, 0.25,
  ]);
});
