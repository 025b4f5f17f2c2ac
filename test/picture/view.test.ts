import { describe, expect, test } from 'vitest';
import { radiologicalViews } from '../../src/picture/view.ts';
import type { Geometry } from '../../src/volume/geometry.ts';

const grid = (direction: readonly number[]): Geometry => ({
  size: [4, 5, 6],
  spacingMm: [1, 1, 3],
  originMm: [0, 0, 0],
  direction,
});

describe('radiologicalViews', () => {
  test('an LPS grid: rightwards is +x in axial and coronal, downwards is +y in axial and -z in the others', () => {
    const [axial, coronal, sagittal] = radiologicalViews(grid([1, 0, 0, 0, 1, 0, 0, 0, 1]));
    expect(axial).toMatchObject({
      through: 2,
      across: { axis: 0, flipped: false },
      down: { axis: 1, flipped: false },
    });
    expect(coronal).toMatchObject({
      through: 1,
      across: { axis: 0, flipped: false },
      down: { axis: 2, flipped: true },
    });
    expect(sagittal).toMatchObject({
      through: 0,
      across: { axis: 1, flipped: false },
      down: { axis: 2, flipped: true },
    });
  });

  test('a RAS grid is flipped in x and y', () => {
    const [axial, coronal, sagittal] = radiologicalViews(grid([-1, 0, 0, 0, -1, 0, 0, 0, 1]));
    expect([axial.across.flipped, axial.down.flipped]).toEqual([true, true]);
    expect([coronal.across.flipped, coronal.down.flipped]).toEqual([true, true]);
    expect([sagittal.across.flipped, sagittal.down.flipped]).toEqual([true, true]);
  });

  test('a sagittal acquisition (x to posterior, y to inferior, z to left) shows its slices as the sagittal view', () => {
    const [axial, , sagittal] = radiologicalViews(grid([0, 0, 1, 1, 0, 0, 0, -1, 0]));
    expect(sagittal).toMatchObject({
      through: 2,
      across: { axis: 0, flipped: false },
      down: { axis: 1, flipped: false },
    });
    expect(axial).toMatchObject({
      through: 1,
      across: { axis: 2, flipped: false },
      down: { axis: 0, flipped: false },
    });
  });

  test('a tilted gantry keeps its nearest axes', () => {
    const [cos, sin] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
    const [axial] = radiologicalViews(grid([1, 0, 0, 0, cos, -sin, 0, sin, cos]));
    expect(axial).toMatchObject({
      through: 2,
      across: { axis: 0, flipped: false },
      down: { axis: 1, flipped: false },
    });
  });

  test('a grid turned by 45 degrees still uses each voxel axis once', () => {
    const half = Math.SQRT1_2;
    const [axial] = radiologicalViews(grid([half, -half, 0, half, half, 0, 0, 0, 1]));
    expect([axial.through, axial.across.axis, axial.down.axis].sort()).toEqual([0, 1, 2]);
  });
});
