import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

/** Real data that is kept outside the repository; see test/README.md. */
export const sharedData =
  process.env.SWINPREP_SHARED_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

export const hasSharedData = existsSync(join(sharedData, 'lung1'));

if (!hasSharedData) {
  process.stderr.write(
    `no real data at ${sharedData} (SWINPREP_SHARED_DATA): the tests that need it are skipped\n`,
  );
}

export function shared(...parts: string[]): string {
  return join(sharedData, ...parts);
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Names of every file below a folder, relative to it, sorted. */
export function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Every file below some folders or of some files, by path. */
export function filesAt(...paths: string[]): NamedBytes[] {
  return paths.flatMap((path) => {
    if (statSync(path).isFile()) return [{ name: path, bytes: readFileSync(path) }];
    return namesBelow(path).map((name) => ({ name, bytes: readFileSync(join(path, name)) }));
  });
}

export function filesInZip(path: string): NamedBytes[] {
  const entries = Object.entries(unzipSync(readFileSync(path)));
  return entries.filter(([name]) => !name.endsWith('/')).map(([name, bytes]) => ({ name, bytes }));
}

/** Voxels of an NRRD file (gzip encoding, integer type), as 0 and 1 for `label` or for any label. */
export function nrrdMask(path: string, label?: number): Uint8Array {
  const bytes = readFileSync(path);
  const end = bytes.indexOf('\n\n');
  const header = bytes.subarray(0, end).toString('latin1');
  const data = gunzipSync(bytes.subarray(end + 2));
  const voxels = /^type: *(short|int16)/m.test(header)
    ? new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
    : data;
  const mask = new Uint8Array(voxels.length);
  for (let i = 0; i < mask.length; i++)
    mask[i] = (label === undefined ? voxels[i] !== 0 : voxels[i] === label) ? 1 : 0;
  return mask;
}

/** Number of voxels in which two masks differ, and in the first. */
export function compareMasks(a: Uint8Array, b: Uint8Array): { differing: number; voxels: number } {
  if (a.length !== b.length) throw new Error(`masks of ${a.length} and ${b.length} voxels`);
  let differing = 0;
  let voxels = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) differing++;
    voxels += a[i];
  }
  return { differing, voxels };
}
