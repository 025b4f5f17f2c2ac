import fc from 'fast-check';
import { expect, test } from 'vitest';
import { componentSizes, components } from '../../../src/kernels/mask/components.ts';
import { readGolden, readMask } from '../../support/goldens.ts';

/** By flood fill, voxel by voxel. */
function floodSizes(mask: Uint8Array, [nx, ny, nz]: readonly [number, number, number]): number[] {
  const left = Uint8Array.from(mask);
  const sizes: number[] = [];
  for (let seed = 0; seed < left.length; seed++) {
    if (left[seed] === 0) continue;
    const open = [seed];
    left[seed] = 0;
    let size = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      size++;
      const [x, y, z] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
      for (let dz = -1; dz <= 1; dz++)
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const [a, b, c] = [x + dx, y + dy, z + dz];
            const next = (c * ny + b) * nx + a;
            if (a < 0 || b < 0 || c < 0 || a >= nx || b >= ny || c >= nz || left[next] === 0) continue;
            left[next] = 0;
            open.push(next);
          }
    }
    sizes.push(size);
  }
  return sizes.sort((a, b) => b - a);
}

test('equals a flood fill over 26 neighbours', () => {
  const side = fc.integer({ min: 1, max: 7 });
  const masked = fc
    .tuple(side, side, side)
    .chain(([x, y, z]) =>
      fc.tuple(
        fc.constant([x, y, z] as const),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: x * y * z, maxLength: x * y * z }),
      ),
    );
  fc.assert(
    fc.property(masked, ([size, values]) => {
      const mask = Uint8Array.from(values, (v) => (v === 0 ? 1 : 0));
      expect(componentSizes(mask, size)).toEqual(floodSizes(mask, size));
    }),
    { numRuns: 300 },
  );
});

test('voxels that touch by a corner are one component, those two apart are two', () => {
  const mask = new Uint8Array(27);
  mask[0] = 1;
  mask[13] = 1;
  expect(componentSizes(mask, [3, 3, 3])).toEqual([2]);
  mask[13] = 0;
  mask[26] = 1;
  expect(componentSizes(mask, [3, 3, 3])).toEqual([1, 1]);
});

test('an empty mask has none', () => {
  expect(componentSizes(new Uint8Array(8), [2, 2, 2])).toEqual([]);
});

interface ComponentGolden {
  size: [number, number, number];
  mask: string;
  faces: { sizes: number[]; labels: number[] };
  full: { sizes: number[]; labels: number[] };
}

test.each(readGolden<{ rows: ComponentGolden[] }>('simpleitk-components.json').rows)(
  'sizes and pieces are those of SimpleITK, over faces and over corners: $size',
  ({ size, mask, faces, full }) => {
    const voxels = readMask(mask);
    for (const [connectivity, golden] of [
      [6, faces],
      [26, full],
    ] as const) {
      const { sizes, maskOf } = components(voxels, size, connectivity);
      const labels = new Int32Array(voxels.length);
      sizes.forEach((_, i) => {
        maskOf(i + 1).forEach((set, at) => {
          labels[at] += set * (i + 1);
        });
      });
      expect(sizes).toEqual(golden.sizes);
      expect(componentSizes(voxels, size, connectivity)).toEqual(golden.sizes);
      // Numbers of equally large pieces are arbitrary: each of ours must be one of theirs.
      const theirs = new Map(Array.from(labels, (label, i) => [label, golden.labels[i]]));
      expect(new Set(theirs.values()).size).toBe(theirs.size);
      expect(Array.from(labels, (label) => theirs.get(label))).toEqual(golden.labels);
    }
  },
);
