import { giveBack, room } from '../../memory/thread.ts';
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
  const area = nx * ny;
  const [reachX, reachY, reachZ] = spacingMm.map((mm) => Math.floor((radiusMm * ROUNDING) / mm));
  // Planes within reach of one, each in the place of the one that has gone out of reach.
  const depth = Math.min(nz, 2 * reachZ + 1);
  const target = room(Uint8Array, mask.length);
  const rows = room(Float32Array, area);
  const planes = room(Float32Array, depth * area);
  const nearest = room(Float32Array, area);
  const holds = new Uint8Array(ny);
  const planeHolds = new Uint8Array(nz);
  const makePlane = (z: number): void => {
    for (let y = 0; y < ny; y++) {
      const out = rows.subarray(y * nx, (y + 1) * nx);
      holds[y] = rowDistances(mask, (z * ny + y) * nx, value, spacingMm[0], reachX, out) ? 1 : 0;
    }
    planeHolds[z] = holds.includes(1) ? 1 : 0;
    const plane = planes.subarray((z % depth) * area, ((z % depth) + 1) * area);
    plane.fill(Number.POSITIVE_INFINITY);
    for (let y = 0; y < ny; y++) {
      const out = plane.subarray(y * nx, (y + 1) * nx);
      for (let j = Math.max(0, y - reachY); j <= Math.min(ny - 1, y + reachY); j++)
        if (holds[j] === 1) lower(out, rows, j * nx, ((j - y) * spacingMm[1]) ** 2);
    }
  };
  const limit = (radiusMm * ROUNDING) ** 2;
  for (let z = 0, made = 0; z < nz; z++) {
    const last = Math.min(nz - 1, z + reachZ);
    for (; made <= last; made++) makePlane(made);
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let k = Math.max(0, z - reachZ); k <= last; k++)
      if (planeHolds[k] === 1) lower(nearest, planes, (k % depth) * area, ((k - z) * spacingMm[2]) ** 2);
    const at = z * area;
    for (let i = 0; i < area; i++) target[at + i] = nearest[i] <= limit ? 1 : 0;
  }
  for (const array of [rows, planes, nearest]) giveBack(array);
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
  const dilated = dilate(mask, size, spacingMm, radiusMm);
  const closed = erode(dilated, size, spacingMm, radiusMm);
  giveBack(dilated);
  return closed;
}
