import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaseExclusion } from '../../src/errors.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { encodeNifti, encodeNiftiGz } from '../../src/nifti/encode.ts';
import { geometryOfGolden, resampleGoldens } from '../support/goldens.ts';

type Bytes = Uint8Array<ArrayBuffer>;

test.each(resampleGoldens)('the header is byte for byte what SimpleITK writes: $name', (golden) => {
  const geometry = geometryOfGolden(golden);
  const data = new Int16Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  const header = encodeNifti({ data, geometry }).subarray(0, 352);
  const expected = Buffer.from(golden.nifti_header, 'hex');
  // The last bits of quaternion and affine of an oblique image depend on the order of ITK's arithmetic.
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 256; at < 328; at += 4) {
    expect(view(header).getFloat32(at, true)).toBeCloseTo(view(expected).getFloat32(at, true), 4);
  }
  expect(Buffer.from(header.subarray(0, 256)).toString('hex')).toBe(
    expected.subarray(0, 256).toString('hex'),
  );
  expect(Buffer.from(header.subarray(328)).toString('hex')).toBe(expected.subarray(328).toString('hex'));
});

describe('decodeNifti', () => {
  const geometry = {
    size: [2, 3, 4],
    spacingMm: [0.5, 0.75, 3],
    originMm: [-10, 20, -30],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  } as const;

  test.each([Int16Array, Uint8Array, Float32Array])('gives back what was encoded: %o', (ArrayType) => {
    const voxels = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 24, maxLength: 24 });
    return fc.assert(
      fc.asyncProperty(voxels, async (values) => {
        const volume = { data: ArrayType.from(values), geometry };
        const pieces = await encodeNiftiGz(volume, { engine: 'zlib', level: 1 });
        expect(decodeNifti('a.nii.gz', new Uint8Array(Buffer.concat(pieces)))).toEqual(volume);
      }),
    );
  });

  test('reads every member of a gzip file', () => {
    const bytes = encodeNifti({ data: new Int16Array(24).fill(7), geometry });
    const members = Buffer.concat([gzipSync(bytes.subarray(0, 100)), gzipSync(bytes.subarray(100))]);
    expect(decodeNifti('a.nii.gz', new Uint8Array(members)).data).toEqual(new Int16Array(24).fill(7));
  });

  test.each([
    ['no NIfTI', new Uint8Array(400)],
    ['a short file', encodeNifti({ data: new Int16Array(24), geometry }).slice(0, 360)],
    ['a broken gzip stream', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)],
  ])('%s is refused by name', (_, bytes) => {
    const read = () => decodeNifti('PATIENT/ct.nii.gz', bytes as Bytes);
    expect(read).toThrow(CaseExclusion);
    expect(read).toThrow(/^PATIENT\/ct\.nii\.gz: /);
  });
});

function oneVoxel(): Bytes {
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const geometry = { size: [1, 1, 1], spacingMm: [1, 1, 1], originMm: [0, 0, 0], direction } as const;
  return new Uint8Array(encodeNifti({ data: new Int16Array(1), geometry }));
}

test('a header whose size is no header size is refused', () => {
  const bytes = oneVoxel();
  bytes[0] ^= 1;
  expect(() => decodeNifti('a.nii', bytes)).toThrow('a.nii: is no NIfTI file');
});

test.each([
  ['that is negative', -16],
  ['that is no number', Number.NaN],
])('an offset of the voxels %s is refused', (_, offset) => {
  const bytes = oneVoxel();
  new DataView(bytes.buffer).setFloat32(108, offset, true);
  expect(() => decodeNifti('a.nii', bytes)).toThrow('does not say where its voxels begin');
});

test('an affine that is not finite is refused', () => {
  const bytes = oneVoxel();
  new DataView(bytes.buffer).setFloat32(292, Number.NaN, true);
  expect(() => decodeNifti('a.nii', bytes)).toThrow('has an affine that is not finite');
});
