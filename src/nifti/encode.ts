import { NIFTI1 } from 'nifti-reader-js';
import type { Volume, VoxelArray } from '../volume/geometry.ts';
import { affineOf, quaternionOf } from './affine.ts';
import { gzip } from './gzip.ts';
import { igzip } from './igzip.ts';

/** Header and extension flag: where the voxels begin. */
export const HEADER_BYTES = 352;

/** Offset of ANALYZE's `regular`, unused by NIfTI, in which ITK still writes an `r`. */
const REGULAR_OFFSET = 38;

function datatypeOf(data: VoxelArray): number {
  if (data instanceof Int16Array) return NIFTI1.TYPE_INT16;
  if (data instanceof Uint8Array) return NIFTI1.TYPE_UINT8;
  if (data instanceof Float32Array) return NIFTI1.TYPE_FLOAT32;
  if (data instanceof Int8Array) return NIFTI1.TYPE_INT8;
  if (data instanceof Uint16Array) return NIFTI1.TYPE_UINT16;
  if (data instanceof Int32Array) return NIFTI1.TYPE_INT32;
  return data instanceof Uint32Array ? NIFTI1.TYPE_UINT32 : NIFTI1.TYPE_FLOAT64;
}

/**
 * Header and voxels of a NIfTI-1 file, the header as ITK writes it (itkNiftiImageIO.cxx; equal to the byte but for the last bits of an oblique affine): qform and sform both
 * given with code 1, units mm and s, slope 1, little endian.
 */
function niftiParts({ data, geometry }: Volume): readonly [header: Uint8Array, voxels: Uint8Array] {
  const header = new NIFTI1();
  const { size, spacingMm } = geometry;
  const { b, c, d, qfac } = quaternionOf(geometry);
  header.littleEndian = true;
  header.dims = [3, ...size, 1, 1, 1, 1];
  header.pixDims = [qfac, ...spacingMm, 0, 0, 0, 0];
  header.datatypeCode = datatypeOf(data);
  header.numBitsPerVoxel = 8 * data.BYTES_PER_ELEMENT;
  header.vox_offset = HEADER_BYTES;
  header.scl_slope = 1;
  header.scl_inter = 0;
  header.xyzt_units = NIFTI1.UNITS_MM | NIFTI1.UNITS_SEC;
  header.qform_code = 1;
  header.sform_code = 1;
  header.affine = affineOf(geometry);
  [header.qoffset_x, header.qoffset_y, header.qoffset_z] = header.affine.map((row) => row[3]);
  [header.quatern_b, header.quatern_c, header.quatern_d] = [b, c, d];
  header.magic = 'n+1';
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(new Uint8Array(header.toArrayBuffer()));
  bytes[REGULAR_OFFSET] = 'r'.charCodeAt(0);
  return [bytes, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

/** Bytes of a `.nii` file. */
export function encodeNifti(volume: Volume): Uint8Array<ArrayBuffer> {
  const [header, voxels] = niftiParts(volume);
  const bytes = new Uint8Array(header.length + voxels.length);
  bytes.set(header);
  bytes.set(voxels, header.length);
  return bytes;
}

/** What deflates: Node's zlib, or the program igzip of ISA-L. */
const ENGINES = { zlib: gzip, igzip };

export interface GzipOptions {
  readonly engine: keyof typeof ENGINES;
  /** 1 to 9 */
  readonly level: number;
}

/** Bytes of a `.nii.gz` file. Throws a ProgramError where igzip is asked for and fails. */
export function encodeNiftiGz(
  volume: Volume,
  { engine, level }: GzipOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return ENGINES[engine](niftiParts(volume), level);
}
