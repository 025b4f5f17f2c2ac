import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cropWithPad } from '../../../src/kernels/grid/crop.ts';

const small = fc.integer({ min: 1, max: 5 });
const offset = fc.integer({ min: -7, max: 7 });

test('cropWithPad takes each voxel from its place, and the fill value outside', () => {
  fc.assert(
    fc.property(
      fc.tuple(small, small, small),
      fc.tuple(offset, offset, offset),
      fc.tuple(small, small, small),
      (size, start, box) => {
        const source = Int16Array.from({ length: size[0] * size[1] * size[2] }, (_, i) => i + 1);
        const out = cropWithPad(source, size, start, box, -1000);
        const expected = Array.from(out, (_, i) => {
          const x = start[0] + (i % box[0]);
          const y = start[1] + (Math.floor(i / box[0]) % box[1]);
          const z = start[2] + Math.floor(i / (box[0] * box[1]));
          const inside = x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
          return inside ? source[(z * size[1] + y) * size[0] + x] : -1000;
        });
        expect([...out]).toEqual(expected);
      },
    ),
  );
});
