import { NIFTI1 } from 'nifti-reader-js';
import { copyOf, room } from '../memory/thread.ts';
import type { VoxelArray } from '../volume/geometry.ts';

type StoredArray = VoxelArray | BigInt64Array | BigUint64Array;
type ArrayType<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

interface VoxelType {
  readonly name: string;
  readonly bytes: number;
  readonly array: ArrayType<StoredArray>;
}

const typed = (name: string, array: ArrayType<StoredArray> & { BYTES_PER_ELEMENT: number }): VoxelType => ({
  name,
  bytes: array.BYTES_PER_ELEMENT,
  array,
});

/** The types of NIfTI (nifti1.h, DT_*) that hold one real number a voxel. */
const TYPES = new Map<number, VoxelType>([
  [NIFTI1.TYPE_UINT8, typed('uint8', Uint8Array)],
  [NIFTI1.TYPE_INT16, typed('int16', Int16Array)],
  [NIFTI1.TYPE_INT32, typed('int32', Int32Array)],
  [NIFTI1.TYPE_FLOAT32, typed('float32', Float32Array)],
  [NIFTI1.TYPE_FLOAT64, typed('float64', Float64Array)],
  [NIFTI1.TYPE_INT8, typed('int8', Int8Array)],
  [NIFTI1.TYPE_UINT16, typed('uint16', Uint16Array)],
  [NIFTI1.TYPE_UINT32, typed('uint32', Uint32Array)],
  [NIFTI1.TYPE_INT64, typed('int64', BigInt64Array)],
  [NIFTI1.TYPE_UINT64, typed('uint64', BigUint64Array)],
]);

/** The voxel type of a NIfTI data type code; undefined for complex numbers, colours and types of 128 bits. */
export function voxelTypeOf(datatype: number): VoxelType | undefined {
  return TYPES.get(datatype);
}

export const VOXEL_TYPE_NAMES = [...TYPES.values()].map(({ name }) => name);

function toLittleEndian(bytes: Uint8Array, bytesPerVoxel: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytesPerVoxel === 2) buffer.swap16();
  else if (bytesPerVoxel === 4) buffer.swap32();
  else if (bytesPerVoxel === 8) buffer.swap64();
}

const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;

/** 64-bit labels as numpy makes them by default; undefined where one does not fit into 32 bits. */
function narrowed(stored: BigInt64Array | BigUint64Array): Int32Array | undefined {
  const values = room(Int32Array, stored.length);
  for (let i = 0; i < values.length; i++) {
    const value = stored[i];
    if (value < INT32_MIN || value > INT32_MAX) return undefined;
    values[i] = Number(value);
  }
  return values;
}

/**
 * `count` voxels from byte `offset` on, in the machine's byte order (little endian on all that Node runs on): a view of
 * `bytes` where that is possible. 64-bit integers become int32; undefined where one is too large for it.
 */
export function readVoxels(
  bytes: Uint8Array,
  offset: number,
  count: number,
  type: VoxelType,
  littleEndian: boolean,
): VoxelArray | undefined {
  const start = bytes.byteOffset + offset;
  let stored: StoredArray;
  if (littleEndian && start % type.bytes === 0) stored = new type.array(bytes.buffer, start, count);
  else {
    const copy = copyOf(bytes.subarray(offset, offset + count * type.bytes));
    if (!littleEndian) toLittleEndian(copy, type.bytes);
    stored = new type.array(copy.buffer, copy.byteOffset, count);
  }
  return stored instanceof BigInt64Array || stored instanceof BigUint64Array ? narrowed(stored) : stored;
}

/** slope * stored + inter, computed in double; kept as float32 where the stored numbers have no more digits than that. */
export function scaled(
  stored: VoxelArray,
  { slope, inter }: { readonly slope: number; readonly inter: number },
): Float32Array | Float64Array {
  const fine =
    stored instanceof Float64Array || (stored.BYTES_PER_ELEMENT === 4 && !(stored instanceof Float32Array));
  const values = fine ? room(Float64Array, stored.length) : room(Float32Array, stored.length);
  for (let i = 0; i < values.length; i++) values[i] = slope * stored[i] + inter;
  return values;
}
