import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Canvas } from '../../src/picture/canvas.ts';
import { CONTOUR, renderPanel } from '../../src/picture/panel.ts';
import { radiologicalViews } from '../../src/picture/view.ts';
import { type Geometry, type Vec3, vec3, voxelCount } from '../../src/volume/geometry.ts';

const LPS = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const windowHu = [0, 255] as const;

const grid = (size: Vec3, spacingMm: Vec3 = [1, 1, 1]): Geometry => ({
  size,
  spacingMm,
  originMm: [0, 0, 0],
  direction: LPS,
});

/** The axial panel of a one slice LPS volume: rows of HU, and of the mask. */
function axial(size: Vec3, hu: readonly number[], mask: readonly number[], pixelsPerMm: number): Canvas {
  const geometry = grid(size);
  const [view] = radiologicalViews(geometry);
  return renderPanel(
    { data: Float32Array.from(hu), geometry },
    [{ mask: { data: Uint8Array.from(mask), geometry }, colour: CONTOUR }],
    { view, slice: 0, pixelsPerMm, windowHu },
  );
}

const red = ({ rgb }: Canvas) => Array.from(rgb.filter((_, i) => i % 3 === 0));
const outline = ({ rgb }: Canvas) =>
  Array.from({ length: rgb.length / 3 }, (_, i) => (rgb[3 * i] === rgb[3 * i + 1] ? '.' : '#'));
const rows = (panel: Canvas) =>
  Array.from({ length: panel.height }, (_, y) =>
    outline(panel)
      .slice(y * panel.width, (y + 1) * panel.width)
      .join(''),
  );

describe('grey', () => {
  test('at one pixel a voxel each pixel is its voxel', () => {
    expect(red(axial([3, 2, 1], [0, 50, 100, 150, 200, 250], [0, 0, 0, 0, 0, 0], 1))).toEqual([
      0, 50, 100, 150, 200, 250,
    ]);
  });

  test('at two pixels a voxel it is linear between voxel centres and constant beyond the outer ones', () => {
    // Pixel centres lie at -0.25, 0.25, 0.75, 1.25 voxels.
    expect(red(axial([2, 1, 1], [0, 100], [0, 0], 2)).slice(0, 4)).toEqual([0, 25, 75, 100]);
  });

  test('HU outside the window are black and white', () => {
    expect(red(axial([3, 1, 1], [-1024, 127, 3071], [0, 0, 0], 1))).toEqual([0, 127, 255]);
  });

  test('a pixel away from the mask is grey', () => {
    const { rgb } = axial([2, 1, 1], [10, 90], [0, 0], 3);
    for (let i = 0; i < rgb.length; i += 3) expect([rgb[i + 1], rgb[i + 2]]).toEqual([rgb[i], rgb[i]]);
  });
});

describe('outline', () => {
  test('runs along the inside of the mask, one pixel wide, with the CT visible within', () => {
    const mask = [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0];
    const panel = axial([4, 4, 1], new Array(16).fill(70), mask, 2);
    expect(rows(panel)).toEqual([
      '........',
      '........',
      '..####..',
      '..#..#..',
      '..#..#..',
      '..####..',
      '........',
      '........',
    ]);
    expect(Array.from(panel.rgb.slice(3 * 18, 3 * 18 + 3))).toEqual(CONTOUR);
    expect(Array.from(panel.rgb.slice(3 * 27, 3 * 27 + 3))).toEqual([70, 70, 70]);
  });

  test('surrounds a hole', () => {
    const mask = new Array(25).fill(1);
    mask[12] = 0;
    expect(rows(axial([5, 5, 1], new Array(25).fill(0), mask, 1))).toEqual([
      '#####',
      '#.#.#',
      '##.##',
      '#.#.#',
      '#####',
    ]);
  });

  test('closes along the edge of the panel where the mask reaches it', () => {
    expect(rows(axial([3, 3, 1], new Array(9).fill(0), [1, 1, 0, 1, 1, 0, 0, 0, 0], 2))).toEqual([
      '####..',
      '#..#..',
      '#..#..',
      '####..',
      '......',
      '......',
    ]);
  });

  test('a single voxel is seen', () => {
    expect(rows(axial([3, 1, 1], [0, 0, 0], [0, 1, 0], 1))).toEqual(['.#.']);
  });
});

test('slices 3 mm thick are stretched to equal mm', () => {
  const geometry = grid([8, 8, 4], [1, 1, 3]);
  const [, coronal] = radiologicalViews(geometry);
  const options = { view: coronal, slice: 0, pixelsPerMm: 2, windowHu };
  const panel = renderPanel({ data: new Float32Array(256), geometry }, [], options);
  expect([panel.width, panel.height]).toEqual([16, 24]);
});

/** The same voxels in the same places of the patient, with voxel axis j along LPS axis order[j], down it where flip[j]. */
function reorient(data: Float32Array, from: Geometry, order: Vec3, flip: readonly boolean[]) {
  const size = vec3((j) => from.size[order[j]]);
  const direction: number[] = new Array(9).fill(0);
  order.forEach((row, j) => {
    direction[3 * row + j] = flip[j] ? -1 : 1;
  });
  const geometry: Geometry = { ...from, size, spacingMm: vec3((j) => from.spacingMm[order[j]]), direction };
  const out = new Float32Array(voxelCount(size));
  for (let k = 0, voxel = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, voxel++) {
        const at = [0, 0, 0];
        [i, j, k].forEach((n, axis) => {
          at[order[axis]] = flip[axis] ? size[axis] - 1 - n : n;
        });
        out[voxel] = data[at[0] + from.size[0] * (at[1] + from.size[1] * at[2])];
      }
    }
  }
  return { data: out, geometry };
}

test('the 48 ways to store a volume along the patient axes give the same pictures', () => {
  const orders: Vec3[] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const from = grid([4, 5, 3], [1, 1.5, 3]);
  const cut: Vec3 = [2, 1, 1];
  const hu = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 60, maxLength: 60 });
  const flips = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(hu, fc.constantFrom(...orders), flips, (values, order, flip) => {
      const volume = { data: Float32Array.from(values), geometry: from };
      const stored = reorient(volume.data, from, order, flip);
      const maskOf = ({ data, geometry }: typeof stored) => ({
        data: Uint8Array.from(data, (v) => +(v > 128)),
        geometry,
      });
      const expected = radiologicalViews(from);
      radiologicalViews(stored.geometry).forEach((view, i) => {
        const atCut = cut[expected[i].through];
        const slice = flip[view.through] ? from.size[expected[i].through] - 1 - atCut : atCut;
        const options = { pixelsPerMm: 1.7, windowHu };
        expect(
          renderPanel(stored, [{ mask: maskOf(stored), colour: CONTOUR }], { view, slice, ...options }),
        ).toEqual(
          renderPanel(volume, [{ mask: maskOf(volume), colour: CONTOUR }], {
            view: expected[i],
            slice: atCut,
            ...options,
          }),
        );
      });
    }),
  );
});
