import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundingBox } from '../../../src/kernels/mask/bounding-box.ts';
import type { Vec3 } from '../../../src/volume/geometry.ts';

const side = fc.integer({ min: 1, max: 9 });
const sparseMask = fc.tuple(side, side, side, fc.nat(7)).chain(([x, y, z, offset]) =>
  fc.record({
    size: fc.constant<Vec3>([x, y, z]),
    offset: fc.constant(offset),
    set: fc.array(fc.tuple(fc.nat(x * y * z - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 6 }),
  }),
);

test('the box is that of the indices of all voxels that are set, wherever the mask lies in its buffer', () => {
  fc.assert(
    fc.property(sparseMask, ({ size, offset, set }) => {
      const count = size[0] * size[1] * size[2];
      // Bytes around the mask are set, and must not be taken for it.
      const mask = new Uint8Array(count + 16).fill(9).subarray(offset, offset + count);
      mask.fill(0);
      for (const [at, value] of set) mask[at] = value;
      const indices = [...mask.keys()].filter((at) => mask[at] !== 0);
      const along = [
        indices.map((at) => at % size[0]),
        indices.map((at) => Math.floor(at / size[0]) % size[1]),
        indices.map((at) => Math.floor(at / (size[0] * size[1]))),
      ];
      const start = along.map((list) => Math.min(...list));
      const expected = {
        start,
        size: along.map((list, a) => Math.max(...list) - start[a] + 1),
        voxels: indices.length,
      };
      expect(boundingBox(mask, size)).toEqual(indices.length === 0 ? undefined : expected);
    }),
    { numRuns: 500 },
  );
});
