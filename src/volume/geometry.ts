/** Three numbers in the order x (fastest), y, z. */
export type Vec3 = readonly [x: number, y: number, z: number];

/**
 * Where the voxels of a regular grid lie. All lengths in mm, in the DICOM patient frame LPS
 * (+x left, +y posterior, +z superior; DICOM PS3.3 C.7.6.2.1.1).
 */
export interface Geometry {
  /** Voxels along each axis. */
  readonly size: Vec3;
  readonly spacingMm: Vec3;
  /** Centre of voxel (0, 0, 0). */
  readonly originMm: Vec3;
  /** 3x3, row-major, orthonormal: column j is the unit vector along which index j grows. */
  readonly direction: readonly number[];
}

/** CT is int16 or float32 and masks are uint8; the others come from files that other programs wrote. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Voxels, x fastest, on a grid. */
export interface Volume<T extends VoxelArray = VoxelArray> {
  readonly data: T;
  readonly geometry: Geometry;
}

export function voxelCount(size: Vec3): number {
  return size[0] * size[1] * size[2];
}

/** Makes a Vec3 by calling `f` for the axes 0, 1, 2. */
export function vec3(f: (axis: number) => number): Vec3 {
  return [f(0), f(1), f(2)];
}

/** Physical point (LPS, mm) of a continuous voxel index. */
export function pointOfIndex(geometry: Geometry, index: Vec3): Vec3 {
  const { spacingMm, originMm, direction } = geometry;
  return vec3((row) => {
    let sum = originMm[row];
    for (let axis = 0; axis < 3; axis++) sum += direction[3 * row + axis] * spacingMm[axis] * index[axis];
    return sum;
  });
}

/** Continuous voxel index of a physical point (LPS, mm); the inverse of `pointOfIndex` for an orthonormal direction. */
export function indexOfPoint(geometry: Geometry, pointMm: Vec3): Vec3 {
  const { spacingMm, originMm, direction } = geometry;
  return vec3((axis) => {
    let sum = 0;
    for (let row = 0; row < 3; row++) sum += direction[3 * row + axis] * (pointMm[row] - originMm[row]);
    return sum / spacingMm[axis];
  });
}

/** Largest distance in mm between the same corner voxel of two grids; Infinity where the sizes differ. */
export function gridDistanceMm(a: Geometry, b: Geometry): number {
  if (a.size.some((n, axis) => n !== b.size[axis])) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const index = vec3((axis) => (corner & (1 << axis) ? a.size[axis] - 1 : 0));
    const p = pointOfIndex(a, index);
    const q = pointOfIndex(b, index);
    largest = Math.max(largest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return largest;
}
