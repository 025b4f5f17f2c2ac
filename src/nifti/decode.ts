import { CaseExclusion, messageOf } from '../errors.ts';
import { giveBack } from '../memory/thread.ts';
import { type Geometry, type Volume, voxelCount } from '../volume/geometry.ts';
import { columnsAreSquare, geometryOf } from './affine.ts';
import { HEADER_BYTES } from './encode.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { type NiftiHeader, readNiftiHeader } from './header.ts';
import { readVoxels, scaled, VOXEL_TYPE_NAMES, voxelTypeOf } from './voxels.ts';

/** No affine of millimetres holds a larger number. */
const MOST_MM = 1e9;

function inflate(file: string, bytes: Uint8Array): Uint8Array {
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

/** How a file is refused, for a reason. */
type Refuse = (why: string) => never;

/** The same with the file named. */
export function refusalOf(file: string): Refuse {
  return (why) => {
    throw new CaseExclusion('unreadable-nifti', why, { file });
  };
}

/** The grid of a header, in LPS. Refused where its affine is none of an orthogonal grid. */
export function geometryOfHeader({ affine, size, pixdimMm }: NiftiHeader, refuse: Refuse): Geometry {
  if (affine === undefined)
    return refuse('says nowhere where its voxels lie (sform and qform code are 0); save it with an affine');
  if (!affine.flat().every((n) => Math.abs(n) < MOST_MM)) refuse('has an affine that is not finite');
  if (!columnsAreSquare(affine))
    refuse('has an affine that is sheared or flat; resample it to an orthogonal grid');
  return geometryOf(affine, size, pixdimMm);
}

/**
 * Takes back the memory of a volume of a `.nii.gz` file that swinprep wrote, which `decodeNifti` has inflated into the
 * arena; it is not to be used any more.
 */
export function giveBackDecoded({ data: { buffer, byteOffset, byteLength } }: Volume): void {
  if (byteOffset < HEADER_BYTES) return;
  giveBack(new Uint8Array(buffer, byteOffset - HEADER_BYTES, HEADER_BYTES + byteLength));
}

/**
 * A NIfTI-1 or -2 file, gzipped or not, of either byte order, as a volume in LPS. Voxels are of any integer or real type,
 * `scl_slope` applied; 64-bit integers become int32. The sform is used where its code is set, else the qform.
 * Throws a CaseExclusion that names `file`.
 *
 * @param channel which volume of a file with a fourth dimension, from 0; without it such a file is refused
 */
export function decodeNifti(file: string, fileBytes: Uint8Array, channel?: number): Volume {
  const refuse: Refuse = refusalOf(file);
  const bytes = inflate(file, fileBytes);
  const header = readNiftiHeader(bytes) ?? refuse('is no NIfTI file');
  const { size, channels, voxOffset } = header;
  if (![...size, channels].every((n) => Number.isSafeInteger(n) && n > 0))
    refuse(`has the size ${[...size, channels].join(' x ')}`);
  if (channels > 1 && channel === undefined)
    refuse(`holds ${channels} volumes of ${size.join(' x ')} voxels; one is needed: give its channel`);
  if (channel !== undefined && channel >= channels)
    refuse(
      `holds ${channels} volume${channels === 1 ? '' : 's'}, so that channel ${channel}, counted from 0, is not there`,
    );
  const type =
    voxelTypeOf(header.datatype) ??
    refuse(`holds voxels of NIfTI type ${header.datatype}; one of ${VOXEL_TYPE_NAMES.join(', ')} is needed`);
  const geometry = geometryOfHeader(header, refuse);
  const count = voxelCount(size);
  const end = voxOffset + channels * count * type.bytes;
  if (!Number.isSafeInteger(voxOffset) || voxOffset < 0)
    refuse('does not say where its voxels begin (vox_offset)');
  if (bytes.length < end) refuse(`ends after ${bytes.length} bytes, ${end} are announced`);
  const offset = voxOffset + (channel ?? 0) * count * type.bytes;
  const stored =
    readVoxels(bytes, offset, count, type, header.littleEndian) ??
    refuse(`holds ${type.name} voxels beyond 32 bits; save it as a smaller type`);
  return {
    data: header.scale === undefined ? stored : scaled(stored, header.scale),
    geometry,
  };
}
