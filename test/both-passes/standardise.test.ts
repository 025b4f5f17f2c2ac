import { describe, expect, test } from 'vitest';
import { standardise } from '../../src/both-passes/standardise.ts';
import { resampleLinear } from '../../src/kernels/grid/resample.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import type { Volume } from '../../src/volume/geometry.ts';
import {
  decodeBytes,
  decodeFloats,
  geometryOfGolden,
  goldenVoxels,
  resampleGoldens,
} from '../support/goldens.ts';

function throughNifti<T extends Volume>(volume: T): T {
  return decodeNifti('volume.nii', encodeNifti(volume) as Uint8Array<ArrayBuffer>) as T;
}

describe.each(resampleGoldens)('RAS and resampling equal SimpleITK: $name', (golden) => {
  const geometry = geometryOfGolden(golden);
  const { hu, mask } = goldenVoxels(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  const standard = standardise(
    throughNifti({ data: hu, geometry }),
    throughNifti({ data: mask, geometry }),
    golden.target_mm,
  );

  test('origin and direction after reorientation', () => {
    golden.ras_origin_lps_mm.forEach((mm, a) => {
      expect(standard.resampled.originMm[a]).toBeCloseTo(mm, 4);
    });
    golden.ras_direction_lps.forEach((cosine, i) => {
      expect(standard.resampled.direction[i]).toBeCloseTo(cosine, 6);
    });
  });

  test('CT within 1e-3 HU, size the same', () => {
    expect(standard.resampled.size).toEqual(golden.resampled_size);
    const expected = decodeFloats(golden.resampled_hu);
    const actual = resampleLinear(standard.ct, standard.ctAxes, -1000);
    const largest = expected.reduce((most, v, i) => Math.max(most, Math.abs(v - actual[i])), 0);
    expect(largest).toBeLessThanOrEqual(1e-3);
  });

  test('mask identical', () => {
    expect(standard.tumor).toEqual(decodeBytes(golden.resampled_mask));
  });
});
