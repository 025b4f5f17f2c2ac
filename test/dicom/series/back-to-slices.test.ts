import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Stack, stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { pointOfIndex, type Vec3 } from '../../../src/volume/geometry.ts';
import { axial, orientations, type Placement, planesOf } from '../../support/dicom/made-planes.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { filesAt, hasSharedData, shared } from '../../support/shared-data.ts';
import { goldenShares, largestDifferenceBack, stackGoldens } from '../../support/stack-goldens.ts';

const rules = { ...stackRules, minSlices: 2, maxMissingRun: 2, variableSpacing: 'resample' } as const;

const COLUMNS = 7;
const ROWS = 5;

/** Pixels of a slice, and of `slices` of them. */
const pixels = (slices: number): number => COLUMNS * ROWS * slices;

/** Labels from a seed, without the cost of an array of arbitraries. */
function labelsOf(count: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 30;
  });
}

const tangent = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0.1, max: 0.3, noNaN: true }),
  fc.double({ min: -0.3, max: -0.1, noNaN: true }),
);

/** Heights of regular slices of which up to two in a row are missing. */
const gapped = fc
  .record({
    stepMm: fc.constantFrom(0.5, 1, 2.5),
    lost: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
  })
  .map(({ stepMm, lost }) =>
    Array.from({ length: 9 }, (_, k) => k)
      .filter((k) => !lost.includes(k))
      .map((k) => k * stepMm),
  );

function heightsOf(gaps: readonly number[]): number[] {
  let height = 0;
  return [0, ...gaps.map((gap) => (height += gap))];
}

/** Gaps that any slices may have. */
const uneven = fc
  .array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: 4, maxLength: 10 })
  .map((gaps) => heightsOf(gaps));

function placed(heights: fc.Arbitrary<number[]>, shear: fc.Arbitrary<number>): fc.Arbitrary<Stack> {
  return fc
    .record({ orientation: orientations, shear: fc.tuple(shear, shear), heightsMm: heights })
    .map(
      ({ orientation, ...how }): Placement => ({
        ...axial,
        ...orientation,
        ...how,
        columns: COLUMNS,
        rows: ROWS,
        spacingMm: [1.7, 2.3],
      }),
    )
    .map((placement) => {
      try {
        return stackSlices(planesOf(placement), rules);
      } catch (thrown) {
        if (thrown instanceof CaseExclusion) return undefined;
        throw thrown;
      }
    })
    .filter((stack) => stack !== undefined);
}

const upright = fc.constant(0);
const isResampled = ({ flags }: Stack): boolean => flags.some(({ code }) => code === 'variable-spacing');
const regularOrGapped = placed(gapped, fc.oneof(upright, tangent)).filter((stack) => !isResampled(stack));
const unevenOnes = placed(uneven, fc.oneof(upright, tangent)).filter(isResampled);

/** What lies on the slices, on the planes that masks are drawn on, nothing on those without a slice. */
function onLattice({ lattice, missingPlanes }: Stack, onSlices: Uint8Array): Uint8Array {
  const drawn = new Uint8Array(pixels(lattice.size[2]));
  const held = Array.from({ length: lattice.size[2] }, (_, k) => k).filter((k) => !missingPlanes.includes(k));
  held.forEach((plane, k) => {
    drawn.set(onSlices.subarray(pixels(k), pixels(k + 1)), pixels(plane));
  });
  return drawn;
}

describe('labels', () => {
  test('every mask that was drawn on the slices comes back voxel by voxel: regular, gapped, tilted', () => {
    fc.assert(
      fc.property(regularOrGapped, fc.nat(), (stack, seed) => {
        const onSlices = labelsOf(pixels(stack.slices.length), seed);
        const grid = stack.toMask(onLattice(stack, onSlices)).data;
        expect(stack.toSlices(grid)).toEqual(onSlices);
      }),
      { numRuns: 300 },
    );
  });

  test('what was drawn where there is no slice is left out', () => {
    fc.assert(
      fc.property(regularOrGapped, fc.nat(), (stack, seed) => {
        const drawn = labelsOf(pixels(stack.lattice.size[2]), seed);
        const grid = stack.toMask(drawn).data;
        const back = stack.toSlices(grid);
        expect(back).toHaveLength(pixels(stack.slices.length));
        const kept = drawn.filter((_, i) => !stack.missingPlanes.includes(Math.floor(i / pixels(1))));
        expect(back).toEqual(kept);
      }),
    );
  });

  test('uneven slices: what came onto the grid is the same after a way back and forth, whatever the heights', () => {
    fc.assert(
      fc.property(unevenOnes, fc.nat(), (stack, seed) => {
        const grid = stack.toMask(labelsOf(pixels(stack.slices.length), seed)).data;
        const back = stack.toSlices(grid);
        expect(back).toHaveLength(pixels(stack.slices.length));
        expect(stack.toMask(back).data).toEqual(grid);
      }),
      { numRuns: 500 },
    );
  });

  test('uneven slices: each that a plane of the grid was made of has its own labels again', () => {
    fc.assert(
      fc.property(unevenOnes, (stack) => {
        // A label of its own for each slice.
        const drawn = new Uint8Array(pixels(stack.slices.length)).map(
          (_, i) => 1 + Math.floor(i / pixels(1)),
        );
        const grid = stack.toMask(drawn).data;
        const read = new Set(grid);
        const back = stack.toSlices(grid);
        for (let k = 0; k < stack.slices.length; k++)
          if (read.has(k + 1))
            expect(back.subarray(pixels(k), pixels(k + 1)).every((n) => n === k + 1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('labels of two bytes go the same way', () => {
    fc.assert(
      fc.property(fc.oneof(regularOrGapped, unevenOnes), fc.nat(), (stack, seed) => {
        const grid = stack.toMask(labelsOf(pixels(stack.lattice.size[2]), seed)).data;
        const wide = Uint16Array.from(grid, (label) => 300 * label);
        expect(stack.toSlices(wide)).toEqual(Uint16Array.from(stack.toSlices(grid), (label) => 300 * label));
      }),
    );
  });
});

describe('probabilities', () => {
  /** A value that grows linearly in space, within 0 and 1 about the slices. */
  const ramp = (p: Vec3): number => 0.5 + (3 * p[0] - 5 * p[1] + 4 * p[2]) / 2000;

  test('what changes linearly in space comes back at the place of every pixel that is scanned', () => {
    fc.assert(
      fc.property(fc.oneof(regularOrGapped, unevenOnes), (stack) => {
        const { geometry, lattice, missingPlanes } = stack;
        const [nx, ny, nz] = geometry.size;
        const grid = Float32Array.from({ length: nx * ny * nz }, (_, at) =>
          ramp(pointOfIndex(geometry, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)])),
        );
        const back = stack.toSlices(grid);
        expect(back).toHaveLength(pixels(stack.slices.length));
        const held = Array.from({ length: lattice.size[2] }, (_, k) => k).filter(
          (k) => !missingPlanes.includes(k),
        );
        const top = geometry.spacingMm[2] * (nz - 1);
        back.forEach((share, at) => {
          const plane = held[Math.floor(at / pixels(1))];
          const point = lattice.pointOfIndex([at % COLUMNS, Math.floor(at / COLUMNS) % ROWS, plane]);
          const from = geometry.originMm;
          const normal = [2, 5, 8].map((i) => geometry.direction[i]);
          const height = point.reduce((sum, mm, a) => sum + (mm - from[a]) * normal[a], 0);
          // The last slice may lie above the last plane, whose values go on there.
          if (height > top + 1e-6) return;
          if (Math.abs(share - ramp(point)) > 1e-5) throw new Error(`${share}, not ${ramp(point)}`);
        });
      }),
    );
  });

  test('they stay within what they were, and what is the same everywhere stays so', () => {
    fc.assert(
      fc.property(fc.oneof(regularOrGapped, unevenOnes), fc.nat(), (stack, seed) => {
        const [nx, ny, nz] = stack.geometry.size;
        const shares = Float32Array.from(labelsOf(nx * ny * nz, seed), (label) => Math.min(label, 1));
        expect(stack.toSlices(shares).every((share) => share >= 0 && share <= 1)).toBe(true);
        const back = stack.toSlices(new Float32Array(nx * ny * nz).fill(0.7));
        expect(new Set(back)).toEqual(new Set([Math.fround(0.7)]));
      }),
    );
  });
});

test('slices to which nothing was done get the array itself', () => {
  const stack = stackSlices(planesOf(axial), stackRules);
  const mask = new Uint8Array(12 * 5);
  const shares = new Float32Array(12 * 5);
  expect(stack.toSlices(mask)).toBe(mask);
  expect(stack.toSlices(shares)).toBe(shares);
});

test('slices that were taken as evenly spaced are the planes of the grid, one by one', () => {
  const heightsMm = [0, 3, 6, 12, 15];
  const stack = stackSlices(planesOf({ ...axial, heightsMm, shear: [0, 0.2] }), {
    ...stackRules,
    stacking: 'average',
  });
  const mask = labelsOf(12 * 5, 7);
  expect(stack.toSlices(mask)).toBe(mask);
});

describe.runIf(hasSharedData)('real series, whose grids and voxels are those of SimpleITK', () => {
  test.each(stackGoldens)('$folder: a mask drawn on the scanned planes comes back', ({ folder }) => {
    const stack = stackSlices(ctPlanes(filesAt(shared(folder))), stackRules);
    const { slices, lattice, missingPlanes } = stack;
    const planeLength = slices[0].columns * slices[0].rows;
    const drawn = labelsOf(planeLength * lattice.size[2], 11);
    const back = stack.toSlices(stack.toMask(drawn).data);
    const kept = drawn.filter((_, i) => !missingPlanes.includes(Math.floor(i / planeLength)));
    expect(back).toHaveLength(planeLength * slices.length);
    expect(Buffer.compare(back, kept)).toBe(0);
  });

  test.each(stackGoldens)(
    '$folder: probabilities on the slices are those that SimpleITK finds there',
    (golden) => {
      const stack = stackSlices(ctPlanes(filesAt(shared(golden.folder))), stackRules);
      const shares = goldenShares(golden.size[0] * golden.size[1] * golden.size[2]);
      expect(largestDifferenceBack(stack.toSlices(shares), golden)).toBeLessThanOrEqual(1e-6);
    },
  );
});
