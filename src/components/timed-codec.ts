import type { Config } from '../config/schema.ts';
import type { OutputFile } from '../dataset/record.ts';
import { decodeNifti } from '../nifti/decode.ts';
import { encodeNiftiGz, HEADER_BYTES } from '../nifti/encode.ts';
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

/** `encodeNiftiGz` under `gzip`, as `output` of the configuration says; bytes are those that are deflated. */
export function timedGzip(
  clock: StageClock,
  volume: Volume,
  { gzipEngine, gzipLevelInt, gzipLevelFloat }: Config['output'],
): Promise<Uint8Array> {
  const real = volume.data instanceof Float32Array || volume.data instanceof Float64Array;
  const options = { engine: gzipEngine, level: real ? gzipLevelFloat : gzipLevelInt };
  return clock.time('gzip', HEADER_BYTES + volume.data.byteLength, () => encodeNiftiGz(volume, options));
}

/** `outputFile` under `sha256`. */
export function timedOutputFile(clock: StageClock, file: string, bytes: Uint8Array): OutputFile {
  return clock.time('sha256', bytes.length, () => outputFile(file, bytes));
}
