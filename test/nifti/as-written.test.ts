import { describe, expect, test } from 'vitest';
import { asWritten } from '../../src/nifti/as-written.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { randomStream } from '../../src/phantom/drawing/random.ts';
import type { Volume } from '../../src/volume/geometry.ts';
import { geometryOfGolden, resampleGoldens } from '../support/goldens.ts';
import { generateVolume } from '../support/volumes/generated-volume.ts';

const readBack = (volume: Volume): Volume => decodeNifti('P/ct.nii.gz', encodeNifti(volume));

describe('a volume as written is the volume that reading its file gives, bit for bit', () => {
  test('on grids of any orientation, spacing and origin', () => {
    for (let i = 0; i < 300; i++) {
      const kind = { most: 4, target: [1, 1, 3], aslantHalfWay: i % 5 === 0 } as const;
      const { ct, tumor, orientation } = generateVolume(randomStream('as written', i), kind);
      for (const volume of [ct, tumor] as Volume[]) {
        const written = asWritten('P/ct.nii.gz', volume);
        expect(written, orientation).toStrictEqual(readBack(volume));
        expect(written.data).toBe(volume.data);
      }
    }
  });

  test.each(resampleGoldens)('on $name', (golden) => {
    const geometry = geometryOfGolden(golden);
    const data = new Int16Array(geometry.size.reduce((a, b) => a * b));
    expect(asWritten('P/ct.nii.gz', { data, geometry })).toStrictEqual(readBack({ data, geometry }));
  });
});

test.each([
  ['sheared', [1, 0.1, 0, 0, 1, 0, 0, 0, 1], 0],
  ['flat', [1, 0, 0, 0, 1, 0, 0, 0, 0], 0],
  ['beyond all millimetres', [1, 0, 0, 0, 1, 0, 0, 0, 1], 1e10],
])('a grid that is %s is refused as reading refuses it', (_, direction, x) => {
  const geometry = { size: [1, 1, 1], spacingMm: [1, 1, 1], originMm: [x, 0, 0], direction } as const;
  const volume = { data: new Int16Array(1), geometry };
  const refusalOf = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (thrown) {
      return thrown;
    }
  };
  const refused = refusalOf(() => asWritten('P/ct.nii.gz', volume));
  expect(refused).toMatchObject({ code: 'unreadable-nifti', file: 'P/ct.nii.gz' });
  expect(refused).toEqual(refusalOf(() => readBack(volume)));
});
