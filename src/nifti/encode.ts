import { NIFTI1 } from 'nifti-reader-js';
import type { Geometry, Volume, VoxelArray } from '../volume/geometry.ts';
import { affineOf, quaternionOf } from './affine.ts';
import { gzip } from './gzip.ts';
import { igzip } from './igzip.ts';
import { gzipVoxels } from './voxel-gzip.ts';

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
 * Header of a NIfTI-1 file of voxels of the type of `data`, as ITK writes it (itkNiftiImageIO.cxx; equal to the byte but for
 * the last bits of an oblique affine): qform and sform both given with code 1, units mm and s, slope 1, little endian.
 */
export function headerOf(geometry: Geometry, data: VoxelArray): Uint8Array<ArrayBuffer> {
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
  return bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: VoxelArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes of a `.nii` file. */
export function encodeNifti({ geometry, data }: Volume): Uint8Array<ArrayBuffer> {
  const [header, voxels] = [headerOf(geometry, data), bytesOf(data)];
  const bytes = new Uint8Array(header.length + voxels.length);
  bytes.set(header);
  bytes.set(voxels, header.length);
  return bytes;
}

/** Whether voxels are in floating point. */
export function isReal(data: VoxelArray): boolean {
  return data instanceof Float32Array || data instanceof Float64Array;
}

/**
 * How far back zlib seeks matches, by the voxels. Of interpolated HU in floating point, half of whose bytes are as good as
 * random, 4 KiB hold all matches that are worth it, and the tables for them stay in the processor's cache: twice as
 * fast, and no larger. Integers repeat over whole rows.
 */
export function windowBitsOf(data: VoxelArray): number {
  return isReal(data) ? 12 : 15;
}

/**
 * Bytes that the kernel matches as one, by the voxels: whole real numbers, integers by 16 bits, that 32 of CT are found in
 * too.
 */
function unitOf(data: VoxelArray): 1 | 2 | 4 | 8 {
  if (isReal(data)) return data.BYTES_PER_ELEMENT === 8 ? 8 : 4;
  return data.BYTES_PER_ELEMENT === 1 ? 1 : 2;
}

/**
 * A volume whose voxels, all of one type, are made while it is written: one part after the other, x fastest; see
 * `holdsParts`.
 */
export interface VolumeInParts {
  readonly geometry: Geometry;
  readonly voxels: Float32ArrayConstructor | Int16ArrayConstructor;
  readonly parts: () => Iterable<VoxelArray>;
}

/** An array of the type of a volume's voxels. */
export function voxelTypeOf(volume: Volume | VolumeInParts): VoxelArray {
  return 'data' in volume ? volume.data : new volume.voxels(0);
}

export interface GzipOptions {
  /** What deflates: the kernel of src/assembly, Node's zlib, or the program igzip of ISA-L. */
  readonly engine: 'wasm' | 'zlib' | 'igzip';
  /** 1 to 9, of zlib and igzip; the kernel has one. */
  readonly level: number;
}

/** Whether an engine still reads earlier parts when it asks for the next one, so that their memory must not be used again. */
export function holdsParts(engine: GzipOptions['engine']): boolean {
  return engine !== 'wasm';
}

/** A `.nii.gz` file in pieces. Throws a ProgramError where igzip is asked for and fails. */
export function encodeNiftiGz(
  volume: Volume | VolumeInParts,
  { engine, level }: GzipOptions,
): Promise<readonly Uint8Array[]> {
  const type = voxelTypeOf(volume);
  function* parts(): Generator<Uint8Array> {
    yield headerOf(volume.geometry, type);
    if ('data' in volume) yield bytesOf(volume.data);
    else for (const part of volume.parts()) yield bytesOf(part);
  }
  if (engine === 'wasm') return gzipVoxels(parts(), unitOf(type));
  return engine === 'igzip'
    ? igzip(parts(), level)
    : gzip(parts(), { level, windowBits: windowBitsOf(type) });
}
