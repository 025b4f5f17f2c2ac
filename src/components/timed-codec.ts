import type { OutputFile } from '../dataset/record.ts';
import { decodeNifti } from '../nifti/decode.ts';
import { encodeNifti } from '../nifti/encode.ts';
import { gzip } from '../nifti/gzip.ts';
import type { Volume } from '../volume/geometry.ts';
import { outputFile } from './commit.ts';
import type { StageClock } from './stage-clock.ts';

/** `decodeNifti` under `inflate`, which most of it is; bytes are those of the voxels. */
export function timedDecode(
  clock: StageClock,
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  channel?: number,
): Volume {
  return clock.time(
    'inflate',
    ({ data }) => data.byteLength,
    () => decodeNifti(file, bytes, channel),
  );
}

/** A volume as the bytes of a `.nii.gz`, under `encode` and `gzip`. */
export function timedGzip(clock: StageClock, volume: Volume, level: number): Uint8Array {
  const bytes = clock.time('encode', volume.data.byteLength, () => encodeNifti(volume));
  return clock.time('gzip', bytes.length, () => gzip(bytes, level));
}

/** `outputFile` under `sha256`. */
export function timedOutputFile(clock: StageClock, file: string, bytes: Uint8Array): OutputFile {
  return clock.time('sha256', bytes.length, () => outputFile(file, bytes));
}
