import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { affineOf, affineOfQuaternion, quaternionOf } from '../../src/nifti/affine.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { vec3 } from '../../src/volume/geometry.ts';
import { readGolden } from '../support/goldens.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import { VOXEL_ARRAYS } from '../support/volumes/voxel-arrays.ts';

interface SmallFile {
  name: string;
  file: string;
  channel: number | null;
  affine: number[][];
  values: number[];
}

interface RealFile {
  file: string;
  size: [number, number, number];
  channels: number;
  affine: number[][];
  sha256_float32: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Recorded by test/reference/record_nifti.py. */
const golden = readGolden<{ small: SmallFile[]; real: RealFile[] }>('nifti.json');

function small(name: string): Bytes {
  return new Uint8Array(Buffer.from(golden.small.find((file) => file.name === name)!.file, 'base64'));
}

function expectAffine(actual: number[][], expected: number[][]): void {
  expected.forEach((row, r) => {
    row.forEach((value, c) => {
      expect(actual[r][c]).toBeCloseTo(value, c === 3 ? 4 : 5);
    });
  });
}

test.each(golden.small)(
  'values and affine are what nibabel reads: $name',
  ({ file, channel, affine, values }) => {
    const bytes = new Uint8Array(Buffer.from(file, 'base64'));
    const volume = decodeNifti('a.nii', bytes, channel ?? undefined);
    expect([...volume.data]).toEqual(values);
    expectAffine(affineOf(volume.geometry), affine);
  },
);

describe.runIf(hasSharedData)('files of other programs', () => {
  test.each(golden.real)('$file', ({ file, size, channels, affine, sha256_float32 }) => {
    const bytes = new Uint8Array(readFileSync(shared(file)));
    const volume = decodeNifti(file, bytes, channels - 1);
    expect(volume.geometry.size).toEqual(size);
    expect(createHash('sha256').update(Float32Array.from(volume.data)).digest('hex')).toBe(sha256_float32);
    expectAffine(affineOf(volume.geometry), affine);
    if (channels > 1) expect(() => decodeNifti(file, bytes)).toThrow(`holds ${channels} volumes of`);
  });

  test('what is no NIfTI is refused', () => {
    const bytes = new Uint8Array(readFileSync(shared('nifti/nifti-reader-js/not-nifti.nii')));
    expect(() => decodeNifti('not-nifti.nii', bytes)).toThrow('not-nifti.nii: is no NIfTI file');
  });
});

test.each(VOXEL_ARRAYS)('a volume of any voxel type comes back as it was written: %o', (ArrayType) => {
  const geometry = {
    size: [2, 3, 1],
    spacingMm: [0.5, 0.75, 3],
    originMm: [-10, 20, -30],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  } as const;
  const volume = { data: ArrayType.from([0, 1, 2, 100, 3, 127]), geometry };
  expect(decodeNifti('a.nii', encodeNifti(volume) as Bytes)).toEqual(volume);
});

test('a qform gives back the direction that its quaternion was made of', () => {
  const part = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, part, fc.boolean(), (w, x, y, z, mirrored) => {
      const length = Math.hypot(w, x, y, z);
      fc.pre(length > 0.1);
      const [a, b, c, d] = [w, x, y, z].map((v) => v / length);
      const turned = affineOfQuaternion(
        { b: a < 0 ? -b : b, c: a < 0 ? -c : c, d: a < 0 ? -d : d, qfac: mirrored ? -1 : 1 },
        [1, 1, 1],
        [0, 0, 0],
      );
      const direction = turned.flatMap((row, r) => row.slice(0, 3).map((v) => (r < 2 ? -v : v)));
      const geometry = {
        size: [1, 1, 1],
        spacingMm: [0.9, 1.1, 2.3],
        originMm: [4, 5, 6],
        direction,
      } as const;
      const again = affineOfQuaternion(
        quaternionOf(geometry),
        geometry.spacingMm,
        vec3((row) => (row < 2 ? -1 : 1) * geometry.originMm[row]),
      );
      expectAffine(again, affineOf(geometry).slice(0, 3));
    }),
  );
});

describe('refused by name, with what to do', () => {
  /** The little-endian int16 NIfTI-1 file with other bytes from `at` on. */
  const changed = (at: number, ...values: readonly number[]): Bytes => {
    const bytes = small('int16, little endian').slice();
    bytes.set(values, at);
    return bytes;
  };
  const beyond32 = (): Bytes => {
    const bytes = small('int64, little endian').slice();
    new DataView(bytes.buffer).setBigInt64(352, 2n ** 31n, true);
    return bytes;
  };

  test.each<[string, Bytes, number | undefined, string]>([
    ['complex numbers', changed(70, 32, 0), undefined, 'holds voxels of NIfTI type 32; one of uint8, int16,'],
    ['no form', changed(252, 0, 0, 0, 0), undefined, 'says nowhere where its voxels lie'],
    [
      'a flat affine',
      changed(280, ...new Array(16).fill(0)),
      undefined,
      'has an affine that is sheared or flat',
    ],
    ['an empty axis', changed(42, 0, 0), undefined, 'has the size 0 x 3 x 2 x 1'],
    [
      'a missing end',
      small('int16, little endian').slice(0, 390),
      undefined,
      'ends after 390 bytes, 400 are announced',
    ],
    ['no header', small('int16, little endian').slice(0, 348), undefined, 'is no NIfTI file'],
    ['labels beyond 32 bits', beyond32(), undefined, 'holds int64 voxels beyond 32 bits'],
    [
      'several volumes',
      small('channel 1 of 3 in the fourth dimension'),
      undefined,
      'holds 3 volumes of 4 x 3 x 2 voxels',
    ],
    [
      'a channel that is not there',
      small('channel 1 of 3 in the fourth dimension'),
      3,
      'holds 3 volumes, so that channel 3',
    ],
  ])('%s', (_, bytes, channel, expected) => {
    expect(() => decodeNifti('P1/seg.nii', bytes, channel)).toThrow(`P1/seg.nii: ${expected}`);
  });

  test('a header in metres is read in mm', () => {
    const inMm = decodeNifti('a.nii', small('int16, little endian')).geometry;
    const inMetres = decodeNifti('a.nii', changed(123, 1)).geometry;
    expect(inMetres.originMm[0]).toBeCloseTo(1000 * inMm.originMm[0], 6);
    expect(inMetres.spacingMm[2]).toBeCloseTo(1000 * inMm.spacingMm[2], 6);
  });
});
