import { CaseExclusion } from '../../errors.ts';
import { functionalGroups } from '../file/functional-groups.ts';
import { type DicomFile, decimals, Tag } from '../file/part10.ts';
import { cross, planeDirections, positionOf, spacingOf } from '../series/slice-plane.ts';
import type { FramePlane, MaskFrames } from './mask-frames.ts';

/** The frames of a SEG object (DICOM PS3.3 C.8.20.4), whatever functional groups hold their geometry. */
export interface SegFrames extends MaskFrames {
  /** The segment that a frame shows; undefined in a label map, whose pixels tell. */
  readonly segmentNumber: (frame: number) => number | undefined;
}

const SPACING_BETWEEN_SLICES = 'x00180088';

export function segFrames(file: DicomFile): SegFrames {
  const { dataset, name } = file;
  const columns = dataset.uint16(Tag.Columns) ?? 0;
  const rows = dataset.uint16(Tag.Rows) ?? 0;
  const { frames, macro } = functionalGroups(dataset);
  if (columns === 0 || rows === 0 || frames === 0) {
    throw new CaseExclusion(
      'incomplete-segmentation',
      `has ${columns} columns, ${rows} rows, ${frames} frames with functional groups`,
      { file: name },
    );
  }
  const plane = (f: number): FramePlane => {
    const position = macro(f, Tag.PlanePositionSequence);
    const orientation = macro(f, Tag.PlaneOrientationSequence);
    const measures = macro(f, Tag.PixelMeasuresSequence);
    const originMm = positionOf(position && decimals(position, Tag.ImagePositionPatient));
    const directions = planeDirections(orientation && decimals(orientation, Tag.ImageOrientationPatient));
    const spacingMm = spacingOf(measures && decimals(measures, Tag.PixelSpacing));
    if (originMm === undefined || directions === undefined || spacingMm === undefined)
      throw new CaseExclusion(
        'incomplete-segmentation',
        `frame ${f + 1} has no position, orientation or pixel spacing`,
        { file: name },
      );
    return {
      columns,
      rows,
      originMm,
      columnStep: directions.row,
      rowStep: directions.column,
      normal: cross(directions.row, directions.column),
      spacingMm,
    };
  };
  const measures = macro(0, Tag.PixelMeasuresSequence);
  const declared = measures && decimals(measures, SPACING_BETWEEN_SLICES)?.[0];
  return {
    count: frames,
    columns,
    rows,
    segmentNumber: (f) => macro(f, Tag.SegmentIdentificationSequence)?.uint16(Tag.ReferencedSegmentNumber),
    plane,
    declaredSpacingMm: declared !== undefined && declared > 0 ? declared : undefined,
  };
}
