import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaseExclusion } from '../../src/errors.ts';
import { cropWithPad } from '../../src/kernels/grid/crop.ts';
import { axisOrder, reorient } from '../../src/kernels/grid/orient.ts';
import { axisPaths, nearestAxis } from '../../src/kernels/grid/resample-axis.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { geometryOfRecord } from '../../src/records/grid.ts';
import {
  type Geometry,
  indexOfPoint,
  pointOfIndex,
  type Vec3,
  type Volume,
  vec3,
  voxelCount,
} from '../../src/volume/geometry.ts';
import { mapBack } from '../../src/way-back/native-prediction.ts';
import {
  decodeBytes,
  decodeFloats,
  geometryOfGolden,
  goldenVoxels,
  type ResampleGolden,
  readGolden,
} from '../support/goldens.ts';
import { type Forward, wayForward } from '../support/volumes/way-forward.ts';

const asIs = { interpolation: 'auto', threshold: undefined } as const;
const nearest = { interpolation: 'nearest', threshold: undefined } as const;
const linear = { interpolation: 'linear', threshold: undefined } as const;

function throughNifti<T extends Volume>(volume: T): T {
  return decodeNifti('roi.nii', encodeNifti(volume) as Uint8Array<ArrayBuffer>) as T;
}

const ORIENTATIONS = ['LPS', 'RAS', 'LAI', 'PIR', 'SAL', 'AIL', 'RPI'];

/** A direction of some orientation, turned by up to some degrees. */
function directionOf(codes: string, degrees: number): number[] {
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const box = { data: new Uint8Array(1), geometry: gridOf([1, 1, 1], [1, 1, 1], [0, 0, 0], identity) };
  const d = reorient(box, axisOrder(identity, codes)).geometry.direction;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const turn = [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((axis) => [0, 1, 2].reduce((sum, k) => sum + turn[3 * row + k] * d[3 * k + axis], 0)),
  );
}

function gridOf(size: Vec3, spacingMm: Vec3, originMm: Vec3, direction: readonly number[]): Geometry {
  return { size, spacingMm, originMm, direction };
}

const mm = fc.oneof(fc.double({ min: 0.4, max: 4, noNaN: true }), fc.constantFrom(0.5, 0.9765625, 1, 2, 3));
const length = fc.integer({ min: 1, max: 9 });
const place = fc.double({ min: -300, max: 300, noNaN: true });

/** A CT grid as it is read from a file, a target spacing, and a box that may reach beyond the CT. */
const way: fc.Arbitrary<Forward & { scan: Geometry; ct: Geometry; targetMm: Vec3; degrees: number }> = fc
  .record({
    size: fc.tuple(length, length, length),
    spacingMm: fc.tuple(mm, mm, mm),
    originMm: fc.tuple(place, place, place),
    codes: fc.constantFrom(...ORIENTATIONS),
    degrees: fc.constantFrom(0, 0, 12),
    targetMm: fc.tuple(mm, mm, mm),
    from: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -0.4, max: 0.8, noNaN: true }))),
    share: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.3, max: 1.6, noNaN: true }))),
  })
  .map(({ size, spacingMm, originMm, codes, degrees, targetMm, from, share }) => {
    const grid = gridOf(size, spacingMm, originMm, directionOf(codes, degrees));
    const ct = throughNifti({ data: new Uint8Array(voxelCount(size)), geometry: grid }).geometry;
    const box = (resampled: Vec3) => ({
      start: vec3((a) => Math.round(from[a] * resampled[a]) + 0),
      size: vec3((a) => Math.max(1, Math.round(share[a] * resampled[a]))),
    });
    return { scan: grid, ct, targetMm, degrees, ...wayForward(ct, targetMm, box) };
  })
  .filter(({ roi, resampled, transforms: { bbox_final_start_ijk: start } }) =>
    [0, 1, 2].every(
      (a) => resampled.size[a] > 0 && start[a] < resampled.size[a] && start[a] + roi.size[a] > 0,
    ),
  )
  .filter(({ roi, resampled }) => voxelCount(roi.size) < 4000 && voxelCount(resampled.size) < 20_000);

/** Labels from a seed, without the cost of an array of arbitraries. */
function labelsOf(count: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 30;
  });
}

function back(forward: Forward, volume: Volume, rules: Parameters<typeof mapBack>[3] = asIs): Volume {
  return mapBack('p.nii', volume, forward.transforms, rules).volume;
}

/** For each axis of the ROI, the RAS voxel that each sample was read from; undefined outside the CT. */
function readsOf({ transforms, roi }: Forward, axis: number): (number | undefined)[] {
  const { ras_ct_geometry: ras, resampled_ct_geometry: grid, bbox_final_start_ijk: start } = transforms;
  const forward = nearestAxis(
    ras.size_ijk[axis],
    ras.spacing_mm[axis],
    grid.spacing_mm[axis],
    axisPaths(geometryOfRecord(ras))[axis],
  );
  return Array.from({ length: roi.size[axis] }, (_, i) => {
    const at = start[axis] + i;
    return forward.inside[at] ? forward.lower[at] : undefined;
  });
}

describe('there and back', () => {
  test('a mask that came from the CT, mapped back and sent forward again, is unchanged', () => {
    fc.assert(
      fc.property(way, fc.nat(), (forward, seed) => {
        const roi = forward.mask(labelsOf(voxelCount(forward.ct.size), seed));
        const native = back(forward, throughNifti(roi));
        expect(forward.mask(native.data as Uint8Array).data).toEqual(roi.data);
      }),
      { numRuns: 300 },
    );
  });

  test('any mask within the CT is unchanged where the ROI is as coarse as the CT or coarser', () => {
    fc.assert(
      fc.property(way, fc.nat(), (forward, seed) => {
        const { ras_ct_geometry: ras } = forward.transforms;
        fc.pre(ras.spacing_mm.every((native, a) => forward.targetMm[a] >= native));
        const reads = [0, 1, 2].map((a) => readsOf(forward, a));
        const [nx, ny] = forward.roi.size;
        const data = labelsOf(voxelCount(forward.roi.size), seed).map((label, at) => {
          const index = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)];
          return index.every((i, a) => reads[a][i] !== undefined) ? label : 0;
        });
        const native = back(forward, { data, geometry: forward.roi });
        expect(forward.mask(native.data as Uint8Array).data).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  test('of any other mask one of the voxels is kept that were read from the same voxel of the CT', () => {
    fc.assert(
      fc.property(way, fc.nat(), (forward, seed) => {
        const data = labelsOf(voxelCount(forward.roi.size), seed);
        const native = back(forward, { data, geometry: forward.roi });
        const again = forward.mask(native.data as Uint8Array).data;
        const reads = [0, 1, 2].map((a) => readsOf(forward, a));
        const [nx, ny] = forward.roi.size;
        const sourceOf = (at: number): string | undefined => {
          const index = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)];
          const source = index.map((i, a) => reads[a][i]);
          return source.includes(undefined) ? undefined : source.join();
        };
        const labels = new Map<string, Set<number>>();
        data.forEach((label, at) => {
          const source = sourceOf(at);
          if (source !== undefined) labels.set(source, (labels.get(source) ?? new Set()).add(label));
        });
        again.forEach((label, at) => {
          const source = sourceOf(at);
          if (source === undefined) expect(label).toBe(0);
          else expect(labels.get(source)).toContain(label);
        });
      }),
    );
  });

  test('every voxel of the CT that the ROI was read from has its label again, so a clipped tumour loses no more than was cut', () => {
    fc.assert(
      fc.property(way, fc.nat(), (forward, seed) => {
        const labels = labelsOf(voxelCount(forward.ct.size), seed);
        const native = back(forward, forward.mask(labels));
        const { ras_ct_geometry: ras, axis_order: order } = forward.transforms;
        const reads = [0, 1, 2].map((a) => new Set(readsOf(forward, a)));
        const [nx, ny] = forward.ct.size;
        labels.forEach((label, at) => {
          const index = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)];
          const rasIndex = order.from.map((b, a) =>
            order.flip[a] ? ras.size_ijk[a] - 1 - index[b] : index[b],
          );
          if (rasIndex.every((n, a) => reads[a].has(n))) expect(native.data[at]).toBe(label);
        });
      }),
    );
  });
});

describe('place', () => {
  test('coordinates written into the ROI arrive at voxels that have those coordinates', () => {
    fc.assert(
      fc.property(way, fc.constantFrom(...ORIENTATIONS), fc.nat(2), (forward, saved, row) => {
        const { roi, ct } = forward;
        const [nx, ny] = roi.size;
        const data = Float32Array.from(
          { length: voxelCount(roi.size) },
          (_, at) => pointOfIndex(roi, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)])[row],
        );
        const asSaved = reorient({ data, geometry: roi }, axisOrder(roi.direction, saved));
        const native = back(forward, throughNifti(asSaved), linear);
        const [cx, cy] = ct.size;
        native.data.forEach((value, at) => {
          const point = pointOfIndex(ct, [at % cx, Math.floor(at / cx) % cy, Math.floor(at / cx / cy)]);
          const index = indexOfPoint(roi, point);
          const within = index.every((c, a) => c >= 1e-6 && c <= roi.size[a] - 1 - 1e-6);
          if (within) expect(Math.abs(value - point[row])).toBeLessThan(2e-3);
          const outside = index.some((c, a) => c < -0.5 - 1e-6 || c >= roi.size[a] - 0.5 + 1e-6);
          if (outside) expect(value).toBe(0);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('the header is that of the CT, to the byte unless the CT is oblique', () => {
    fc.assert(
      fc.property(way, (forward) => {
        const written = encodeNifti({
          data: new Uint8Array(voxelCount(forward.ct.size)),
          geometry: forward.scan,
        });
        const native = encodeNifti(back(forward, forward.mask(written.slice(352)), nearest));
        const floats = (bytes: Uint8Array) => new Float32Array(bytes.slice(256, 328).buffer);
        // Directions are divided by their length when they are read: the last bit of an oblique one may change.
        floats(native).forEach((v, i) => {
          expect(Math.abs(v - floats(written)[i])).toBeLessThanOrEqual(forward.degrees === 0 ? 0 : 1e-6);
        });
        expect(native.slice(0, 256)).toEqual(written.slice(0, 256));
        expect(native.slice(328)).toEqual(written.slice(328));
      }),
    );
  });

  test('the order in which axes were saved makes no difference', () => {
    fc.assert(
      fc.property(way, fc.nat(), fc.constantFrom(...ORIENTATIONS), (forward, seed, codes) => {
        const roi = { data: labelsOf(voxelCount(forward.roi.size), seed), geometry: forward.roi };
        const saved = throughNifti(reorient(roi, axisOrder(forward.roi.direction, codes)));
        expect(back(forward, saved)).toEqual(back(forward, roi));
      }),
    );
  });

  test('a box of the grid is placed by its affine, as if the rest were 0', () => {
    fc.assert(
      fc.property(way, fc.nat(), fc.nat(), fc.nat(), (forward, seed, from, more) => {
        const { roi } = forward;
        const start = vec3((a) => (from >> (4 * a)) % roi.size[a]);
        const size = vec3((a) => 1 + ((more >> (4 * a)) % (roi.size[a] - start[a])));
        const part = {
          data: labelsOf(voxelCount(size), seed),
          geometry: { ...roi, size, originMm: pointOfIndex(roi, start) },
        };
        const whole = cropWithPad(
          part.data,
          size,
          vec3((a) => 0 - start[a]),
          roi.size,
          0,
        );
        const expected = back(forward, { data: whole, geometry: roi }).data;
        const grid = forward.transforms.resampled_ct_geometry.size_ijk;
        const first = vec3((a) => forward.transforms.bbox_final_start_ijk[a] + start[a]);
        fc.pre(first.every((index, a) => index < grid[a] && index + size[a] > 0));
        const actual = back(forward, throughNifti(part)).data;
        // At the face of a finely sampled part a voxel of the CT may belong to it and to what lies beyond.
        const { ras_ct_geometry: ras } = forward.transforms;
        if (ras.spacing_mm.every((native, a) => forward.targetMm[a] >= native))
          expect(actual).toEqual(expected);
        else expect(expected.every((v, i) => v === 0 || actual[i] === v)).toBe(true);
      }),
    );
  });
});

interface MapBackGolden extends ResampleGolden {
  roi_start_ijk: Vec3;
  roi_size_ijk: Vec3;
  labels: string;
  shares: string;
}

/** Recorded by test/reference/record_map_back.py. */
const { cases } = readGolden<{ cases: MapBackGolden[] }>('map-back.json');

const differing: number[] = [];

describe.each(cases)('equal to SimpleITK: $name, box from $roi_start_ijk', (golden) => {
  const grid = geometryOfGolden(golden);
  const ct = throughNifti({ data: goldenVoxels(voxelCount(grid.size)).mask, geometry: grid }).geometry;
  const forward = wayForward(ct, golden.target_mm, {
    start: golden.roi_start_ijk,
    size: golden.roi_size_ijk,
  });
  const count = voxelCount(golden.roi_size_ijk);

  test('probabilities within 1e-6', () => {
    const data = Float32Array.from({ length: count }, (_, i) => ((i * 7919 + 12345) % 4093) / 4093);
    const { volume, interpolation } = mapBack('p', { data, geometry: forward.roi }, forward.transforms, asIs);
    const expected = decodeFloats(golden.shares);
    expect(interpolation).toBe('linear');
    const largest = expected.reduce((most, v, i) => Math.max(most, Math.abs(v - volume.data[i])), 0);
    expect(volume.data).toHaveLength(expected.length);
    expect(largest).toBeLessThanOrEqual(1e-6);
  });

  test('labels, but for what lies half way between two voxels', () => {
    const data = Uint8Array.from({ length: count }, (_, i) => (i * 31 + 7) % 5);
    const { volume, interpolation } = mapBack('p', { data, geometry: forward.roi }, forward.transforms, asIs);
    expect(interpolation).toBe('nearest');
    const expected = decodeBytes(golden.labels);
    const [nx, ny] = ct.size;
    volume.data.forEach((label, at) => {
      if (label === expected[at]) return;
      const point = pointOfIndex(ct, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)]);
      const halfWay = indexOfPoint(forward.roi, point).some((c) => Math.abs(c - Math.floor(c) - 0.5) < 1e-4);
      expect([at, halfWay]).toEqual([at, true]);
      differing.push(at);
    });
  });
});

test('of 11348 labels 24 lie half way and go the other way', () => {
  expect(cases.reduce((sum, { size }) => sum + voxelCount(size), 0)).toBe(11348);
  expect(differing).toHaveLength(24);
});

describe('values', () => {
  const ct = gridOf([4, 4, 2], [1, 1, 3], [0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const forward = wayForward(ct, [1, 1, 3], { start: [0, 0, 0], size: [4, 4, 2] });
  const roi = (data: Volume['data']): Volume => ({ data, geometry: forward.roi });

  test.each([Uint8Array, Int16Array, Uint16Array, Int32Array, Float32Array])(
    'labels keep their type: %o',
    (ArrayType) => {
      const { volume, interpolation } = mapBack(
        'p',
        roi(new ArrayType(32).fill(3)),
        forward.transforms,
        asIs,
      );
      expect(interpolation).toBe('nearest');
      expect(volume.data).toEqual(new ArrayType(32).fill(3));
    },
  );

  test('probabilities become float32, and a mask from the threshold on', () => {
    const shares = new Float64Array(32).fill(0.25).fill(0.5, 8, 12);
    expect(back(forward, roi(shares)).data).toBeInstanceOf(Float32Array);
    const mask = back(forward, roi(shares), { interpolation: 'auto', threshold: 0.5 }).data;
    expect(mask).toBeInstanceOf(Uint8Array);
    expect([...mask].filter((v) => v === 1)).toHaveLength(4);
  });

  test.each<[string, (volume: Volume) => Volume, string, RegExp]>([
    [
      'NaN',
      () => roi(new Float32Array(32).fill(Number.NaN)),
      'not-finite',
      /^p: holds NaN or infinite values$/,
    ],
    [
      'half a voxel off',
      (v) => ({ ...v, geometry: { ...v.geometry, originMm: vec3((a) => v.geometry.originMm[a] + 0.5) } }),
      'other-grid',
      /up to 0\.50 voxels off/,
    ],
    [
      'another spacing',
      (v) => ({ ...v, geometry: { ...v.geometry, spacingMm: [1, 1, 1] } }),
      'other-grid',
      /its voxels measure 1 x 1 x 1 mm, there 1 x 1 x 3 mm/,
    ],
    [
      'turned by some degrees',
      (v) => ({ ...v, geometry: { ...v.geometry, direction: directionOf('RAS', 7) } }),
      'other-grid',
      /does not lie on the grid of the ROI of this patient/,
    ],
    [
      'far away',
      (v) => ({ ...v, geometry: { ...v.geometry, originMm: pointOfIndex(v.geometry, [40, 0, 0]) } }),
      'off-image',
      /lies wholly outside the CT/,
    ],
  ])('%s is refused', (_, change, code, message) => {
    const volume = change(roi(new Uint8Array(32).fill(1)));
    const run = (): unknown => mapBack('p', volume, forward.transforms, asIs);
    expect(run).toThrow(CaseExclusion);
    expect(run).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
