import { isNIFTI, NIFTI1, readHeader } from 'nifti-reader-js';
import { CaseExclusion, messageOf } from '../errors.ts';
import { type Vec3, type Volume, type VoxelArray, vec3, voxelCount } from '../volume/geometry.ts';
import { geometryOf } from './affine.ts';
import { gunzip, isGzip } from './gzip.ts';

const ARRAYS = new Map<number, new (buffer: ArrayBuffer, offset: number, length: number) => VoxelArray>([
  [NIFTI1.TYPE_INT16, Int16Array<ArrayBuffer>],
  [NIFTI1.TYPE_UINT8, Uint8Array<ArrayBuffer>],
  [NIFTI1.TYPE_FLOAT32, Float32Array<ArrayBuffer>],
]);

function inflate(file: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzip(bytes);
  } catch (cause) {
    throw new CaseExclusion(
      'unreadable-nifti',
      `gzip stream is broken (${messageOf(cause)}): make the file again`,
      { file, cause },
    );
  }
}

/**
 * A 3-D NIfTI-1 or -2 file of int16, uint8 or float32 voxels, gzipped or not, little endian, as a volume in LPS.
 * The sform is used where it is set, else the qform. Throws a CaseExclusion that names `file`.
 */
export function decodeNifti(file: string, fileBytes: Uint8Array<ArrayBuffer>): Volume {
  const refuse = (why: string): never => {
    throw new CaseExclusion('unreadable-nifti', why, { file });
  };
  const bytes = inflate(file, fileBytes);
  // nifti-reader-js reads from the start of an ArrayBuffer and knows no views; the header is all that it needs.
  const head = bytes.slice(0, 544).buffer;
  if (bytes.length < 352 || !isNIFTI(head)) refuse('is no NIfTI file');
  const header = readHeader(head);
  const size: Vec3 = vec3((a) => Number(header.dims[a + 1]));
  if (header.dims.slice(4, 1 + Number(header.dims[0])).some((n) => Number(n) > 1))
    refuse('has more than three dimensions');
  const ArrayType = ARRAYS.get(header.datatypeCode);
  if (ArrayType === undefined || !header.littleEndian) {
    return refuse(
      `holds ${header.littleEndian ? '' : 'big-endian '}voxels of NIfTI type ${header.datatypeCode}; int16, uint8 or float32 little endian is needed`,
    );
  }
  const slope = header.scl_slope === 0 ? 1 : header.scl_slope;
  if (slope !== 1 || header.scl_inter !== 0)
    refuse(`has scl_slope ${header.scl_slope}, scl_inter ${header.scl_inter}; 1 and 0 are needed`);
  const count = voxelCount(size);
  const offset = Number(header.vox_offset);
  const bytesPerVoxel = header.numBitsPerVoxel / 8;
  if (bytes.length < offset + count * bytesPerVoxel)
    refuse(`ends after ${bytes.length} bytes, ${offset + count * bytesPerVoxel} are announced`);
  const geometry = geometryOf(
    header.affine,
    size,
    vec3((a) => Number(header.pixDims[a + 1])),
  );
  const start = bytes.byteOffset + offset;
  const aligned = start % bytesPerVoxel === 0;
  const data = aligned
    ? new ArrayType(bytes.buffer, start, count)
    : new ArrayType(bytes.slice(offset, offset + count * bytesPerVoxel).buffer, 0, count);
  return { data, geometry };
}
