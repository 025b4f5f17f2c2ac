import fc from 'fast-check';
import { cross, type SlicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { type Vec3, vec3 } from '../../../src/volume/geometry.ts';
import { ctSlice } from './ct-files.ts';

/** One way to put slices in space. Lengths in mm. */
export interface Placement {
  readonly originMm: Vec3;
  readonly row: Vec3;
  readonly column: Vec3;
  readonly columns: number;
  readonly rows: number;
  readonly spacingMm: readonly [x: number, y: number];
  /** Heights of the slices along row x column. */
  readonly heightsMm: readonly number[];
  /** How far each mm along the normal moves a slice along its rows and columns. */
  readonly shear: readonly [x: number, y: number];
}

const plain = ctSlice('plain.dcm', {});

/** Centre of the first pixel of slice k. */
export function positionOf({ originMm, row, column, heightsMm, shear }: Placement, k: number): Vec3 {
  const normal = cross(row, column);
  const h = heightsMm[k];
  return vec3((a) => originMm[a] + h * (normal[a] + shear[0] * row[a] + shear[1] * column[a]));
}

/** The slices of a placement, named by their height: slice k is `000k.dcm`. */
export function planesOf(placement: Placement): SlicePlane[] {
  const { row, column, columns, rows, spacingMm, heightsMm } = placement;
  return heightsMm.map((_, k) => ({
    file: { ...plain, name: `${String(k).padStart(4, '0')}.dcm` },
    frame: 0,
    columns,
    rows,
    spacingMm,
    positionMm: positionOf(placement, k),
    rowDirection: row,
    columnDirection: column,
  }));
}

/** Axial, head first supine. */
export const axial: Placement = {
  originMm: [-10, -20, 30],
  row: [1, 0, 0],
  column: [0, 1, 0],
  columns: 4,
  rows: 3,
  spacingMm: [0.9765625, 0.9765625],
  heightsMm: [0, 3, 6, 9, 12],
  shear: [0, 0],
};

function unit(v: Vec3): Vec3 {
  const length = Math.hypot(...v);
  return vec3((a) => v[a] / length);
}

const component = fc.double({ min: -1, max: 1, noNaN: true });
const direction = fc
  .tuple(component, component, component)
  .filter((v) => Math.hypot(...v) > 0.1)
  .map(unit);

/** Row and column directions of any orthonormal orientation: feet first, prone, decubitus and oblique ones included. */
export const orientations = fc
  .tuple(direction, direction)
  .filter(([a, b]) => Math.hypot(...cross(a, b)) > 0.1)
  .map(([row, other]) => ({ row, column: unit(cross(unit(cross(row, other)), row)) }));
