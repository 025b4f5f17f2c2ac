import { describe, expect, test } from 'vitest';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { readStudy } from '../../../src/dicom/study/study.ts';
import { indexOfPoint, type Vec3, vec3 } from '../../../src/volume/geometry.ts';
import { segmentationObject } from '../../support/dicom/dicom-object.ts';
import { ctPlanes, stackRules } from '../../support/dicom/real-stack.ts';
import { rules } from '../../support/dicom/rules.ts';
import { filesAt, hasSharedData, type NamedBytes, shared } from '../../support/shared-data.ts';

describe.runIf(hasSharedData)('a segmentation of a tilted CT', () => {
  const files = hasSharedData ? filesAt(shared('oddities/dicom2nifti/failing/gantrytilting/001')) : [];
  const stack = hasSharedData ? stackSlices(ctPlanes(files), stackRules) : undefined!;
  const orientation = () => [...stack.slices[0].rowDirection, ...stack.slices[0].columnDirection];

  /** A SEG of one pixel in each frame. */
  const seg = (positions: readonly Vec3[]): NamedBytes => {
    const mm = stack.slices[0].spacingMm[0];
    const { dataset } = segmentationObject({
      type: 'BINARY',
      bitsAllocated: 1,
      columns: 2,
      rows: 2,
      orientation: orientation(),
      pixelSpacingMm: [mm, mm],
      segments: [{ number: 1, label: 'GTV-1' }],
      frames: positions.map((positionMm) => ({ positionMm, pixels: [1, 0, 0, 0], segment: 1 })),
    });
    return { name: 'seg.dcm', bytes: dataset.byteArray };
  };

  /** Voxels that are 1, as indices. */
  const voxels = (mask: Uint8Array, [nx, ny]: Vec3): number[][] => {
    const found: number[][] = [];
    for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1))
      found.push([i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]);
    return found;
  };

  test('drawn on the slices: moves with them', async () => {
    const pixel = (k: number) => stack.lattice.pointOfIndex([100, 200, k]);
    const { tumor, facts } = await readStudy([...files, seg([0, 1, 2, 3].map(pixel))], rules);
    // 14 degrees and 4.85 mm: each slice lies 2.894 rows above the one before.
    expect(voxels(tumor.data, tumor.geometry.size)).toEqual([
      [100, 209, 0],
      [100, 206, 1],
      [100, 203, 2],
      [100, 200, 3],
    ]);
    expect(facts.flags.map(({ code }) => code)).toEqual(['gantry-tilt']);
  });

  test('drawn on a straightened volume: placed where it lies', async () => {
    const { originMm, spacingMm, direction } = stack.geometry;
    const at = vec3(
      (a) =>
        originMm[a] + 150 * spacingMm[1] * direction[3 * a + 1] + 2 * spacingMm[2] * direction[3 * a + 2],
    );
    const { tumor } = await readStudy([...files, seg([at])], rules);
    expect(indexOfPoint(stack.geometry, at)[2]).toBeCloseTo(2, 9);
    expect(voxels(tumor.data, tumor.geometry.size)).toEqual([[0, 150, 2]]);
  });
});
