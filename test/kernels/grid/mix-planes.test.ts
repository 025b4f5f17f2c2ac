import { expect, test } from 'vitest';
import { mixPlanes, pickPlanes, planeMix } from '../../../src/kernels/grid/mix-planes.ts';

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
