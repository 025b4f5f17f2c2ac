import { expect, test } from 'vitest';
import { phantomPatient } from '../../src/phantom/cohort.ts';

test('the first patients are full size, the others smaller', () => {
  const grid = (index: number) => phantomPatient(index, { patients: 3, full: 1 }).ct.geometry;
  const first = grid(0);
  expect(first.size.slice(0, 2)).toEqual([512, 512]);
  expect(first.spacingMm).toEqual([0.9765625, 0.9765625, 3]);
  expect(first.size[2]).toBeGreaterThanOrEqual(90);
  expect(first.size[2]).toBeLessThanOrEqual(110);
  const second = grid(1);
  expect(second.size.slice(0, 2)).toEqual([256, 256]);
  expect(second.spacingMm[0]).toBeGreaterThanOrEqual(1.6);
  expect(second.spacingMm[0]).toBeLessThanOrEqual(1.9);
});
