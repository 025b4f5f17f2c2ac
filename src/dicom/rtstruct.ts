import type { DataSet } from 'dicom-parser';
import { CaseExclusion } from '../errors.ts';
import { SliceRaster } from '../kernels/raster.ts';
import { type Geometry, indexOfPoint, voxelCount } from '../volume/geometry.ts';
import type { DrawnMask } from './drawn-mask.ts';
import type { MaskReferences } from './link.ts';
import { type DicomFile, decimals, items, Tag, text } from './part10.ts';
import type { NamedRoi } from './roi-choice.ts';

/** An RT Structure Set (DICOM PS3.3 A.19), read as far as choosing an ROI needs. */
export interface StructureSet {
  readonly rois: readonly NamedRoi[];
  readonly references: MaskReferences;
}

export function readStructureSet({ dataset }: DicomFile): StructureSet {
  const frames = items(dataset, Tag.ReferencedFrameOfReferenceSequence);
  const series = frames
    .flatMap((frame) => items(frame, Tag.RTReferencedStudySequence))
    .flatMap((study) => items(study, Tag.RTReferencedSeriesSequence));
  return {
    rois: items(dataset, Tag.StructureSetROISequence).map((roi) => ({
      number: roi.intString(Tag.ROINumber) ?? -1,
      names: [text(roi, Tag.ROIName)],
    })),
    references: {
      seriesUids: series.map((item) => text(item, Tag.SeriesInstanceUID)),
      frameOfReferenceUids: frames.map((frame) => text(frame, Tag.FrameOfReferenceUID)),
    },
  };
}

/** A planar contour as continuous voxel indices of a grid. */
interface IndexContour {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: number;
}

/** Fewest points that enclose an area. */
const MIN_POINTS = 3;

function indexContour(file: string, contour: DataSet, grid: Geometry): IndexContour | undefined {
  if (text(contour, Tag.ContourGeometricType) !== 'CLOSED_PLANAR') return undefined;
  const points = decimals(contour, Tag.ContourData);
  if (points === undefined || points.length % 3 !== 0) {
    throw new CaseExclusion('malformed-contour', 'Contour Data is no list of points', { file });
  }
  const count = points.length / 3;
  if (count < MIN_POINTS) return undefined;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  let zSum = 0;
  for (let p = 0; p < count; p++) {
    const index = indexOfPoint(grid, [points[3 * p], points[3 * p + 1], points[3 * p + 2]]);
    x[p] = index[0];
    y[p] = index[1];
    zSum += index[2];
  }
  return { x, y, z: zSum / count };
}

/**
 * Mask of one ROI's closed planar contours on a CT's grid, 1 inside, by pixel centres (see SliceRaster): contours of a
 * slice combine by XOR, so that holes stay open, or by OR. A contour belongs to the slice nearest to it, by position:
 * UIDs of single images are not relied on. Throws a CaseExclusion where a contour lies beyond the stack.
 */
export function structureMask(
  file: DicomFile,
  roiNumber: number,
  grid: Geometry,
  combine: 'or' | 'xor',
): DrawnMask {
  const [nx, ny, nz] = grid.size;
  const mask = new Uint8Array(voxelCount(grid.size));
  const slice = (z: number): Uint8Array => mask.subarray(z * nx * ny, (z + 1) * nx * ny);
  const rasters = new Map<number, SliceRaster>();
  let contoursWithoutArea = 0;
  const contours = items(file.dataset, Tag.ROIContourSequence)
    .filter((roi) => roi.intString(Tag.ReferencedROINumber) === roiNumber)
    .flatMap((roi) => items(roi, Tag.ContourSequence));
  for (const contour of contours) {
    const placed = indexContour(file.name, contour, grid);
    if (placed === undefined) {
      contoursWithoutArea++;
      continue;
    }
    const z = Math.round(placed.z);
    if (z < 0 || z >= nz) {
      throw new CaseExclusion(
        'contour-outside-ct',
        `a contour lies ${placed.z.toFixed(1)} slices along a CT of ${nz}`,
        { file: file.name },
      );
    }
    const raster = (combine === 'xor' ? rasters.get(z) : undefined) ?? new SliceRaster(nx, ny);
    raster.add(placed.x, placed.y);
    if (combine === 'xor') rasters.set(z, raster);
    else raster.fillInto(slice(z), 'or');
  }
  for (const [z, raster] of rasters) raster.fillInto(slice(z), 'xor');
  const flags =
    contoursWithoutArea === 0
      ? []
      : [
          {
            code: 'contours-without-area',
            message: 'contours left out: not closed, or fewer than three points',
            value: contoursWithoutArea,
          },
        ];
  return { mask, flags };
}
