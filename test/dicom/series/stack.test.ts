import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StackRules, stackSlices } from '../../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../../src/errors.ts';
import { pointOfIndex } from '../../../src/volume/geometry.ts';
import { ctSlice } from '../../support/dicom/ct-files.ts';
import {
  axial,
  orientations,
  type Placement,
  planesOf,
  positionOf,
} from '../../support/dicom/made-planes.ts';
import { stackRules } from '../../support/dicom/real-stack.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) return thrown.code;
    throw thrown;
  }
  return 'none';
}

const codes = (placement: Partial<Placement>, rules: Partial<StackRules> = {}): string =>
  codeOf(() => stackSlices(planesOf({ ...axial, ...placement }), { ...stackRules, ...rules }));

const length = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const placements = fc
  .record({
    orientation: orientations,
    originMm: fc.tuple(length(-500, 500), length(-500, 500), length(-500, 500)),
    spacingMm: fc.tuple(length(0.3, 2), length(0.3, 2)),
    stepMm: length(0.5, 10),
    slices: fc.integer({ min: 3, max: 9 }),
  })
  .map(
    ({ orientation, originMm, spacingMm, stepMm, slices }): Placement => ({
      ...axial,
      ...orientation,
      originMm,
      spacingMm,
      heightsMm: Array.from({ length: slices }, (_, k) => k * stepMm),
    }),
  );

/** Pixel value k of slice k: tells where a slice went. */
function numbered(slices: readonly { file: { name: string } }[], planeLength: number): Int16Array {
  return Int16Array.from({ length: slices.length * planeLength }, (_, i) =>
    Number.parseInt(slices[Math.floor(i / planeLength)].file.name, 10),
  );
}

test('in any orientation and order of files, every voxel is at the point that its slice says', () => {
  fc.assert(
    fc.property(placements, fc.infiniteStream(fc.double({ noNaN: true })), (placement, keys) => {
      const order = new Map(planesOf(placement).map((plane) => [plane, keys.next().value]));
      const shuffled = [...order.keys()].sort((p, q) => order.get(p)! - order.get(q)!);
      const stack = stackSlices(shuffled, stackRules);
      const { data, geometry } = stack.toVolume(numbered(stack.slices, 12), -1000);
      const [nx, ny] = geometry.size;
      expect(stack.flags).toEqual([]);
      for (let i = 0; i < data.length; i++) {
        const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
        const first = positionOf(placement, data[i]);
        const at = pointOfIndex(geometry, [x, y, z]);
        for (let a = 0; a < 3; a++) {
          const said =
            first[a] +
            x * placement.spacingMm[0] * placement.row[a] +
            y * placement.spacingMm[1] * placement.column[a];
          expect(Math.abs(at[a] - said)).toBeLessThan(1e-9);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('the order of the files changes nothing', () => {
  const planes = planesOf(axial);
  const [a, b] = [stackSlices(planes, stackRules), stackSlices([...planes].reverse(), stackRules)];
  expect(b.geometry).toEqual(a.geometry);
  expect(b.slices).toEqual(a.slices);
});

test.each([
  ['feet first supine', [-1, 0, 0], [0, 1, 0]],
  ['head first prone', [-1, 0, 0], [0, -1, 0]],
  ['decubitus right', [0, -1, 0], [1, 0, 0]],
  ['coronal', [1, 0, 0], [0, 0, -1]],
] as const)('%s: right-handed, first slice at the origin, pixels not square', (_, row, column) => {
  const placement: Placement = { ...axial, row, column, spacingMm: [0.5, 0.8] };
  const { geometry } = stackSlices(planesOf(placement), stackRules);
  const d = geometry.direction;
  const determinant =
    d[0] * (d[4] * d[8] - d[5] * d[7]) -
    d[1] * (d[3] * d[8] - d[5] * d[6]) +
    d[2] * (d[3] * d[7] - d[4] * d[6]);
  expect(determinant).toBeCloseTo(1, 12);
  expect(geometry.originMm).toEqual(placement.originMm);
  expect(geometry.spacingMm).toEqual([0.5, 0.8, 3]);
});

describe('excluded', () => {
  test.each([
    ['fewer slices than asked for', 'too-few-slices', { heightsMm: [0, 3] }],
    ['two slices at one position', 'duplicate-slices', { heightsMm: [0, 3, 3, 6, 9] }],
    ['more missing in a row than allowed', 'too-many-missing-slices', { heightsMm: [0, 3, 6, 9, 18] }],
    ['a slice as far away as numbers go', 'too-many-missing-slices', { heightsMm: [0, 3, 6, 9, 1e15] }],
    ['a slice out of step', 'uneven-slices', { heightsMm: [0, 3, 6, 10, 13] }],
    ['positions beyond all numbers', 'shifted-slices', { heightsMm: [0, 3, 6, 9, 1e308], shear: [1e3, 0] }],
    ['tilt beyond the limit', 'tilted-stack', { shear: [0, Math.tan((31 * Math.PI) / 180)] }],
  ] as const)('%s', (_, code, placement) => {
    expect(codes(placement)).toBe(code);
  });

  test('slices displaced, but not as by tilt', () => {
    const planes = planesOf(axial).map((plane, k) =>
      k === 2 ? { ...plane, positionMm: [-10, -19, 36] as const } : plane,
    );
    expect(codeOf(() => stackSlices(planes, stackRules))).toBe('shifted-slices');
  });

  test('a slice beside another', () => {
    const planes = planesOf({ ...axial, heightsMm: [0, 3, 6, 9, 9] });
    const [last] = planes.slice(-1);
    const moved = { ...last, positionMm: [5, -20, 39] as const };
    expect(codeOf(() => stackSlices([...planes.slice(0, -1), moved], stackRules))).toBe('shifted-slices');
  });

  test('messages name the file in its own field alone', () => {
    const run = () => stackSlices(planesOf({ ...axial, heightsMm: [0, 3, 6, 9, 18] }), stackRules);
    expect(run).toThrow(/^0004.dcm: 2 slices in a row are missing before this one/);
  });
});

test('positions within tolerance are taken as they are meant', () => {
  const rounded = [0, 0.6, 1.3, 1.9, 2.5, 3.1, 3.8];
  const { geometry, flags } = stackSlices(planesOf({ ...axial, heightsMm: rounded }), stackRules);
  expect(geometry.size[2]).toBe(7);
  expect(geometry.spacingMm[2]).toBeCloseTo(3.8 / 6, 12);
  expect(flags).toEqual([]);
});

test('a spacing that changes half way is uneven though every gap is near the mean', () => {
  const heightsMm = Array.from({ length: 101 }, (_, k) => (k <= 50 ? 3 * k : 150 + 3.04 * (k - 50)));
  expect(codes({ heightsMm })).toBe('uneven-slices');
});

describe('variable spacing: resample', () => {
  const heightsMm = [0, 2, 4, 6, 9, 12];
  const stack = stackSlices(planesOf({ ...axial, columns: 1, rows: 1, heightsMm }), {
    ...stackRules,
    variableSpacing: 'resample',
  });

  test('HU that change linearly with height still do, on planes of the median spacing', () => {
    const { data, geometry } = stack.toVolume(
      Int16Array.from(heightsMm, (mm) => 10 * mm),
      -1000,
    );
    expect(geometry.spacingMm[2]).toBe(2);
    expect([...data]).toEqual([0, 20, 40, 60, 80, 100, 120]);
    expect(stack.flags).toMatchObject([{ code: 'variable-spacing', value: 1 }]);
  });

  test('masks are drawn on the slices and come from the nearest one', () => {
    expect(stack.lattice.size).toEqual([1, 1, 6]);
    heightsMm.forEach((mm, k) => {
      expect(stack.lattice.indexOfPoint([-10, -20, 30 + mm])[2]).toBeCloseTo(k, 12);
    });
    const drawn = Uint8Array.of(0, 0, 0, 0, 1, 0);
    expect([...stack.toMask(drawn).data]).toEqual([0, 0, 0, 0, 1, 1, 0]);
  });

  test('a gap wider than missing slices may be stays one', () => {
    expect(codes({ heightsMm: [0, 2, 4, 6, 11.5] }, { variableSpacing: 'resample' })).toBe(
      'too-many-missing-slices',
    );
  });
});

describe('stacking: average', () => {
  const average = { ...stackRules, stacking: 'average' } as const;

  test('gaps are averaged away as by GDCM and ITK, and flagged', () => {
    const stack = stackSlices(planesOf({ ...axial, heightsMm: [0, 3, 6, 12] }), average);
    expect(stack.geometry.size[2]).toBe(4);
    expect(stack.geometry.spacingMm[2]).toBe(4);
    expect(stack.missingPlanes).toEqual([]);
    expect(stack.flags).toMatchObject([{ code: 'uneven-slices', value: 2 }]);
    const hu = new Int16Array(48).fill(7);
    expect(stack.toVolume(hu, -1000).data).toBe(hu);
  });

  test('tilt is ignored and flagged', () => {
    const stack = stackSlices(planesOf({ ...axial, shear: [0, 0.25] }), average);
    expect(stack.geometry.size).toEqual([4, 3, 5]);
    expect(stack.flags).toMatchObject([{ code: 'gantry-tilt' }]);
  });

  test('a regular stack is the same either way', () => {
    const [averaged, told] = [average, stackRules].map((rules) => stackSlices(planesOf(axial), rules));
    expect(averaged.geometry).toEqual(told.geometry);
  });
});

test('a Slice Thickness other than the spacing is flagged and changes nothing', () => {
  const planes = planesOf(axial).map((plane) => ({
    ...plane,
    file: { ...ctSlice(plane.file.name, { SliceThickness: 5 }) },
  }));
  const { geometry, flags } = stackSlices(planes, stackRules);
  expect(geometry.spacingMm[2]).toBe(3);
  expect(flags).toMatchObject([{ code: 'slice-thickness-differs', value: 5 }]);
});
