import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Stack, stackSlices } from '../../../src/dicom/series/stack.ts';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import { indexOfPoint, pointOfIndex, type Vec3, vec3 } from '../../../src/volume/geometry.ts';
import {
  axial,
  orientations,
  type Placement,
  planesOf,
  positionOf,
} from '../../support/dicom/made-planes.ts';
import { ctPlanes, huOf, nativeHu, stackRules } from '../../support/dicom/real-stack.ts';
import { filesAt, hasSharedData, shared } from '../../support/shared-data.ts';
import { AIR_HU, largestDifferenceHu, stackGoldens } from '../../support/stack-goldens.ts';

/** Nothing, or well above the tolerance. */
const tangent = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0.1, max: 0.3, noNaN: true }),
  fc.double({ min: -0.3, max: -0.1, noNaN: true }),
);
const leaning = fc
  .record({ orientation: orientations, shear: fc.tuple(tangent, tangent), stepMm: fc.constantFrom(1, 2.5) })
  .filter(({ shear }) => Math.hypot(...shear) > 0)
  .map(({ orientation, shear, stepMm }): Placement => {
    const heightsMm = [0, 1, 2, 3, 4].map((k) => k * stepMm);
    return { ...axial, ...orientation, shear, heightsMm, columns: 40, rows: 30, spacingMm: [0.7, 0.9] };
  });

test('the angle is told by the positions', () => {
  fc.assert(
    fc.property(leaning, (placement) => {
      const { tiltDegrees, flags } = stackSlices(planesOf(placement), stackRules);
      const expected = (Math.atan(Math.hypot(...placement.shear)) * 180) / Math.PI;
      expect(tiltDegrees).toBeCloseTo(expected, 6);
      expect(flags.map(({ code }) => code)).toEqual(['gantry-tilt']);
    }),
  );
});

test('the lattice that masks are drawn on is that of the slices as scanned, and maps both ways', () => {
  fc.assert(
    fc.property(leaning, (placement) => {
      const { lattice } = stackSlices(planesOf(placement), stackRules);
      placement.heightsMm.forEach((_, k) => {
        const first = positionOf(placement, k);
        const pixel = vec3((a) => first[a] + 7 * 0.7 * placement.row[a] + 11 * 0.9 * placement.column[a]);
        lattice.indexOfPoint(pixel).forEach((n, a) => {
          expect(n).toBeCloseTo([7, 11, k][a], 6);
        });
        lattice.pointOfIndex([7, 11, k]).forEach((mm, a) => {
          expect(mm).toBeCloseTo(pixel[a], 6);
        });
      });
    }),
  );
});

/** HU that change linearly in space: linear interpolation must give them back anywhere. */
const ramp = (p: Vec3): number => Math.round(3 * p[0] - 5 * p[1] + 4 * p[2]);

test('what a straightened volume shows at a point is what the slices showed there', () => {
  fc.assert(
    fc.property(leaning, (placement) => {
      const stack = stackSlices(planesOf(placement), stackRules);
      const scanned = new Int16Array(40 * 30 * 5);
      for (let i = 0; i < scanned.length; i++) {
        scanned[i] = ramp(
          stack.lattice.pointOfIndex([i % 40, Math.floor(i / 40) % 30, Math.floor(i / 1200)]),
        );
      }
      const { data, geometry } = stack.toVolume(scanned, -32768);
      const [nx, ny] = geometry.size;
      let inside = 0;
      for (let i = 0; i < data.length; i++) {
        const at = pointOfIndex(geometry, [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]);
        const [x, y] = stack.lattice.indexOfPoint(at);
        if (x < 0 || y < 0 || x > 39 || y > 29) continue;
        inside++;
        // Half a HU of rounding on the way in and on the way out.
        if (Math.abs(data[i] - ramp(at)) > 1.5) throw new Error(`${data[i]} HU, not ${ramp(at)}`);
      }
      expect(inside).toBeGreaterThan(38 * 28 * 5);
    }),
    { numRuns: 30 },
  );
});

test('a mask goes the way of the image, keeps its voxels, and stays within half a pixel', () => {
  fc.assert(
    fc.property(leaning, fc.nat(39), fc.nat(29), fc.nat(4), (placement, x, y, k) => {
      const stack = stackSlices(planesOf(placement), stackRules);
      const drawn = new Uint8Array(40 * 30 * 5);
      drawn[(k * 30 + y) * 40 + x] = 1;
      const { data, geometry } = stack.toMask(drawn);
      expect(data.reduce((sum, n) => sum + n, 0)).toBe(1);
      const at = data.indexOf(1);
      const [nx, ny] = geometry.size;
      const exact = indexOfPoint(geometry, stack.lattice.pointOfIndex([x, y, k]));
      [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))].forEach((n, a) => {
        expect(Math.abs(n - exact[a])).toBeLessThanOrEqual(0.5 + 1e-5);
      });
    }),
  );
});

test('slices that drift by less than the tolerance are not touched', () => {
  const stack = stackSlices(planesOf({ ...axial, shear: [0, 0.008] }), stackRules);
  expect(stack.tiltDegrees).toBe(0);
  expect(stack.geometry.size).toEqual([4, 3, 5]);
});

test('a stack that leans until its ends lie beside each other is excluded, whatever the angle', () => {
  const heightsMm = Array.from({ length: 40 }, (_, k) => 3 * k);
  expect(() => stackSlices(planesOf({ ...axial, heightsMm, shear: [0.2, 0] }), stackRules)).toThrow(
    /ends lie beside/,
  );
});

/** Linear interpolation at a continuous index, undefined where a neighbour is missing. */
function sample(data: ArrayLike<number>, [nx, ny, nz]: Vec3, index: Vec3): number | undefined {
  const base = vec3((a) => Math.floor(index[a] + 1e-6));
  if (base.some((n, a) => n < 0 || n + 1 >= [nx, ny, nz][a])) return undefined;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const bit = vec3((a) => (corner >> a) & 1);
    const weight = bit.reduce((w, b, a) => w * (b === 1 ? index[a] - base[a] : 1 - index[a] + base[a]), 1);
    sum += weight * data[((base[2] + bit[2]) * ny + base[1] + bit[1]) * nx + base[0] + bit[0]];
  }
  return sum;
}

describe.runIf(hasSharedData)('real series', () => {
  const read = (folder: string): Stack => stackSlices(ctPlanes(filesAt(shared(folder))), stackRules);

  test.each(stackGoldens.slice(1))('$folder straightened as SimpleITK does', (golden) => {
    const stack = read(golden.folder);
    const volume = stack.toVolume(nativeHu(stack), AIR_HU);
    const { size, spacingMm, originMm, direction } = volume.geometry;
    expect(size).toEqual(golden.size);
    expect(stack.tiltDegrees).toBeCloseTo(golden.tilt_degrees, 6);
    expect(stack.missingPlanes).toEqual(golden.missing_planes);
    const expected = [...golden.spacing_mm, ...golden.origin_lps_mm, ...golden.direction_lps];
    [...spacingMm, ...originMm, ...direction].forEach((n, i) => {
      expect(n).toBeCloseTo(expected[i], 6);
    });
    // A missing plane is rounded to whole HU before it is shifted, and again after.
    const rounding = golden.missing_planes.length > 0 ? 1 : 0.5;
    expect(largestDifferenceHu(volume, golden)).toBeLessThanOrEqual(rounding + 1e-4);
  });

  test('tilted, a slice missing: every voxel of dicom2nifti is found at its place among the scanned planes', () => {
    const { folder } = stackGoldens[2];
    const { slices, lattice } = read(folder);
    const [a, b, c, d] = slices.map(huOf);
    const between = c.map((hu, i) => Math.round((hu + d[i]) / 2));
    const scanned = new Int16Array(5 * a.length);
    [a, b, c, between, d].forEach((hu, k) => {
      scanned.set(hu, k * a.length);
    });
    const [file] = filesAt(shared(`${folder}_ground_truth.nii.gz`));
    const theirs = decodeNifti(file.name, new Uint8Array(file.bytes));
    const [nx, ny] = theirs.geometry.size;
    // It interpolates linearly too, but on planes 0.778 mm apart, the step along the table, where the slices are 0.750 mm
    // apart along their normal: so we look its voxels up. Its first and last planes fall outside by rounding.
    let count = 0;
    let largest = 0;
    for (let i = nx * ny; i < 4 * nx * ny; i += 5) {
      if (theirs.data[i] === 0) continue;
      const at = pointOfIndex(theirs.geometry, [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]);
      const hu = sample(scanned, lattice.size, lattice.indexOfPoint(at));
      if (hu === undefined) continue;
      count++;
      largest = Math.max(largest, Math.abs(hu - theirs.data[i]));
    }
    expect(count).toBeGreaterThan(156_000);
    expect(largest).toBeLessThanOrEqual(1);
  });
});
