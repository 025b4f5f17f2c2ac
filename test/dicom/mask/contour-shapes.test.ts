import { describe, expect, test } from 'vitest';
import { structureMask } from '../../../src/dicom/mask/rtstruct.ts';
import { latticeOf } from '../../../src/dicom/series/lattice.ts';
import { type Geometry, pointOfIndex } from '../../../src/volume/geometry.ts';
import { type ContourItem, structureSetObject } from '../../support/dicom/dicom-object.ts';

/** A solid in mm about its centre, whose sections across z are circles, ellipses, squares or rings of those. */
interface Shape {
  readonly name: string;
  readonly volume: number;
  readonly inside: (x: number, y: number, z: number) => boolean;
  /** Outlines of the section at z, holes among them. */
  readonly outlines: (z: number) => readonly (readonly (readonly [x: number, y: number])[])[];
}

const POINTS = 360;

function ellipse(a: number, b = a): [number, number][] {
  return Array.from({ length: POINTS }, (_, i) => {
    const angle = (2 * Math.PI * i) / POINTS;
    return [a * Math.cos(angle), b * Math.sin(angle)];
  });
}

/** Circles of the positive radii among some. */
function circles(...radii: number[]) {
  return radii.filter((r) => r > 0).map((r) => ellipse(r));
}

/** Radius of the circle at height z of a sphere; 0 beyond it. */
function chord(radius: number, z: number): number {
  return Math.sqrt(Math.max(0, radius ** 2 - z ** 2));
}

const { PI, hypot, abs } = Math;

const SHAPES: readonly Shape[] = [
  {
    name: 'sphere',
    volume: (4 / 3) * PI * 20 ** 3,
    inside: (x, y, z) => hypot(x, y, z) < 20,
    outlines: (z) => circles(chord(20, z)),
  },
  {
    name: 'cube',
    volume: 30 ** 3,
    inside: (x, y, z) => Math.max(abs(x), abs(y), abs(z)) < 15,
    outlines: (z) => {
      const corners: [number, number][] = [
        [-15, -15],
        [15, -15],
        [15, 15],
        [-15, 15],
      ];
      return abs(z) < 15 ? [corners] : [];
    },
  },
  {
    name: 'cylinder',
    volume: PI * 14 ** 2 * 32,
    inside: (x, y, z) => hypot(x, y) < 14 && abs(z) < 16,
    outlines: (z) => (abs(z) < 16 ? circles(14) : []),
  },
  {
    name: 'ellipsoid',
    volume: (4 / 3) * PI * 22 * 16 * 12,
    inside: (x, y, z) => hypot(x / 22, y / 16, z / 12) < 1,
    outlines: (z) => {
      const share = chord(1, z / 12);
      return share > 0 ? [ellipse(22 * share, 16 * share)] : [];
    },
  },
  {
    name: 'torus',
    volume: 2 * PI ** 2 * 17 * 7 ** 2,
    inside: (x, y, z) => hypot(hypot(x, y) - 17, z) < 7,
    outlines: (z) => (abs(z) < 7 ? circles(17 + chord(7, z), 17 - chord(7, z)) : []),
  },
  {
    name: 'hollow sphere',
    volume: (4 / 3) * PI * (22 ** 3 - 13 ** 3),
    inside: (x, y, z) => hypot(x, y, z) < 22 && hypot(x, y, z) >= 13,
    outlines: (z) => circles(chord(22, z), chord(13, z)),
  },
  {
    name: 'straw with a hole',
    volume: PI * (10 ** 2 - 5 ** 2) * 40,
    inside: (x, y, z) => hypot(x, y) < 10 && hypot(x, y) >= 5 && abs(z) < 20,
    outlines: (z) => (abs(z) < 20 ? circles(10, 5) : []),
  },
];

const AXIAL: Geometry = {
  size: [56, 54, 52],
  spacingMm: [1, 1, 1],
  originMm: [-120.5, 33.25, -710],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** Turned by 20 degrees about x, then by 30 about z. */
const OBLIQUE: Geometry = { ...AXIAL, direction: turned(PI / 9, PI / 6) };

function turned(about_x: number, about_z: number): number[] {
  const [cx, sx, cz, sz] = [Math.cos(about_x), Math.sin(about_x), Math.cos(about_z), Math.sin(about_z)];
  return [cz, -sz * cx, sz * sx, sz, cz * cx, -cz * sx, 0, sx, cx];
}

/** Centre in voxels, off every voxel centre and edge. */
const CENTRE = [27.31, 26.87, 25.43] as const;

/** Contour points as a planning system exports them, with two decimals of a mm, slice by slice. */
function contours(shape: Shape, geometry: Geometry, decimals: number): ContourItem[] {
  return Array.from({ length: geometry.size[2] }, (_, k) =>
    shape.outlines(k - CENTRE[2]).map(
      (outline): ContourItem => ({
        data: outline.flatMap(([x, y]) =>
          pointOfIndex(geometry, [x + CENTRE[0], y + CENTRE[1], k]).map((mm) => Number(mm.toFixed(decimals))),
        ),
      }),
    ),
  ).flat();
}

/** Voxels of the shape by their centres. */
function voxelised({ inside }: Shape, { size: [nx, ny, nz] }: Geometry): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let i = 0; i < mask.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    mask[i] = inside(x - CENTRE[0], y - CENTRE[1], z - CENTRE[2]) ? 1 : 0;
  }
  return mask;
}

describe.each([
  ['axial slices of 1 mm', AXIAL],
  ['oblique slices of 1 mm', OBLIQUE],
])('%s', (_, geometry) => {
  test.each(SHAPES)('the contours of a $name give its volume and voxels', (shape) => {
    const file = structureSetObject([
      { number: 1, name: shape.name, contours: contours(shape, geometry, 2) },
    ]);
    const { mask } = structureMask(file, 1, latticeOf(geometry), { rule: 'xor', toleranceMm: 0.2 });
    const expected = voxelised(shape, geometry);
    let [voxels, wanted, both] = [0, 0, 0];
    for (let i = 0; i < mask.length; i++) {
      voxels += mask[i];
      wanted += expected[i];
      both += mask[i] & expected[i];
    }
    expect(abs(voxels / shape.volume - 1)).toBeLessThan(0.01);
    expect((2 * both) / (voxels + wanted)).toBeGreaterThan(0.98);
  });
});
