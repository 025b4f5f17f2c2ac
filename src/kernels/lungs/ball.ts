import type { Vec3 } from '../../volume/geometry.ts';

/** Squared distance in mm^2 along a row to its nearest voxel of `value`, Infinity where that is more than the radius. False where the row holds none. */
function rowDistances(
  mask: Uint8Array,
  row: number,
  value: 0 | 1,
  stepMm: number,
  reach: number,
  out: Float32Array,
): boolean {
  const nx = out.length;
  let last = -1;
  out.fill(Number.POSITIVE_INFINITY);
  for (let x = 0; x < nx; x++) {
    if (mask[row + x] === value) last = x;
    if (last >= 0 && x - last <= reach) out[x] = ((x - last) * stepMm) ** 2;
  }
  if (last < 0) return false;
  let next = last;
  for (let x = last; x >= 0; x--) {
    if (mask[row + x] === value) next = x;
    if (next - x <= reach) out[x] = Math.min(out[x], ((next - x) * stepMm) ** 2);
  }
  return true;
}

/** out[i] = min(out[i], from[i] + extra), from `from[at]` on. */
function lower(out: Float32Array, from: Float32Array, at: number, extra: number): void {
  for (let i = 0; i < out.length; i++) {
    const d = from[at + i] + extra;
    if (d < out[i]) out[i] = d;
  }
}

/** Rounding must not leave out a voxel at just the radius. */
const ROUNDING = 1 + 1e-6;

/** 1 for each voxel whose centre lies within `radiusMm` of the centre of a voxel of `value`. Distances are exact, axis by axis. */
function near(mask: Uint8Array, size: Vec3, spacingMm: Vec3, radiusMm: number, value: 0 | 1): Uint8Array {
  const [nx, ny, nz] = size;
  const [reachX, reachY, reachZ] = spacingMm.map((mm) => Math.floor((radiusMm * ROUNDING) / mm));
  const rows = new Float32Array(nx * ny);
  const planes = new Float32Array(nx * ny * nz).fill(Number.POSITIVE_INFINITY);
  const holds = new Uint8Array(ny);
  const planeHolds = new Uint8Array(nz);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const out = rows.subarray(y * nx, (y + 1) * nx);
      holds[y] = rowDistances(mask, (z * ny + y) * nx, value, spacingMm[0], reachX, out) ? 1 : 0;
    }
    planeHolds[z] = holds.includes(1) ? 1 : 0;
    for (let y = 0; y < ny; y++) {
      const out = planes.subarray((z * ny + y) * nx, (z * ny + y + 1) * nx);
      for (let j = Math.max(0, y - reachY); j <= Math.min(ny - 1, y + reachY); j++)
        if (holds[j] === 1) lower(out, rows, j * nx, ((j - y) * spacingMm[1]) ** 2);
    }
  }
  const target = new Uint8Array(mask.length);
  const limit = (radiusMm * ROUNDING) ** 2;
  const nearest = rows;
  for (let z = 0; z < nz; z++) {
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let k = Math.max(0, z - reachZ); k <= Math.min(nz - 1, z + reachZ); k++)
      if (planeHolds[k] === 1) lower(nearest, planes, k * nx * ny, ((k - z) * spacingMm[2]) ** 2);
    const at = z * nx * ny;
    for (let i = 0; i < nearest.length; i++) target[at + i] = nearest[i] <= limit ? 1 : 0;
  }
  return target;
}

/** Adds to a mask of 0 and 1 every voxel within `radiusMm` of it. */
export function dilate(mask: Uint8Array, size: Vec3, spacingMm: Vec3, radiusMm: number): Uint8Array {
  return near(mask, size, spacingMm, radiusMm, 1);
}

/** Takes from a mask of 0 and 1 every voxel within `radiusMm` of a 0; what lies outside the volume takes nothing. */
export function erode(mask: Uint8Array, size: Vec3, spacingMm: Vec3, radiusMm: number): Uint8Array {
  const eroded = near(mask, size, spacingMm, radiusMm, 0);
  for (let i = 0; i < eroded.length; i++) eroded[i] ^= 1;
  return eroded;
}

/** Closes gaps of a mask that no ball of `radiusMm` fits into, those towards the ends of the volume too. */
export function close(mask: Uint8Array, size: Vec3, spacingMm: Vec3, radiusMm: number): Uint8Array {
  return erode(dilate(mask, size, spacingMm, radiusMm), size, spacingMm, radiusMm);
}
