import { type Vec3, vec3 } from '../../volume/geometry.ts';
import { byInstance } from '../file/functional-groups.ts';
import { cross, dot, type SlicePlane } from './slice-plane.ts';

/** Slices in ascending order along their normal, and where each lies against the first of them. */
export interface OrderedSlices {
  readonly slices: readonly SlicePlane[];
  /** Along the normal, mm; 0 for the first. */
  readonly heightsMm: readonly number[];
  /** Within the plane, along growing column and row index, mm; 0 for the first. */
  readonly asideMm: readonly (readonly [x: number, y: number])[];
  readonly rowDirection: Vec3;
  readonly columnDirection: Vec3;
  readonly normal: Vec3;
}

/**
 * Orders slices by the projection of Image Position (Patient) on the normal, row x column direction (DICOM PS3.3
 * C.7.6.2.1.1), and by SOP Instance UID at equal height. Numbers, times and Slice Location are not looked at. The
 * directions are those of the slice whose UID comes first, so that order and names of the files change nothing.
 */
export function orderSlices(planes: readonly SlicePlane[]): OrderedSlices {
  const byUid = [...planes].sort(byInstance);
  const { rowDirection, columnDirection } = byUid[0];
  const normal = cross(rowDirection, columnDirection);
  const slices = byUid.sort((p, q) => dot(p.positionMm, normal) - dot(q.positionMm, normal));
  const first = slices[0].positionMm;
  const fromFirst = slices.map((slice) => vec3((a) => slice.positionMm[a] - first[a]));
  return {
    slices,
    heightsMm: fromFirst.map((v) => dot(v, normal)),
    asideMm: fromFirst.map((v) => [dot(v, rowDirection), dot(v, columnDirection)]),
    rowDirection,
    columnDirection,
    normal,
  };
}
