import type { Config } from '../config/schema.ts';
import { decodeNifti } from '../nifti/decode.ts';
import { encodeNiftiGz, HEADER_BYTES, isReal, type VolumeInParts, voxelTypeOf } from '../nifti/encode.ts';
import { type Volume, voxelCount } from '../volume/geometry.ts';
import type { StageClock } from './stage-clock.ts';

/** `decodeNifti` under `inflate`, which most of it is; bytes are those of the voxels. */
export function timedDecode(clock: StageClock, file: string, bytes: Uint8Array, channel?: number): Volume {
  return clock.time(
    'inflate',
    ({ data }) => data.byteLength,
    () => decodeNifti(file, bytes, channel),
  );
}

/** `encodeNiftiGz` under `gzip`, as `output` of the configuration says; bytes are those that are deflated. */
export function timedGzip(
  clock: StageClock,
  volume: Volume | VolumeInParts,
  { gzipEngine, gzipLevelInt, gzipLevelFloat }: Config['output'],
): Promise<readonly Uint8Array[]> {
  const type = voxelTypeOf(volume);
  const options = { engine: gzipEngine, level: isReal(type) ? gzipLevelFloat : gzipLevelInt };
  const bytes = HEADER_BYTES + voxelCount(volume.geometry.size) * type.BYTES_PER_ELEMENT;
  return clock.time('gzip', bytes, () => encodeNiftiGz(volume, options));
}
