import { type Vec3, vec3 } from '../../volume/geometry.ts';
import { attributesOf, type ImageFrame } from '../file/functional-groups.ts';
import { decimals, Tag } from '../file/part10.ts';

/** Where one CT slice lies: LPS mm (DICOM PS3.3 C.7.6.2). */
export interface SlicePlane extends ImageFrame {
  readonly columns: number;
  readonly rows: number;
  /** Column spacing (x), row spacing (y). PixelSpacing gives them the other way round. */
  readonly spacingMm: readonly [x: number, y: number];
  /** Centre of the first pixel. */
  readonly positionMm: Vec3;
  /** Unit vectors of growing column and row index. */
  readonly rowDirection: Vec3;
  readonly columnDirection: Vec3;
}

/** Nearer than this, two slices lie at one position: the tolerance of 3D Slicer's DICOM reader. */
export const SAME_POSITION_MM = 0.01;

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(v: Vec3): Vec3 {
  const length = Math.hypot(...v);
  return vec3((a) => v[a] / length);
}

/** Orthonormal row and column directions from the six numbers of Image Orientation (Patient), undefined where they are none. */
export function planeDirections(
  orientation: readonly number[] | undefined,
): { row: Vec3; column: Vec3 } | undefined {
  if (orientation?.length !== 6) return undefined;
  const [a, b, c, d, e, f] = orientation;
  const row = unit([a, b, c]);
  const along = dot(row, [d, e, f]);
  const column = unit(vec3((i) => [d, e, f][i] - along * row[i]));
  return [...row, ...column].every(Number.isFinite) ? { row, column } : undefined;
}

/** No scanner places an image farther off, or spaces its pixels wider or closer than this: beyond, nothing can be computed. */
const MOST_MM = 1e6;
const LEAST_SPACING_MM = 1e-4;

/** Image Position (Patient), undefined where it is none. */
export function positionOf(mm: readonly number[] | undefined): Vec3 | undefined {
  return mm?.length === 3 && mm.every((n) => Math.abs(n) <= MOST_MM) ? [mm[0], mm[1], mm[2]] : undefined;
}

/** Pixel Spacing (distance of rows, then of columns) as distance of columns, then of rows; undefined where it is none. */
export function spacingOf(mm: readonly number[] | undefined): [x: number, y: number] | undefined {
  return mm?.length === 2 && mm.every((n) => n >= LEAST_SPACING_MM && n <= MOST_MM)
    ? [mm[1], mm[0]]
    : undefined;
}

/** Plane of a CT image or frame, undefined where the attributes that place it are absent or malformed. */
export function slicePlane(image: ImageFrame): SlicePlane | undefined {
  const { dataset } = image.file;
  const value = (sequence: string, tag: string) => decimals(attributesOf(image, sequence), tag);
  const columns = dataset.uint16(Tag.Columns);
  const rows = dataset.uint16(Tag.Rows);
  const positionMm = positionOf(value(Tag.PlanePositionSequence, Tag.ImagePositionPatient));
  const spacingMm = spacingOf(value(Tag.PixelMeasuresSequence, Tag.PixelSpacing));
  const directions = planeDirections(value(Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient));
  if (!columns || !rows || positionMm === undefined || spacingMm === undefined || directions === undefined)
    return undefined;
  return {
    ...image,
    columns,
    rows,
    spacingMm,
    positionMm,
    rowDirection: directions.row,
    columnDirection: directions.column,
  };
}
