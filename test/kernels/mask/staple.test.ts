import { describe, expect, test } from 'vitest';
import { type CroppedMask, cropMask } from '../../../src/kernels/mask/cropped-mask.ts';
import { staple } from '../../../src/kernels/mask/staple.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';
import { readGolden, readMask } from '../../support/goldens.ts';

/** Recorded by test/reference/record_masks.py. */
interface StapleGolden {
  readonly size: Vec3;
  readonly masks: readonly string[];
  /** By which readers have a voxel inside, as digits. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly sensitivity: readonly number[];
  readonly specificity: readonly number[];
  readonly iterations: number;
}

const { rows } = readGolden<{ rows: StapleGolden[] }>('simpleitk-staple.json');

const PRECISION = 9;

describe.each(rows)('STAPLE of $masks.length masks on a grid of $size', (golden) => {
  const { size, masks } = golden;
  const votes = masks.map(readMask);
  const gridVoxels = size[0] * size[1] * size[2];
  const found = staple(
    votes.map((mask) => cropMask(mask, size) as CroppedMask),
    gridVoxels,
  );

  test('has the probabilities of SimpleITK, voxel by voxel', () => {
    const { start, size: box } = found.box;
    let at = 0;
    for (let z = 0; z < box[2]; z++)
      for (let y = 0; y < box[1]; y++)
        for (let x = 0; x < box[0]; x++, at++) {
          const voxel = ((start[2] + z) * size[1] + start[1] + y) * size[0] + start[0] + x;
          const expected = golden.probabilities[votes.map((mask) => mask[voxel]).join('')];
          expect(found.probabilities[found.patterns[at]]).toBeCloseTo(expected, PRECISION);
        }
    expect(found.probabilities[0]).toBeCloseTo(golden.probabilities['0'.repeat(masks.length)], PRECISION);
  });

  test('and its sensitivities, specificities and iterations', () => {
    golden.sensitivity.forEach((p, i) => {
      expect(found.sensitivity[i]).toBeCloseTo(p, PRECISION);
    });
    golden.specificity.forEach((q, i) => {
      expect(found.specificity[i]).toBeCloseTo(q, PRECISION);
    });
    expect(found.iterations).toBe(golden.iterations);
  });
});

test('one reader is believed', () => {
  const mask = cropMask(Uint8Array.of(0, 1, 1, 0, 0), [5, 1, 1]) as CroppedMask;
  const { probabilities, patterns } = staple([mask], 5);
  expect([...patterns].map((pattern) => probabilities[pattern])).toEqual([1, 1]);
  expect(probabilities[0]).toBe(0);
});

test('readers that have the whole grid inside are believed, for all that nothing is outside', () => {
  const all = cropMask(Uint8Array.of(1, 1, 1), [3, 1, 1]) as CroppedMask;
  const { probabilities, patterns } = staple([all, all], 3);
  expect([...patterns].map((pattern) => probabilities[pattern])).toEqual([1, 1, 1]);
});
