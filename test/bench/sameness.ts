import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { axisOrder, reorient } from '../../src/kernels/grid/orient.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { gunzip, isGzip } from '../../src/nifti/gunzip.ts';
import { type Volume, vec3 } from '../../src/volume/geometry.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The files that a run is judged by: volumes and pictures, not records, which tell when and from where. */
const JUDGED = /\.(nii\.gz|png)$/;

/** What the volumes and pictures below a folder hash to, by path. */
function hashesBelow(folder: string, hash: (bytes: Buffer<ArrayBuffer>) => string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && JUDGED.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(files.map((file) => [relative(folder, file), hash(readFileSync(file))]));
}

/** SHA-256 of the volumes and pictures below a folder, by path. */
export const volumeHashes = (folder: string): Record<string, string> => hashesBelow(folder, sha256);

/** SHA-256 of what the volumes inflate to, by that of the files: programs write the same bytes each round. */
const inflated = new Map<string, string>();

/** The same of what the volumes inflate to: two engines of gzip make other bytes of the same voxels. */
export const inflatedHashes = (folder: string): Record<string, string> =>
  hashesBelow(folder, (bytes) => {
    if (!isGzip(bytes)) return sha256(bytes);
    const key = sha256(bytes);
    const hash = inflated.get(key) ?? sha256(gunzip(bytes));
    inflated.set(key, hash);
    return hash;
  });

/** Throws an Error that names the files where two sets of hashes differ. */
export function expectSameHashes(actual: Record<string, string>, wanted: Record<string, string>): void {
  const names = new Set([...Object.keys(actual), ...Object.keys(wanted)]);
  const differing = [...names].filter((name) => actual[name] !== wanted[name]);
  if (names.size === 0) throw new Error('nothing was written');
  if (differing.length > 0)
    throw new Error(
      `${differing.length} of ${names.size} files are not those expected: ${differing[0]}, ...`,
    );
}

/** A volume with its axes in RAS order: programs store the rows of a CT either way round. */
function inRas(file: string): Volume {
  const volume = decodeNifti(file, new Uint8Array(readFileSync(file)));
  return reorient(volume, axisOrder(volume.geometry.direction));
}

export interface Tolerance {
  /** Largest difference of a voxel, in its unit. */
  readonly voxel: number;
  /** Largest difference of spacing and origin, mm: headers hold float32. */
  readonly mm?: number;
  /** Voxels by which a side may differ at its far end; what both have is compared. */
  readonly side?: number;
}

/** Over the voxels that both have. */
function largestDifference(a: Volume, b: Volume): number {
  const [nx, ny, nz] = vec3((axis) => Math.min(a.geometry.size[axis], b.geometry.size[axis]));
  let largest = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const [rowA, rowB] = [a, b].map(({ geometry: { size } }) => size[0] * (y + size[1] * z));
      for (let x = 0; x < nx; x++) largest = Math.max(largest, Math.abs(a.data[rowA + x] - b.data[rowB + x]));
    }
  }
  return largest;
}

/** Pairs that were found the same, by the hashes of both files: programs write the same bytes each round. */
const known = new Set<string>();

/** Throws an Error that says what differs unless two NIfTI files hold the same voxels at the same place. */
export function expectSameVolume(
  actual: string,
  wanted: string,
  { voxel, mm = 1e-3, side = 0 }: Tolerance,
): void {
  const pair = `${sha256(readFileSync(actual))} ${sha256(readFileSync(wanted))} ${voxel} ${mm} ${side}`;
  if (known.has(pair)) return;
  const [a, b] = [inRas(actual), inRas(wanted)];
  const differ = (what: string): never => {
    throw new Error(`${actual} differs from ${wanted}: ${what}`);
  };
  if (a.geometry.size.some((n, axis) => Math.abs(n - b.geometry.size[axis]) > side))
    differ(`${a.geometry.size.join(' x ')} voxels, not ${b.geometry.size.join(' x ')}`);
  for (const key of ['spacingMm', 'originMm'] as const)
    for (const [axis, value] of a.geometry[key].entries())
      if (!(Math.abs(value - b.geometry[key][axis]) <= mm))
        differ(`${key} ${a.geometry[key].join()}, not ${b.geometry[key].join()}`);
  const largest = largestDifference(a, b);
  if (!(largest <= voxel)) differ(`a voxel by ${largest}`);
  known.add(pair);
}
