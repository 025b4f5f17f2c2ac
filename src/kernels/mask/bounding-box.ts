import type { Vec3 } from '../../volume/geometry.ts';
import { nextSet, setBytes } from './set-bytes.ts';

/** A box of voxels: first index and number of voxels along each axis. */
export interface Box {
  readonly start: Vec3;
  readonly size: Vec3;
}

/** Smallest box that holds every voxel > 0, and their number; undefined where there is none. */
export function boundingBox(mask: Uint8Array, size: Vec3): (Box & { readonly voxels: number }) | undefined {
  const [nx, ny, nz] = size;
  const set = setBytes(mask);
  let voxels = 0;
  let [x0, y0, z0, x1, y1, z1] = [nx, ny, nz, -1, -1, -1];
  for (let at = nextSet(set, 0); at < mask.length; ) {
    const first = at % nx;
    const row = at - first;
    const y = (row / nx) % ny;
    const z = Math.floor(row / (nx * ny));
    let last = first;
    for (let x = first; x < nx; x++) {
      if (mask[row + x] === 0) continue;
      last = x;
      voxels++;
    }
    x0 = Math.min(x0, first);
    x1 = Math.max(x1, last);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
    z0 = Math.min(z0, z);
    z1 = z;
    at = nextSet(set, row + nx);
  }
  if (voxels === 0) return undefined;
  return { start: [x0, y0, z0], size: [x1 - x0 + 1, y1 - y0 + 1, z1 - z0 + 1], voxels };
}
