import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConsensusRule,
  consensusOf,
  lesionsOf,
  SAME_LESION_SHARE,
} from '../../../src/kernels/mask/consensus.ts';
import {
  type CroppedMask,
  commonVoxels,
  cropMask,
  diceOfCropped,
  wholeMask,
} from '../../../src/kernels/mask/cropped-mask.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';

const side = fc.integer({ min: 1, max: 6 });

/** Masks of one grid, none of them empty. */
const readers = (most = 5) =>
  fc.tuple(side, side, side).chain((size) => {
    const voxels = size[0] * size[1] * size[2];
    const mask = fc
      .uint8Array({ minLength: voxels, maxLength: voxels, max: 1 })
      .filter((values) => values.includes(1));
    return fc.tuple(fc.constant<Vec3>(size), fc.array(mask, { minLength: 1, maxLength: most }));
  });

const cropped = (masks: readonly Uint8Array[], size: Vec3) =>
  masks.map((mask) => cropMask(mask, size) as CroppedMask);

test('a cropped mask is the mask again, and shares what the masks share', () => {
  fc.assert(
    fc.property(readers(), ([size, masks]) => {
      const small = cropped(masks, size);
      small.forEach((mask, i) => {
        expect(wholeMask(mask, size)).toEqual(masks[i]);
        expect(mask.voxels).toBe(masks[i].reduce((sum, v) => sum + v, 0));
        expect(diceOfCropped(mask, mask)).toBe(1);
        const common = masks[0].filter((v, at) => v === 1 && masks[i][at] === 1).length;
        expect(commonVoxels(small[0], mask)).toBe(common);
      });
    }),
  );
});

test('an empty mask has no box', () => {
  expect(cropMask(new Uint8Array(8), [2, 2, 2])).toBeUndefined();
});

const inside: Readonly<Record<Exclude<ConsensusRule, 'staple'>, (votes: number, n: number) => boolean>> = {
  union: (votes) => votes > 0,
  intersection: (votes, n) => votes === n,
  majority: (votes, n) => votes > n / 2,
};

test.each(['union', 'intersection', 'majority'] as const)(
  '%s is that of the votes, voxel by voxel',
  (rule) => {
    fc.assert(
      fc.property(readers(), ([size, masks]) => {
        const found = consensusOf(cropped(masks, size), rule, masks[0].length);
        const expected = masks[0].map((_, at) => {
          const votes = masks.reduce((sum, mask) => sum + mask[at], 0);
          return Number(inside[rule](votes, masks.length));
        });
        expect(found === undefined ? new Uint8Array(expected.length) : wholeMask(found, size)).toEqual(
          expected,
        );
      }),
    );
  },
);

test('every rule lies between intersection and union, whatever the order of the readers', () => {
  fc.assert(
    fc.property(readers(), fc.constantFrom<ConsensusRule>('majority', 'staple'), ([size, masks], rule) => {
      const of = (which: ConsensusRule, order = masks) => {
        const found = consensusOf(cropped(order, size), which, masks[0].length);
        return found === undefined ? new Uint8Array(masks[0].length) : wholeMask(found, size);
      };
      const [made, all, any] = [of(rule), of('intersection'), of('union')];
      made.forEach((v, at) => {
        expect(v).toBeLessThanOrEqual(any[at]);
        if (rule === 'majority') expect(v).toBeGreaterThanOrEqual(all[at]);
      });
      if (rule === 'majority') expect(of(rule, masks.toReversed())).toEqual(made);
    }),
  );
});

test('of two readers the majority is what both have; a tie is outside', () => {
  const [a, b] = [Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0)];
  const found = consensusOf(cropped([a, b], [4, 1, 1]), 'majority', 4) as CroppedMask;
  expect(wholeMask(found, [4, 1, 1])).toEqual(Uint8Array.of(0, 1, 0, 0));
});

describe('lesions', () => {
  const row = (from: number, voxels: number): Uint8Array =>
    Uint8Array.from({ length: 40 }, (_, x) => Number(x >= from && x < from + voxels));
  const lesions = (...masks: readonly Uint8Array[]) => lesionsOf(cropped(masks, [40, 1, 1]));

  test('are masks that overlap, in one', () => {
    expect(lesions(row(0, 8), row(2, 8))).toEqual([[0, 1]]);
  });

  test('apart are two', () => {
    expect(lesions(row(0, 8), row(20, 8), row(1, 8))).toEqual([[0, 2], [1]]);
  });

  test('that touch by less than a share of the smaller one are two', () => {
    expect(SAME_LESION_SHARE).toBe(0.25);
    expect(lesions(row(0, 8), row(7, 8))).toEqual([[0], [1]]);
    expect(lesions(row(0, 8), row(6, 8))).toEqual([[0, 1]]);
  });

  test('a small one within a large one is of the same', () => {
    expect(lesions(row(0, 30), row(10, 2))).toEqual([[0, 1]]);
  });

  test('by way of a third are one', () => {
    expect(lesions(row(0, 8), row(12, 8), row(5, 10))).toEqual([[0, 1, 2]]);
  });

  test('come in the order of their first masks', () => {
    expect(lesions(row(30, 5), row(0, 5), row(1, 5), row(31, 5))).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });
});
