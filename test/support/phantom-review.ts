import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeNifti } from '../../src/nifti/encode.ts';
import { type Geometry, type Vec3, vec3, voxelCount } from '../../src/volume/geometry.ts';
import { temporaryFolder } from './cli.ts';
import { type Fates, type MadeCohort, writeCohort } from './made-cohort.ts';

/** The CT's grid, along LPS. */
export const CT: Geometry = {
  size: [40, 32, 16],
  spacingMm: [2, 2, 4],
  originMm: [-30, -50, -100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** A part of it turned to RAS, as ROIs are: its first voxel is the CT's voxel `ROI_FROM`. */
export const ROI: Geometry = {
  size: [24, 20, 8],
  spacingMm: CT.spacingMm,
  originMm: [-30 + 2 * 34, -50 + 2 * 27, -100 + 4 * 4],
  direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
};

export const roiVoxelOf = ([i, j, k]: Vec3): Vec3 => [34 - i, 27 - j, k - 4];
const ctVoxelOf = ([i, j, k]: Vec3): Vec3 => [34 - i, 27 - j, k + 4];

/** The tumour's box in voxels of the CT: from, and up to but not with. Its middle is `CENTRE`. */
export const TUMOUR = { from: [18, 14, 6], to: [25, 19, 9] } as const;
export const CENTRE: Vec3 = [21, 16, 7];

/** HU by the voxel of the CT; each patient has other ones. */
export const huAt = ([i, j, k]: Vec3, patient: number): number =>
  -900 + 3 * i + 20 * j + 37 * k + 100 * patient;

const isTumour = (voxel: Vec3): boolean =>
  voxel.every((at, axis) => at >= TUMOUR.from[axis] && at < TUMOUR.to[axis]);

function volume<T extends Int16Array | Uint8Array>(
  geometry: Geometry,
  data: T,
  valueAt: (voxel: Vec3) => number,
) {
  const [nx, ny] = geometry.size;
  for (let at = 0; at < data.length; at++)
    data[at] = valueAt([at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
  return gzipSync(encodeNifti({ geometry, data }));
}

/** A cohort as `writeCohort` makes it, whose volumes are small phantoms. */
export async function writePhantoms(fates: Fates): Promise<MadeCohort> {
  const out = temporaryFolder();
  const cohort = await writeCohort(out, join(out, 'manifest'), fates);
  const grids = [
    { room: 'interim', geometry: CT, inCt: (voxel: Vec3) => voxel, files: ['ct.nii.gz', 'tumor.nii.gz'] },
    { room: 'roi', geometry: ROI, inCt: ctVoxelOf, files: ['ct_roi_hu.nii.gz', 'tumor_roi.nii.gz'] },
  ];
  [...(fates.ok ?? []), ...(fates.excluded ?? [])].forEach((patient, n) => {
    for (const { room, geometry, inCt, files } of grids) {
      const voxels = voxelCount(geometry.size);
      const folder = join(out, room, patient);
      mkdirSync(folder, { recursive: true });
      const ct = volume(geometry, new Int16Array(voxels), (voxel) => huAt(inCt(voxel), n));
      const mask = volume(geometry, new Uint8Array(voxels), (voxel) => (isTumour(inCt(voxel)) ? 1 : 0));
      writeFileSync(join(folder, files[0]), ct);
      writeFileSync(join(folder, files[1]), mask);
    }
  });
  return cohort;
}

/** The CT's voxels that a view shows: all, or those of the ROI. */
export const EXTENT = {
  ct: { from: vec3(() => 0), to: CT.size },
  roi: { from: [11, 8, 4], to: [35, 28, 12] },
} as const;
