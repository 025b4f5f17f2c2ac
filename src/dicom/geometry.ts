import { type Vec3, vec3 } from '../volume/geometry.ts';
import { attributesOf, type ImageFrame } from './functional-groups.ts';
import { decimals, Tag } from './part10.ts';

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

/** Plane of a CT image or frame, undefined where the attributes that place it are absent or malformed. */
export function slicePlane(image: ImageFrame): SlicePlane | undefined {
  const { dataset } = image.file;
  const value = (sequence: string, tag: string) => decimals(attributesOf(image, sequence), tag);
  const columns = dataset.uint16(Tag.Columns);
  const rows = dataset.uint16(Tag.Rows);
  const position = value(Tag.PlanePositionSequence, Tag.ImagePositionPatient);
  const spacing = value(Tag.PixelMeasuresSequence, Tag.PixelSpacing);
  const directions = planeDirections(value(Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient));
  if (!columns || !rows || position?.length !== 3 || spacing?.length !== 2 || directions === undefined)
    return undefined;
  if (!(spacing[0] > 0 && spacing[1] > 0)) return undefined;
  return {
    ...image,
    columns,
    rows,
    spacingMm: [spacing[1], spacing[0]],
    positionMm: [position[0], position[1], position[2]],
    rowDirection: directions.row,
    columnDirection: directions.column,
  };
}
