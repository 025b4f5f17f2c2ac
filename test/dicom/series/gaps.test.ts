import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liesInTwo, missingPlanes, sliceGrid } from '../../../src/dicom/series/gaps.ts';
import { type Stack, stackSlices } from '../../../src/dicom/series/stack.ts';
import { gridDistanceMm } from '../../../src/volume/geometry.ts';
import { axial, planesOf } from '../../support/dicom/made-planes.ts';
import { ctPlanes, nativeHu, stackRules } from '../../support/dicom/real-stack.ts';
import { filesAt, filesInZip, hasSharedData, shared } from '../../support/shared-data.ts';
import { AIR_HU, largestDifferenceHu, stackGoldens } from '../../support/stack-goldens.ts';

/** Voxels of a plane of LUNG1-001. */
const PLANE = 512 * 512;

test('slices of a regular grid are found on their planes, whichever single ones are missing', () => {
  const steps = fc.array(fc.constantFrom(1, 1, 1, 2), { minLength: 2, maxLength: 60 });
  const noise = fc.double({ min: -0.02, max: 0.02, noNaN: true });
  fc.assert(
    fc.property(steps, fc.double({ min: 0.4, max: 8, noNaN: true }), noise, (gaps, spacing, off) => {
      fc.pre(gaps.filter((n) => n === 1).length * 2 >= gaps.length);
      let plane = 0;
      const expected = [0, ...gaps.map((n) => (plane += n))];
      const heights = expected.map((k, i) => k * spacing + (i % 3 === 1 ? off : 0));
      const grid = sliceGrid(heights, 0.1)!;
      expect(grid.planeOfSlice).toEqual(expected);
      expect(Math.abs(grid.spacingMm - spacing)).toBeLessThanOrEqual(0.02);
      expect(missingPlanes(grid)).toHaveLength(plane + 1 - expected.length);
    }),
  );
});

test.each([
  ['a gap of one and a half', [0, 3, 6, 10.5, 13.5]],
  ['one slice between two others', [0, 3, 6, 7.5, 9, 12]],
  ['mostly gaps: which spacing is the true one is a guess', [0, 3, 9, 15, 21]],
  ['thin slices out of step by less than the tolerance', [0, 0.2, 0.48, 0.6, 0.8]],
])('no regular grid: %s', (_, heights) => {
  expect(sliceGrid(heights, 0.1)).toBeUndefined();
});

test('a missing plane of LUNG1-014, 3 mm apart with a gap of 6 mm, does not stretch the spacing', () => {
  const heightsMm = [...Array(86).keys()].filter((k) => k !== 40).map((k) => 3 * k);
  const stack = stackSlices(planesOf({ ...axial, heightsMm }), stackRules);
  expect(stack.geometry.spacingMm[2]).toBe(3);
  expect(stack.geometry.size[2]).toBe(86);
  expect(stack.missingPlanes).toEqual([40]);
  expect(stack.flags).toEqual([
    {
      code: 'missing-slices',
      message: 'planes without a slice, interpolated: 40 of 0 to 85 along the normal',
      value: 1,
    },
  ]);
});

test('several in a row where the rules allow it, each at its share of the way', () => {
  const heightsMm = [0, 1, 2, 3, 6, 7];
  const stack = stackSlices(planesOf({ ...axial, columns: 1, rows: 1, heightsMm }), {
    ...stackRules,
    maxMissingRun: 2,
  });
  expect([...stack.toVolume(Int16Array.of(0, 0, 0, 10, 100, 0), AIR_HU).data]).toEqual([
    0, 0, 0, 10, 40, 70, 100, 0,
  ]);
});

test('masks are drawn on the whole grid: what is drawn on a missing plane stays', () => {
  const stack = stackSlices(planesOf({ ...axial, heightsMm: [0, 3, 6, 12] }), stackRules);
  expect(stack.lattice.size).toEqual([4, 3, 5]);
  const [, , k] = stack.lattice.indexOfPoint([-10, -20, 39]);
  expect(k).toBeCloseTo(3, 12);
  const drawn = new Uint8Array(60).fill(1, 36, 48);
  expect(stack.toMask(drawn)).toEqual({ data: drawn, geometry: stack.geometry });
});

describe.runIf(hasSharedData)('real series', () => {
  test('a head CT that lacks its fourth slice: planes as SimpleITK reads and averages them', () => {
    const golden = stackGoldens[0];
    const stack = stackSlices(ctPlanes(filesAt(shared(golden.folder))), stackRules);
    const volume = stack.toVolume(nativeHu(stack), AIR_HU);
    expect(volume.geometry.size).toEqual(golden.size);
    expect(volume.geometry.spacingMm[2]).toBeCloseTo(golden.spacing_mm[2], 9);
    expect(stack.missingPlanes).toEqual([3]);
    expect(largestDifferenceHu(volume, golden)).toBeLessThanOrEqual(0.5);
  });

  describe('LUNG1-001 with slices taken away', () => {
    const planes = hasSharedData ? ctPlanes(filesInZip(shared('lung1', 'LUNG1-001.zip'))) : [];
    const whole = hasSharedData ? stackSlices(planes, stackRules) : undefined!;
    const lacking = (...missing: number[]): Stack =>
      stackSlices(
        planes.filter((plane) => !missing.includes(whole.slices.indexOf(plane))),
        stackRules,
      );

    test('two apart: the grid is the original one, and so is every plane that was kept', () => {
      const missing = [30, 75];
      const stack = lacking(...missing);
      expect(stack.missingPlanes).toEqual(missing);
      expect(gridDistanceMm(stack.geometry, whole.geometry)).toBeLessThan(1e-9);
      const original = nativeHu(whole);
      const { data } = stack.toVolume(nativeHu(stack), AIR_HU);
      let [differing, notBetween] = [0, 0];
      for (let k = 0; k < 134; k++) {
        const isMissing = missing.includes(k);
        for (let i = k * PLANE; i < (k + 1) * PLANE; i++) {
          if (!isMissing) differing += data[i] === original[i] ? 0 : 1;
          else notBetween += data[i] === Math.round((original[i - PLANE] + original[i + PLANE]) / 2) ? 0 : 1;
        }
      }
      expect({ differing, notBetween }).toEqual({ differing: 0, notBetween: 0 });
    });

    test('two adjacent ones: excluded', () => {
      expect(() => lacking(70, 71)).toThrow(/2 slices in a row are missing/);
    });

    test('the first and the last: a shorter volume, nothing to repair', () => {
      const stack = lacking(0, 133);
      expect(stack.geometry.size[2]).toBe(132);
      expect(stack.geometry.spacingMm[2]).toBeCloseTo(3, 9);
      expect(stack.geometry.originMm[2]).toBe(-678.5);
      expect(stack.flags).toEqual([]);
    });
  });
});

test('slices of two scans pushed into each other are told from those of one', () => {
  const run = (count: number, first = 0): number[] => Array.from({ length: count }, (_, k) => first + 3 * k);
  const both = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b].sort((p, q) => p - q);
  expect(liesInTwo(both(run(40), run(30, 91.2)))).toBe(true);
  expect(liesInTwo(both(run(12), run(12, 1)))).toBe(true);
  expect(liesInTwo(run(40))).toBe(false);
  // A lost slice, two spacings, a step between two scans that do not overlap.
  expect(liesInTwo(run(40).filter((_, k) => k !== 20))).toBe(false);
  expect(liesInTwo([...run(10), ...[28.5, 30, 31.5, 33, 34.5]])).toBe(false);
  expect(liesInTwo([...run(10), ...run(10, 28.2)])).toBe(false);
});

test('slices of two scans of different spacing are told too, and those of one that changes its own are not', () => {
  const run = (count: number, spacing: number, first: number): number[] =>
    Array.from({ length: count }, (_, k) => first + spacing * k);
  const both = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b].sort((p, q) => p - q);
  // One on top of the other, one within the other, from the same end.
  expect(liesInTwo(both(run(20, 3, 0), run(12, 5, 40.7)))).toBe(true);
  expect(liesInTwo(both(run(20, 5, 0), run(20, 1.25, 60.4)))).toBe(true);
  expect(liesInTwo(both(run(40, 3, 0), run(10, 5, 31.3)))).toBe(true);
  expect(liesInTwo(both(run(20, 3, 0), run(16, 5, 1.4)))).toBe(true);
  expect(liesInTwo([...run(20, 3, 0), ...run(12, 5, 62)])).toBe(false);
  expect(liesInTwo([...run(10, 5, 0), ...run(10, 1.25, 46.25), ...run(10, 5, 62.5)])).toBe(false);
  expect(liesInTwo([...run(10, 3, 0), 28.3, 33.1, 34.9, ...run(8, 3, 38)])).toBe(false);
});
