import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../errors.ts';
import type { Vec3 } from '../volume/geometry.ts';
import { cross, dot, planeDirections } from './geometry.ts';
import { type DicomFile, decimals, items, Tag } from './part10.ts';

/** Where the pixels of a SEG frame lie: LPS mm. */
export interface FramePlane {
  readonly columns: number;
  readonly rows: number;
  /** Centre of the first pixel. */
  readonly originMm: Vec3;
  /** Unit vectors of growing column and row index, and the normal of both. */
  readonly columnStep: Vec3;
  readonly rowStep: Vec3;
  readonly normal: Vec3;
  /** Distance of neighbouring columns, and of neighbouring rows. */
  readonly spacingMm: readonly [columns: number, rows: number];
}

/** The frames of a SEG object (DICOM PS3.3 C.8.20.4), whatever functional groups hold their geometry. */
export interface SegFrames {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** The segment that a frame shows; undefined in a label map, whose pixels tell. */
  readonly segmentNumber: (frame: number) => number | undefined;
  /** Throws a CaseExclusion where position, orientation or spacing is absent or malformed. */
  readonly plane: (frame: number) => FramePlane;
  /** Spacing Between Slices as declared, in mm. */
  readonly declaredSpacingMm: number | undefined;
}

const SPACING_BETWEEN_SLICES = 'x00180088';

export function segFrames(file: DicomFile): SegFrames {
  const { dataset, name } = file;
  const columns = dataset.uint16(Tag.Columns) ?? 0;
  const rows = dataset.uint16(Tag.Rows) ?? 0;
  const frames = items(dataset, Tag.PerFrameFunctionalGroupsSequence);
  const [shared] = items(dataset, Tag.SharedFunctionalGroupsSequence);
  if (columns === 0 || rows === 0 || frames.length === 0) {
    throw new CaseExclusion(
      'incomplete-segmentation',
      `has ${columns} columns, ${rows} rows, ${frames.length} frames with functional groups`,
      { file: name },
    );
  }
  /** A macro of the functional groups: the frame's own where it has one, else the shared one (DICOM PS3.3 C.7.6.16). */
  const macro = (frame: DataSet, sequence: string): DataSet | undefined =>
    items(frame, sequence)[0] ?? items(shared, sequence)[0];
  const plane = (f: number): FramePlane => {
    const position = macro(frames[f], Tag.PlanePositionSequence);
    const orientation = macro(frames[f], Tag.PlaneOrientationSequence);
    const measures = macro(frames[f], Tag.PixelMeasuresSequence);
    const origin = position && decimals(position, Tag.ImagePositionPatient);
    const directions = planeDirections(orientation && decimals(orientation, Tag.ImageOrientationPatient));
    const spacing = measures && decimals(measures, Tag.PixelSpacing);
    if (
      origin?.length !== 3 ||
      directions === undefined ||
      spacing?.length !== 2 ||
      !(Math.min(...spacing) > 0)
    )
      throw new CaseExclusion(
        'incomplete-segmentation',
        `frame ${f + 1} has no position, orientation or pixel spacing`,
        { file: name },
      );
    return {
      columns,
      rows,
      originMm: [origin[0], origin[1], origin[2]],
      columnStep: directions.row,
      rowStep: directions.column,
      normal: cross(directions.row, directions.column),
      // Pixel Spacing gives the distance of rows first.
      spacingMm: [spacing[1], spacing[0]],
    };
  };
  const measures = macro(frames[0], Tag.PixelMeasuresSequence);
  const declared = measures && decimals(measures, SPACING_BETWEEN_SLICES)?.[0];
  return {
    count: frames.length,
    columns,
    rows,
    segmentNumber: (f) =>
      macro(frames[f], Tag.SegmentIdentificationSequence)?.uint16(Tag.ReferencedSegmentNumber),
    plane,
    declaredSpacingMm: declared !== undefined && declared > 0 ? declared : undefined,
  };
}

/** Frames nearer to each other along their normal lie in one plane. */
const SAME_PLANE_MM = 0.01;

/** Least distance of two planes among all frames, of any segment; undefined where all lie in one. */
export function planeDistanceMm(frames: SegFrames): number | undefined {
  const { normal } = frames.plane(0);
  const heights = Array.from({ length: frames.count }, (_, f) => dot(frames.plane(f).originMm, normal));
  heights.sort((a, b) => a - b);
  const gaps = heights
    .slice(1)
    .flatMap((height, i) => (height - heights[i] > SAME_PLANE_MM ? height - heights[i] : []));
  return gaps.length === 0 ? undefined : Math.min(...gaps);
}
