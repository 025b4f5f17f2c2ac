import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StackRules, stackSlices } from '../../src/dicom/series/stack.ts';
import { CaseExclusion } from '../../src/errors.ts';
import { type Geometry, type VoxelArray, vec3 } from '../../src/volume/geometry.ts';
import type { Source } from '../../src/way-back/source-images.ts';
import { toSourceVoxels } from '../../src/way-back/source-voxels.ts';
import { axial, type Placement, planesOf } from '../support/dicom/made-planes.ts';
import { stackRules } from '../support/dicom/real-stack.ts';
import { withKernels } from '../support/in-arena.ts';
import { VOXEL_ARRAYS } from '../support/volumes/voxel-arrays.ts';

/** Images of 4 x 3 pixels. */
function sourceOf(placement: Partial<Placement> = {}, rules: Partial<StackRules> = {}): Source {
  const stack = stackSlices(planesOf({ ...axial, ...placement }), { ...stackRules, ...rules });
  return { images: { slices: stack.slices, spacingMm: undefined }, stack, flags: [], headers: [] };
}

const plain = sourceOf();
const labels = (data: VoxelArray, source = plain) =>
  toSourceVoxels('p.nii.gz', { data, geometry: source.stack.geometry }, 'labels', source);
const probabilities = (data: VoxelArray, source = plain) =>
  toSourceVoxels('p.nii.gz', { data, geometry: source.stack.geometry }, 'probabilities', source);

/** A map of 60 voxels that begins so. */
function map<T extends VoxelArray>(type: new (length: number) => T, ...values: number[]): T {
  const data = new type(60);
  data.set(values);
  return data;
}

describe('labels', () => {
  test.each(VOXEL_ARRAYS)('of whatever type become uint8, counted by label: %o', (type) => {
    const { voxels, counts, flags } = labels(map<VoxelArray>(type, 2, 0, 2, 7, 1));
    expect(voxels).toEqual(map(Uint8Array, 2, 0, 2, 7, 1));
    expect([...counts]).toEqual([
      [1, 1],
      [2, 2],
      [7, 1],
    ]);
    expect(flags).toEqual([]);
  });

  test.each([Int16Array, Uint16Array, Int32Array, Float32Array])('above 255 become uint16: %o', (type) => {
    const { voxels, counts } = labels(map<VoxelArray>(type, 256, 3, 3));
    expect(voxels).toEqual(map(Uint16Array, 256, 3, 3));
    expect([...counts]).toEqual([
      [3, 2],
      [256, 1],
    ]);
  });

  test('up to 65535, the last of uint16', () => {
    expect([...labels(map(Float64Array, 65535)).counts]).toEqual([[65535, 1]]);
  });

  test('the array itself where nothing has to be done to it, none where there is no label', () => {
    const data = map(Uint8Array, 1);
    expect(labels(data).voxels).toBe(data);
    expect(labels(new Uint8Array(60)).counts.size).toBe(0);
  });

  test.each<[string, VoxelArray, string, RegExp]>([
    [
      'negative ones',
      map(Int16Array, 1, -1),
      'not-labels',
      /^p\.nii\.gz: holds -1, and labels are from 0 to 65535/,
    ],
    ['ones above 65535', map(Int32Array, 65536), 'not-labels', /holds 65536, .*: number them anew$/],
    ['fractions', map(Float32Array, 0.5), 'not-labels', /holds fractions, .*: give a threshold/],
    ['NaN', map(Float32Array, Number.NaN), 'not-finite', /^p\.nii\.gz: holds NaN or infinite values$/],
    ['NaN behind others', map(Float64Array, 1, 2, Number.NaN, 3), 'not-finite', /NaN/],
    ['infinity', map(Float32Array, Number.POSITIVE_INFINITY), 'not-finite', /infinite/],
    ['minus infinity', map(Float32Array, 3, Number.NEGATIVE_INFINITY), 'not-finite', /infinite/],
  ])('%s are refused', (_, data, code, message) => {
    expect(() => labels(data)).toThrow(CaseExclusion);
    expect(() => labels(data)).toThrow(
      expect.objectContaining({ code, file: 'p.nii.gz', message: expect.stringMatching(message) }),
    );
  });
});

describe('probabilities', () => {
  test('become float32, counted from one half on', () => {
    const { voxels, counts } = probabilities(map(Float64Array, 0.25, 0.5, 1));
    expect(voxels).toEqual(map(Float32Array, 0.25, 0.5, 1));
    expect([...counts]).toEqual([[1, 2]]);
  });

  test('a mask is one too', () => {
    expect(probabilities(map(Uint8Array, 0, 1, 1)).voxels).toEqual(map(Float32Array, 0, 1, 1));
  });

  test('what rounding has put beside 0 and 1 is put back, in a copy', () => {
    const data = map(Float32Array, 1.0000002, -1e-7, 0.5);
    expect(probabilities(data).voxels).toEqual(map(Float32Array, 1, 0, 0.5));
    expect(data[0]).toBeGreaterThan(1);
  });

  test('the array itself where it is one already', () => {
    const data = map(Float32Array, 0.5);
    expect(probabilities(data).voxels).toBe(data);
  });

  test.each<[string, VoxelArray, string, RegExp]>([
    [
      'logits',
      map(Float32Array, -3.5, 4.25),
      'not-probabilities',
      /holds values from -3\.5 to 4\.25, .*\(sigmoid, softmax\)/,
    ],
    ['percents', map(Uint8Array, 100), 'not-probabilities', /from 0 to 100/],
    ['NaN', map(Float32Array, Number.NaN), 'not-finite', /NaN/],
  ])('%s are refused', (_, data, code, message) => {
    expect(() => probabilities(data)).toThrow(
      expect.objectContaining({ code, file: 'p.nii.gz', message: expect.stringMatching(message) }),
    );
  });
});

describe('the grid', () => {
  const on = (change: Partial<Geometry>, data = new Uint8Array(60)): (() => unknown) => {
    const geometry = { ...plain.stack.geometry, ...change };
    return () => toSourceVoxels('p.nii.gz', { data, geometry }, 'labels', plain);
  };

  test.each<[string, Partial<Geometry>]>([
    ['another size', { size: [5, 3, 4] }],
    ['another place', { originMm: vec3((a) => plain.stack.geometry.originMm[a] + 0.5) }],
    ['another direction', { direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] }],
  ])('%s is refused', (_, change) => {
    expect(on(change)).toThrow(
      expect.objectContaining({
        code: 'other-grid',
        message: expect.stringMatching(/^p\.nii\.gz: has .*: give a map on the grid of its ct\.nii\.gz$/),
      }),
    );
  });

  test('what float32 rounds is the same grid', () => {
    expect(on({ originMm: vec3((a) => plain.stack.geometry.originMm[a] + 1e-4) })).not.toThrow();
  });
});

describe('voxels where there is no image are told', () => {
  test('on a plane that was interpolated, of labels and of probabilities', () => {
    const source = sourceOf({ heightsMm: [0, 3, 9, 12] });
    const data = new Uint8Array(60).fill(1, 0, 12).fill(2, 24, 29);
    const placed = labels(data, source);
    expect(placed.voxels).toEqual(new Uint8Array(48).fill(1, 0, 12));
    expect([...placed.counts]).toEqual([[1, 12]]);
    expect(placed.flags).toMatchObject([{ code: 'voxels-off-images', value: 5 }]);
    const shares = Float32Array.from(data, (label) => [0, 0.2, 0.8][label]);
    expect(probabilities(shares, source).flags).toMatchObject([{ code: 'voxels-off-images', value: 5 }]);
  });

  test('beside a leaning image', () => {
    const source = sourceOf({ shear: [0.3, 0] });
    const { size } = source.stack.geometry;
    // Of the five planes each has four columns of the grid.
    expect(size).toEqual([8, 3, 5]);
    const placed = labels(new Uint8Array(8 * 3 * 5).fill(1), source);
    expect([...placed.counts]).toEqual([[1, 60]]);
    expect(placed.flags).toMatchObject([{ code: 'voxels-off-images', value: 60 }]);
  });

  test('nothing is told of a mask that was drawn on the images, however they lie', () => {
    const anywhere = fc.record({
      shear: fc.constantFrom([0, 0] as const, [0.2, 0] as const, [-0.1, 0.15] as const),
      heightsMm: fc.constantFrom([0, 3, 6, 9, 12], [0, 3, 9, 12, 15], [0, 3, 5, 9.5, 12]),
    });
    fc.assert(
      fc.property(anywhere, fc.uint8Array({ minLength: 60, maxLength: 60, max: 3 }), (placement, drawn) => {
        const source = sourceOf(placement, { variableSpacing: 'resample' });
        const { lattice, toMask, missingPlanes } = source.stack;
        const onLattice = new Uint8Array(12 * lattice.size[2]);
        const held = Array.from({ length: lattice.size[2] }, (_, k) => k).filter(
          (k) => !missingPlanes.includes(k),
        );
        held.forEach((plane, k) => {
          onLattice.set(drawn.subarray(12 * k, 12 * k + 12), 12 * plane);
        });
        expect(labels(toMask(onLattice).data, source).flags).toEqual([]);
      }),
    );
  });
});

test('counts are those of the images, wherever the array begins, and however many pixels there are', () => {
  for (const columns of [4, 5]) {
    const source = sourceOf({ columns, rows: 3, heightsMm: [0, 3, 6] });
    const count = columns * 3 * 3;
    for (const type of [Uint8Array, Uint16Array]) {
      const whole = new type(count + 3);
      for (let i = 0; i < whole.length; i++) if (i % 3 === 0) whole[i] = 5;
      for (const start of [0, 1, 2, 3]) {
        const data = whole.subarray(start, start + count);
        expect([...labels(data, source).counts]).toEqual([
          [5, Math.ceil((count + start) / 3) - Math.ceil(start / 3)],
        ]);
      }
    }
  }
});

test('counts are those of each label', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 60, maxLength: 60, max: 4 }), (data) => {
      const expected = new Map([1, 2, 3, 4].map((label) => [label, data.filter((v) => v === label).length]));
      const { counts } = labels(data);
      for (const [label, count] of expected) expect(counts.get(label) ?? 0).toBe(count);
      expect([...counts.keys()]).toEqual([...counts.keys()].toSorted((a, b) => a - b));
    }),
  );
});

test('while a patient is at work the arrays lie in its memory, and are the same', async () => {
  const source = sourceOf({ shear: [0.3, 0] });
  const data = Float32Array.from({ length: 120 }, (_, i) => i % 5);
  const shares = Float64Array.from({ length: 120 }, (_, i) => (i % 5) / 4);
  const [inArena, sharesInArena] = await withKernels(() => [
    labels(data, source).voxels.slice(),
    probabilities(shares, source).voxels.slice(),
  ]);
  expect(inArena).toEqual(labels(data, source).voxels);
  expect(sharesInArena).toEqual(probabilities(shares, source).voxels);
});
