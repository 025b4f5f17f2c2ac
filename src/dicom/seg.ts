import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../errors.ts';
import { type Geometry, indexOfPoint, type Vec3, vec3, voxelCount } from '../volume/geometry.ts';
import type { DrawnMask } from './drawn-mask.ts';
import { planeDirections } from './geometry.ts';
import type { MaskReferences } from './link.ts';
import { type DicomFile, decimals, items, Tag, text } from './part10.ts';
import { nativePixelBytes } from './pixels.ts';
import type { NamedRoi } from './roi-choice.ts';

/** A DICOM Segmentation object (DICOM PS3.3 A.51), read as far as choosing a segment needs. */
export interface Segmentation {
  readonly segments: readonly NamedRoi[];
  readonly references: MaskReferences;
}

/** How far, in voxels, a SEG frame's grid may be off the CT's to count as the same: positions are rounded decimal strings. */
const GRID_TOLERANCE_VOXELS = 0.01;

export function readSegmentation({ dataset }: DicomFile): Segmentation {
  return {
    segments: items(dataset, Tag.SegmentSequence).map((segment) => ({
      number: segment.uint16(Tag.SegmentNumber) ?? 0,
      names: [text(segment, Tag.SegmentDescription), text(segment, Tag.SegmentLabel)].filter(
        (name) => name !== '',
      ),
    })),
    references: {
      seriesUids: items(dataset, Tag.ReferencedSeriesSequence).map((item) =>
        text(item, Tag.SeriesInstanceUID),
      ),
      frameOfReferenceUids: [text(dataset, Tag.FrameOfReferenceUID)].filter((uid) => uid !== ''),
    },
  };
}

/** One macro of the functional groups: the frame's own where it has one, else the shared one (DICOM PS3.3 C.7.6.16). */
function macro(shared: DataSet | undefined, frame: DataSet, sequence: string): DataSet | undefined {
  return items(frame, sequence)[0] ?? items(shared, sequence)[0];
}

/**
 * How a frame lies on a grid: voxel offset of its first pixel, and the steps of a column and of a row. All are whole
 * numbers where the frame's pixels fall on the grid's voxels, in whatever orientation.
 */
function placeFrame(
  file: string,
  shared: DataSet | undefined,
  frame: DataSet,
  grid: Geometry,
): { first: Vec3; column: Vec3; row: Vec3 } {
  const position = decimals(
    macro(shared, frame, Tag.PlanePositionSequence) ?? frame,
    Tag.ImagePositionPatient,
  );
  const orientation = macro(shared, frame, Tag.PlaneOrientationSequence);
  const measures = macro(shared, frame, Tag.PixelMeasuresSequence);
  const directions = planeDirections(orientation && decimals(orientation, Tag.ImageOrientationPatient));
  const spacing = measures && decimals(measures, Tag.PixelSpacing);
  if (position?.length !== 3 || directions === undefined || spacing?.length !== 2) {
    throw new CaseExclusion(
      'incomplete-segmentation',
      'a frame has no position, orientation or pixel spacing',
      { file },
    );
  }
  const at = (columns: number, rows: number): Vec3 =>
    indexOfPoint(
      grid,
      vec3(
        (a) =>
          position[a] + columns * spacing[1] * directions.row[a] + rows * spacing[0] * directions.column[a],
      ),
    );
  const origin = at(0, 0);
  // Steps are measured over many pixels, so that a small difference of spacing shows.
  const far = 100;
  const step = (to: Vec3): Vec3 => vec3((a) => (to[a] - origin[a]) / far);
  const placed = { first: origin, column: step(at(far, 0)), row: step(at(0, far)) };
  const whole = (v: Vec3, tolerance: number): boolean =>
    v.every((n) => Math.abs(n - Math.round(n)) <= tolerance);
  const perPixel = GRID_TOLERANCE_VOXELS / far;
  if (
    !whole(placed.first, GRID_TOLERANCE_VOXELS) ||
    !whole(placed.column, perPixel) ||
    !whole(placed.row, perPixel)
  ) {
    throw new CaseExclusion('segmentation-grid-differs', 'its frames do not fall on the voxels of the CT', {
      file,
    });
  }
  const round = (v: Vec3): Vec3 => vec3((a) => Math.round(v[a]) + 0);
  return { first: round(placed.first), column: round(placed.column), row: round(placed.row) };
}

/**
 * Mask of one BINARY segment on a CT's grid, 1 inside. Frames are found by their segment number and placed by position,
 * whatever their order; frames that are absent are empty. Bits run on across bytes and frames (DICOM PS3.5 8.1.1,
 * PS3.3 C.8.20). Throws a CaseExclusion where a voxel of the segment falls outside the CT or off its grid.
 */
export function segmentMask(file: DicomFile, segmentNumber: number, grid: Geometry): DrawnMask {
  const { dataset, name } = file;
  const type = text(dataset, Tag.SegmentationType);
  if (type !== 'BINARY' || dataset.uint16(Tag.BitsAllocated) !== 1) {
    throw new CaseExclusion('unsupported-segmentation', `is of type ${type || '(none)'}: BINARY is needed`, {
      file: name,
    });
  }
  const rows = dataset.uint16(Tag.Rows) ?? 0;
  const columns = dataset.uint16(Tag.Columns) ?? 0;
  const frames = items(dataset, Tag.PerFrameFunctionalGroupsSequence);
  const [shared] = items(dataset, Tag.SharedFunctionalGroupsSequence);
  const bits = nativePixelBytes(file, Math.ceil((frames.length * rows * columns) / 8));
  const [nx, ny, nz] = grid.size;
  const mask = new Uint8Array(voxelCount(grid.size));
  frames.forEach((frame, f) => {
    const identification = macro(shared, frame, Tag.SegmentIdentificationSequence);
    if (identification?.uint16(Tag.ReferencedSegmentNumber) !== segmentNumber) return;
    const start = f * rows * columns;
    let place: ReturnType<typeof placeFrame> | undefined;
    for (let bit = start; bit < start + rows * columns; bit++) {
      if (bits[bit >> 3] === 0) {
        bit |= 7;
        continue;
      }
      if (((bits[bit >> 3] >> (bit & 7)) & 1) === 0) continue;
      place ??= placeFrame(name, shared, frame, grid);
      const row = Math.floor((bit - start) / columns);
      const column = (bit - start) % columns;
      const x = place.first[0] + column * place.column[0] + row * place.row[0];
      const y = place.first[1] + column * place.column[1] + row * place.row[1];
      const z = place.first[2] + column * place.column[2] + row * place.row[2];
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) {
        throw new CaseExclusion('segmentation-outside-ct', `frame ${f + 1} has voxels outside the CT`, {
          file: name,
        });
      }
      mask[(z * ny + y) * nx + x] = 1;
    }
  });
  return { mask, flags: [] };
}
