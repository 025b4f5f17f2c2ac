import { type Geometry, type Vec3, vec3 } from '../volume/geometry.ts';

/** LPS to RAS and back: x and y change sign, z does not. */
const RAS_SIGN: Vec3 = [-1, -1, 1];

/** 4x4 affine, row-major rows, from voxel index to RAS mm, as a NIfTI sform holds it. */
export function affineOf(geometry: Geometry): number[][] {
  const rows = [0, 1, 2].map((row) => [
    ...[0, 1, 2].map(
      (axis) => RAS_SIGN[row] * geometry.direction[3 * row + axis] * geometry.spacingMm[axis] + 0,
    ),
    RAS_SIGN[row] * geometry.originMm[row] + 0,
  ]);
  return [...rows, [0, 0, 0, 1]];
}

/**
 * LPS geometry of a NIfTI affine. Spacing is taken from pixdim where it agrees with the affine's columns, as ITK does
 * (itkNiftiImageIO.cxx), so that 1 mm stays 1 mm.
 */
export function geometryOf(affine: readonly (readonly number[])[], size: Vec3, pixdimMm: Vec3): Geometry {
  // Not Math.hypot, whose last bit differs: which axis of a grid turned by 45 degrees is nearest hangs on it.
  const norm = vec3((axis) => {
    const [x, y, z] = affine.map((row) => row[axis]);
    return Math.sqrt(x * x + y * y + z * z);
  });
  const spacingMm = vec3((a) => (Math.abs(norm[a] - pixdimMm[a]) <= 1e-4 * norm[a] ? pixdimMm[a] : norm[a]));
  const direction: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let axis = 0; axis < 3; axis++) direction.push((RAS_SIGN[row] * affine[row][axis]) / norm[axis] + 0);
  }
  return { size, spacingMm, originMm: vec3((row) => RAS_SIGN[row] * affine[row][3] + 0), direction };
}

/** How far from a right angle, as a cosine, the axes of an affine may be that passes for orthogonal. */
const SQUARE_TOLERANCE = 1e-3;

/** Whether the columns of an affine have a length and stand on each other at right angles, as those of a `Geometry` do. */
export function columnsAreSquare(affine: readonly (readonly number[])[]): boolean {
  const dot = (a: number, b: number): number =>
    affine[0][a] * affine[0][b] + affine[1][a] * affine[1][b] + affine[2][a] * affine[2][b];
  return [0, 1, 2].every((a) => {
    const b = (a + 1) % 3;
    return dot(a, a) > 0 && Math.abs(dot(a, b)) <= SQUARE_TOLERANCE * Math.sqrt(dot(a, a) * dot(b, b));
  });
}

/** The first three rows of the affine that a qform gives (nifti1_io.c, `nifti_quatern_to_mat44`). */
export function affineOfQuaternion(
  quaternion: { readonly b: number; readonly c: number; readonly d: number; readonly qfac: 1 | -1 },
  pixdimMm: Vec3,
  offsetMm: Vec3,
): number[][] {
  let { b, c, d } = quaternion;
  let a = 1 - (b * b + c * c + d * d);
  if (a < 1e-7) {
    // Half a turn: rounding may have made the vector a little longer than 1.
    const length = Math.hypot(b, c, d);
    [a, b, c, d] = [0, b / length, c / length, d / length];
  } else a = Math.sqrt(a);
  const step = vec3((axis) => (pixdimMm[axis] > 0 ? pixdimMm[axis] : 1) * (axis === 2 ? quaternion.qfac : 1));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ].map((row, r) => [...row.map((cosine, axis) => cosine * step[axis] + 0), offsetMm[r]]);
}

/** Quaternion (b, c, d) and qfac of a direction in RAS (nifti1_io.c, `nifti_mat44_to_quatern`). */
export function quaternionOf(geometry: Geometry): { b: number; c: number; d: number; qfac: 1 | -1 } {
  const r = (row: number, axis: number): number => RAS_SIGN[row] * geometry.direction[3 * row + axis];
  const determinant =
    r(0, 0) * (r(1, 1) * r(2, 2) - r(1, 2) * r(2, 1)) -
    r(0, 1) * (r(1, 0) * r(2, 2) - r(1, 2) * r(2, 0)) +
    r(0, 2) * (r(1, 0) * r(2, 1) - r(1, 1) * r(2, 0));
  const qfac = determinant > 0 ? 1 : -1;
  const m = (row: number, axis: number): number => (axis === 2 ? qfac * r(row, 2) : r(row, axis));
  const trace = m(0, 0) + m(1, 1) + m(2, 2);
  if (trace + 1 > 0.5) {
    const a = 0.5 * Math.sqrt(trace + 1);
    return {
      b: (0.25 * (m(2, 1) - m(1, 2))) / a,
      c: (0.25 * (m(0, 2) - m(2, 0))) / a,
      d: (0.25 * (m(1, 0) - m(0, 1))) / a,
      qfac,
    };
  }
  // The component with the largest diagonal term is computed first, since the others are divided by it.
  const x = 1 + m(0, 0) - (m(1, 1) + m(2, 2));
  const y = 1 + m(1, 1) - (m(0, 0) + m(2, 2));
  const z = 1 + m(2, 2) - (m(0, 0) + m(1, 1));
  let a: number;
  let b: number;
  let c: number;
  let d: number;
  if (x > 1) {
    b = 0.5 * Math.sqrt(x);
    c = (0.25 * (m(0, 1) + m(1, 0))) / b;
    d = (0.25 * (m(0, 2) + m(2, 0))) / b;
    a = (0.25 * (m(2, 1) - m(1, 2))) / b;
  } else if (y > 1) {
    c = 0.5 * Math.sqrt(y);
    b = (0.25 * (m(0, 1) + m(1, 0))) / c;
    d = (0.25 * (m(1, 2) + m(2, 1))) / c;
    a = (0.25 * (m(0, 2) - m(2, 0))) / c;
  } else {
    d = 0.5 * Math.sqrt(z);
    b = (0.25 * (m(0, 2) + m(2, 0))) / d;
    c = (0.25 * (m(1, 2) + m(2, 1))) / d;
    a = (0.25 * (m(1, 0) - m(0, 1))) / d;
  }
  const sign = a < 0 ? -1 : 1;
  return { b: sign * b + 0, c: sign * c + 0, d: sign * d + 0, qfac };
}
