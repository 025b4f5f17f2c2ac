import { CaseExclusion } from '../errors.ts';
import { type Geometry, type Vec3, vec3 } from '../volume/geometry.ts';
import { type DicomFile, decimals, Tag } from './part10.ts';

/** Where one CT slice lies: LPS mm (DICOM PS3.3 C.7.6.2). */
export interface SlicePlane {
  readonly file: DicomFile;
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

export interface StackTolerances {
  /** How far the gap between neighbouring slices may be from the mean gap. */
  readonly spacingToleranceMm: number;
  /** How far a slice may lie off the normal through the first one; beyond it the gantry was tilted. */
  readonly positionToleranceMm: number;
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

/** Plane of a CT image, undefined where the attributes that place it are absent or malformed. */
export function slicePlane(file: DicomFile): SlicePlane | undefined {
  const { dataset } = file;
  const columns = dataset.uint16(Tag.Columns);
  const rows = dataset.uint16(Tag.Rows);
  const position = decimals(dataset, Tag.ImagePositionPatient);
  const spacing = decimals(dataset, Tag.PixelSpacing);
  const directions = planeDirections(decimals(dataset, Tag.ImageOrientationPatient));
  if (!columns || !rows || position?.length !== 3 || spacing?.length !== 2 || directions === undefined)
    return undefined;
  if (!(spacing[0] > 0 && spacing[1] > 0)) return undefined;
  return {
    file,
    columns,
    rows,
    spacingMm: [spacing[1], spacing[0]],
    positionMm: [position[0], position[1], position[2]],
    rowDirection: directions.row,
    columnDirection: directions.column,
  };
}

/**
 * Orders slices along the normal and gives the grid that they make: z spacing = |last - first| / (N - 1)
 * (as GDCM and ITK read a series), after checking that the slices are evenly spaced and stacked straight.
 * Throws a CaseExclusion for duplicates, gaps and tilt.
 */
export function stackSlices(
  planes: readonly SlicePlane[],
  tolerances: StackTolerances,
): { slices: SlicePlane[]; geometry: Geometry } {
  const [{ rowDirection, columnDirection, columns, rows, spacingMm }] = planes;
  const normal = cross(rowDirection, columnDirection);
  const height = (p: SlicePlane): number => dot(p.positionMm, normal);
  const slices = [...planes].sort((p, q) => height(p) - height(q));
  const first = slices[0];
  const last = slices[slices.length - 1];
  const spacingZ = (height(last) - height(first)) / (slices.length - 1);
  for (let i = 1; i < slices.length; i++) {
    const gap = height(slices[i]) - height(slices[i - 1]);
    const place = `between ${slices[i - 1].file.name} and ${slices[i].file.name}`;
    if (gap <= tolerances.spacingToleranceMm) {
      throw new CaseExclusion(
        'duplicate-slices',
        `two slices lie at one position (${gap.toFixed(3)} mm ${place})`,
      );
    }
    if (Math.abs(gap - spacingZ) > tolerances.spacingToleranceMm) {
      throw new CaseExclusion(
        'uneven-slices',
        `slices are not evenly spaced: ${gap.toFixed(3)} mm ${place}, ${spacingZ.toFixed(3)} mm on average; a slice may be missing`,
      );
    }
  }
  for (const slice of slices) {
    const rise = height(slice) - height(first);
    const offset = Math.hypot(...vec3((a) => slice.positionMm[a] - first.positionMm[a] - rise * normal[a]));
    if (offset > tolerances.positionToleranceMm) {
      throw new CaseExclusion(
        'tilted-stack',
        `slices are not stacked along their normal (${offset.toFixed(2)} mm aside): gantry tilt`,
        {
          file: slice.file.name,
        },
      );
    }
  }
  const direction = [0, 1, 2].flatMap((row) => [rowDirection[row], columnDirection[row], normal[row]]);
  return {
    slices,
    geometry: {
      size: [columns, rows, slices.length],
      spacingMm: [spacingMm[0], spacingMm[1], spacingZ],
      originMm: first.positionMm,
      direction,
    },
  };
}
