import type { Vec3 } from '../volume/geometry.ts';

/** A box of voxels: first index and number of voxels along each axis. */
export interface Box {
  readonly start: Vec3;
  readonly size: Vec3;
}

/** Smallest box that holds every voxel > 0, and their number; undefined where there is none. */
export function boundingBox(mask: Uint8Array, size: Vec3): (Box & { readonly voxels: number }) | undefined {
  const [nx, ny, nz] = size;
  let voxels = 0;
  let [x0, y0, z0, x1, y1, z1] = [nx, ny, nz, -1, -1, -1];
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = (z * ny + y) * nx;
      let first = -1;
      let last = -1;
      for (let x = 0; x < nx; x++) {
        if (mask[row + x] === 0) continue;
        if (first < 0) first = x;
        last = x;
        voxels++;
      }
      if (first < 0) continue;
      x0 = Math.min(x0, first);
      x1 = Math.max(x1, last);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
      z0 = Math.min(z0, z);
      z1 = z;
    }
  }
  if (voxels === 0) return undefined;
  return { start: [x0, y0, z0], size: [x1 - x0 + 1, y1 - y0 + 1, z1 - z0 + 1], voxels };
}
