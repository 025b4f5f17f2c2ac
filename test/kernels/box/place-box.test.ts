import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeBox } from '../../../src/kernels/box/place-box.ts';
import { maskProfile } from '../../../src/kernels/mask/mask-profile.ts';
import { type Vec3, vec3 } from '../../../src/volume/geometry.ts';

/** One axis of a placement; the others are trivial. */
function placeAlong(
  wanted: number,
  size: number,
  tumor: readonly [first: number, length: number],
  length: number,
  profile?: number[],
): number {
  const flat = Uint32Array.of(1);
  return placeBox(
    { start: [wanted, 0, 0], size: [size, 1, 1] },
    { start: [tumor[0], 0, 0], size: [tumor[1], 1, 1] },
    [length, 1, 1],
    profile && [Uint32Array.from(profile), flat, flat],
  ).start[0];
}

describe('by hand, along one axis of 100 voxels', () => {
  test('a box that holds the tumour within the image stays', () => {
    expect(placeAlong(20, 30, [25, 10], 100)).toBe(20);
  });

  test('moves back into the image', () => {
    expect(placeAlong(-5, 30, [2, 10], 100)).toBe(0);
    expect(placeAlong(85, 30, [90, 5], 100)).toBe(70);
  });

  test('moves on to the tumour as far as it must', () => {
    expect(placeAlong(20, 30, [45, 10], 100)).toBe(25);
    expect(placeAlong(60, 30, [45, 10], 100)).toBe(45);
  });

  test('a box longer than the image holds all of it', () => {
    expect(placeAlong(-40, 120, [10, 5], 100)).toBe(-20);
    expect(placeAlong(5, 120, [10, 5], 100)).toBe(0);
    expect(placeAlong(-10, 120, [10, 5], 100)).toBe(-10);
  });

  test('a tumour longer than the box: the box lies within it', () => {
    expect(placeAlong(0, 10, [20, 30], 100)).toBe(20);
  });

  test('a tumour longer than the box: the box holds most of its voxels, near where it was wanted', () => {
    expect(placeAlong(0, 2, [20, 5], 100, [1, 9, 9, 1, 1])).toBe(21);
    expect(placeAlong(22, 2, [20, 5], 100, [4, 4, 4, 4, 4])).toBe(22);
  });
});

describe('for any box, tumour and image', () => {
  const axis = fc.integer({ min: 1, max: 60 }).chain((length) =>
    fc.integer({ min: 0, max: length - 1 }).chain((first) =>
      fc.record({
        length: fc.constant(length),
        first: fc.constant(first),
        tumor: fc.integer({ min: 1, max: length - first }),
        wanted: fc.integer({ min: -80, max: 80 }),
        size: fc.integer({ min: 1, max: 80 }),
      }),
    ),
  );
  const placed = (axes: { length: number; first: number; tumor: number; wanted: number; size: number }[]) => {
    const of = (key: keyof (typeof axes)[0]): Vec3 => vec3((a) => axes[a][key]);
    return placeBox(
      { start: of('wanted'), size: of('size') },
      { start: of('first'), size: of('tumor') },
      of('length'),
    ).start;
  };
  const triple = fc.array(axis, { minLength: 3, maxLength: 3 });

  test('holds the whole tumour along every axis that is long enough', () => {
    fc.assert(
      fc.property(triple, (axes) => {
        placed(axes).forEach((start, a) => {
          const { first, tumor, size } = axes[a];
          if (size < tumor) return;
          expect(start).toBeLessThanOrEqual(first);
          expect(start + size).toBeGreaterThanOrEqual(first + tumor);
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('never leaves the image where it fits, and holds all of it where it does not', () => {
    fc.assert(
      fc.property(triple, (axes) => {
        placed(axes).forEach((start, a) => {
          const { length, size } = axes[a];
          expect(start).toBeGreaterThanOrEqual(Math.min(0, length - size));
          expect(start).toBeLessThanOrEqual(Math.max(0, length - size));
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('no start that does both lies nearer to the wanted one', () => {
    fc.assert(
      fc.property(triple, (axes) => {
        placed(axes).forEach((start, a) => {
          const { length, first, tumor, wanted, size } = axes[a];
          if (size < tumor) return;
          for (let other = -90; other <= 90; other++) {
            const holds = other <= first && other + size >= first + tumor;
            const within = other >= Math.min(0, length - size) && other <= Math.max(0, length - size);
            if (holds && within)
              expect(Math.abs(start - wanted)).toBeLessThanOrEqual(Math.abs(other - wanted));
          }
        });
      }),
    );
  });
});

test('maskProfile counts the voxels of each slice of the box', () => {
  const mask = new Uint8Array(4 * 3 * 2);
  mask[1] = 1;
  mask[2] = 1;
  mask[12 + 4 + 2] = 1;
  const [x, y, z] = maskProfile(mask, [4, 3, 2], { start: [1, 0, 0], size: [2, 2, 2] });
  expect([[...x], [...y], [...z]]).toEqual([
    [1, 2],
    [2, 1],
    [2, 1],
  ]);
});
